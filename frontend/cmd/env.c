/* bottle env */
#include <string.h>

#include "bottle.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "json.h"
#include "mem.h"
#include "strv.h"
#include "verdict.h"

int cmd_env(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_verdict struct verdict verdict = {0};
	cleanup_secrets struct strv urls = STRV_INIT;
	json_t *env = json_object();

	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0 ||
		bottle_check(&ctx, args->operand[0], false, &verdict, err) != 0) {
		json_decref(env);
		return -1;
	}
	if (verdict.sealed) { /* whoever takes the address here would get the token */
		json_decref(env);
		err_set(err, EXIT_REFUSED,
			"env %s: it is sealed: nothing of it listens on this host, and its URLs "
			"are for "
			"commands inside",
			verdict.slug);
		return err_note(err, "next", "bottle exec %s -- CMD, which has them", verdict.slug);
	}
	verdict_proxy(&verdict, verdict.token, &urls);
	verdict_urls(&verdict, &urls);
	for (size_t i = 0; i < urls.count; i++) {
		const char *equals = strchr(urls.item[i], '=');
		cleanup_free char *name = xstrndup(urls.item[i], (size_t)(equals - urls.item[i]));

		/* Values are addresses, ports and a token of ours: nothing in them needs quoting. */
		if (!cmd_flag(args, "json"))
			printf("export %s\n", urls.item[i]);
		json_object_set_new(env, name, json_string(equals + 1));
	}
	if (cmd_flag(args, "json"))
		json_print(json_pack("{s:s, s:s, s:O}", "schema", "bottle.env/1", "name",
			verdict.slug, "env", env));
	json_decref(env);
	return EXIT_OK;
}
