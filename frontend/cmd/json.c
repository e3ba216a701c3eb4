/* JSON output. */
#include "json.h"

#include <stdio.h>
#include <string.h>

#include "bottle.h"
#include "mem.h"
#include "strv.h"
#include "verdict.h"

void json_print(json_t *document)
{
	json_dumpf(document, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(document);
}

void json_print_verdict(const struct verdict *verdict, const struct bottle_timings *timings)
{
	cleanup_strv struct strv urls = STRV_INIT;
	json_t *document, *env = json_object(), *services = json_array();

	verdict_proxy(verdict, NULL, &urls);
	verdict_urls(verdict, &urls);
	for (size_t i = 0; i < urls.count; i++) {
		char *equals = strchr(urls.item[i], '=');
		cleanup_free char *name = xstrndup(urls.item[i], (size_t)(equals - urls.item[i]));

		json_object_set_new(env, name, json_string(equals + 1));
	}
	for (size_t i = 0; i < verdict->services.count; i++)
		json_array_append_new(services, json_string(verdict->services.item[i]));
	document = json_pack("{s:s, s:s, s:s, s:b, s:s, s:o, s:o, s:s, s:b, s:o, s:o}", "schema",
		timings ? "bottle.launch/1" : "bottle.verify/1", "name", verdict->slug, "alias",
		verdict->alias, "verified", verdict->probes.failed == 0, "verdict", verdict->text,
		"services", services, "env", env, "smolvm", verdict->smolvm_version, "unproven",
		verdict->unproven, "probes", verdict_probes_json(&verdict->probes, "guest"),
		"proxy", verdict_probes_json(&verdict->proxy, "proxy"));
	json_object_set_new(
		document, "untried_addresses", json_integer((json_int_t)verdict->probes.untried));
	if (timings != NULL) {
		json_t *steps = json_object();

		for (size_t i = 0; i < timings->count; i++)
			json_object_set_new(steps, timings->step[i].step,
				json_pack("{s:f, s:f}", "ms", (double)timings->step[i].us / 1e3,
					"outside_ms", (double)timings->step[i].outside_us / 1e3));
		json_object_set_new(document, "timings", steps);
		json_object_set_new(
			document, "total_ms", json_real((double)timings->total_us / 1e3));
		json_object_set_new(
			document, "outside_ms", json_real((double)timings->outside_us / 1e3));
		json_object_set_new(document, "cpu_ms", json_real((double)timings->cpu_us / 1e3));
	}
	json_print(document);
}
