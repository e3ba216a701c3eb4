/* JSON output. */
#include "json.h"

#include <stdio.h>
#include <string.h>

#include "bottle.h"
#include "evidence.h"
#include "mem.h"
#include "strv.h"
#include "verdict.h"

json_t *json_text(const char *text)
{
	return text != NULL ? json_string(text) : json_null();
}

void json_print(json_t *document)
{
	/* A terminal acts on C1 and DEL too, which JSON lets through. */
	cleanup_free char *text = json_dumps(document, JSON_INDENT(2) | JSON_ENSURE_ASCII);

	for (const char *at = text; at != NULL && *at != '\0'; at++)
		if (*at == 0x7f)
			fputs("\\u007f", stdout);
		else
			putchar(*at);
	putchar('\n');
	json_decref(document);
}

static json_t *array_of(const struct strv *texts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < texts->count; i++)
		json_array_append_new(list, json_string(texts->item[i]));
	return list;
}

/* What both have. *VERIFIED is of them, because a launch ends only with that. */
static json_t *describe(const char *schema, const struct verdict *verdict, bool verified)
{
	cleanup_strv struct strv urls = STRV_INIT;
	json_t *document, *env = json_object();

	verdict_proxy(verdict, NULL, &urls);
	verdict_urls(verdict, &urls);
	for (size_t i = 0; i < urls.count; i++) {
		char *equals = strchr(urls.item[i], '=');
		cleanup_free char *name = xstrndup(urls.item[i], (size_t)(equals - urls.item[i]));

		json_object_set_new(env, name, json_string(equals + 1));
	}
	document = json_pack(
		"{s:s, s:s, s:s, s:b, s:s, s:o, s:o, s:s, s:b, s:{s:i, s:I, s:s}, s:o, s:o}",
		"schema", schema, "name", verdict->slug, "alias", verdict->alias, "verified",
		verified, "verdict", verdict->text, "services", array_of(&verdict->services), "env",
		env, "smolvm", verdict->smolvm_version, "unproven", verdict->unproven, "vm", "pid",
		(int)verdict->process.pid, "start", (json_int_t)verdict->process.start,
		"policy_sha256", verdict->policy, "probes",
		verdict_probes_json(&verdict->probes, "guest"), "proxy",
		verdict_probes_json(&verdict->proxy, "proxy"));
	json_object_set_new(document, "published", array_of(&verdict->published));
	json_object_set_new(document, "notes", array_of(&verdict->notes));
	json_object_set_new(document, "backend", json_string(verdict_backend(verdict)));
	json_object_set_new(
		document, "untried_addresses", json_integer((json_int_t)verdict->probes.untried));
	return document;
}

void json_print_launch(const struct verdict *verdict, const struct bottle_timings *timings)
{
	json_t *document = describe("bottle.launch/1", verdict, true), *steps = json_object();

	for (size_t i = 0; i < timings->count; i++)
		json_object_set_new(steps, timings->step[i].step,
			json_pack("{s:f, s:f}", "ms", (double)timings->step[i].us / 1e3,
				"outside_ms", (double)timings->step[i].outside_us / 1e3));
	json_object_set_new(document, "timings", steps);
	json_object_set_new(document, "total_ms", json_real((double)timings->total_us / 1e3));
	json_object_set_new(document, "outside_ms", json_real((double)timings->outside_us / 1e3));
	json_object_set_new(document, "cpu_ms", json_real((double)timings->cpu_us / 1e3));
	json_print(document);
}

void json_print_verify(const struct verdict *verdict, const struct evidence *evidence)
{
	json_t *document, *host = json_array();

	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_row *row = &evidence->row[i];

		json_array_append_new(host,
			json_pack("{s:s, s:b, s:b, s:s, s:s}", "id", row->id, "pass", row->pass,
				"unclear", row->unclear, "found", row->what, "about", row->about));
	}
	document = describe(
		"bottle.verify/1", verdict, verdict->probes.failed + evidence->failed == 0);
	json_object_set_new(document, "host_evidence", host);
	json_print(document);
}
