/* bottle stop */
#include <stdbool.h>

#include "bottle.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "journal.h"
#include "print.h"
#include "strv.h"

int cmd_stop(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_strv struct strv names = STRV_INIT;
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
	/* One that cannot be stopped does not keep the others up. */
	for (size_t i = 0; i < names.count; i++) {
		cleanup_error struct error failed = ERROR_INIT;
		bool found = false;

		if (bottle_stop(&ctx, names.item[i], &found, &failed) != 0) {
			err_print(&failed, stderr);
			code = (int)failed.code;
		} else {
			printf("%s %s\n", names.item[i], found ? "stopped" : "is not there");
		}
	}
	return code;
}
