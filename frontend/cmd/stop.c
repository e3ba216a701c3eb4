/* bottle stop */
#include <stdbool.h>

#include "bottle.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "journal.h"
#include "json.h"
#include "print.h"
#include "strv.h"

/* Stops NAME and says so, in WORDS of people or, without, in one of the lists. Returns the exit code. */
static int stop(struct context *ctx, const char *name, bool words, json_t *stopped, json_t *absent)
{
	cleanup_error struct error failed = ERROR_INIT;
	bool found = false;

	if (bottle_stop(ctx, name, &found, &failed) != 0) {
		err_print(&failed, stderr);
		return (int)failed.code;
	}
	json_array_append_new(found ? stopped : absent, json_string(name));
	if (words)
		printf("%s %s\n", name, found ? "stopped" : "is not there");
	return EXIT_OK;
}

int cmd_stop(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_strv struct strv names = STRV_INIT;
	bool json = cmd_flag(args, "json");
	json_t *stopped, *absent;
	int code = EXIT_OK;

	if (cmd_flag(args, "all") == (args->operands > 0)) {
		err_set(err, EXIT_USAGE_ERROR, "stop: name bottles, or say --all");
		return err_note(err, "next", "bottle ps");
	}
	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0 ||
		(cmd_flag(args, "all") && journal_slugs(&ctx, &names, err) != 0))
		return -1;
	print_warnings(&ctx);
	for (size_t i = 0; i < args->operands; i++)
		strv_push(&names, args->operand[i]);
	stopped = json_array();
	absent = json_array();
	/* One that cannot be stopped does not keep the others up. */
	for (size_t i = 0; i < names.count; i++) {
		int one = stop(&ctx, names.item[i], !json, stopped, absent);

		code = one != EXIT_OK ? one : code;
	}
	if (json)
		json_print(json_pack("{s:s, s:O, s:O}", "schema", "bottle.stop/1", "stopped",
			stopped, "absent", absent));
	json_decref(stopped);
	json_decref(absent);
	return code;
}
