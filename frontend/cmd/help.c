/* bottle help, bottle version. */
#include "command.h"
#include "err.h"
#include "json.h"

int cmd_version(const struct cmd_args *args, struct error *err)
{
	(void)err;
	if (cmd_flag(args, "json"))
		json_print(json_pack("{s:s, s:s, s:{s:i, s:i}}", "schema", "bottle.version/1",
			"version", BOTTLE_VERSION, "pool", "first", POOL_FIRST, "last", POOL_LAST));
	else
		puts("bottle " BOTTLE_VERSION);
	return EXIT_OK;
}

void command_list(FILE *out)
{
	fputs("usage: bottle COMMAND [OPTION...]\n\n"
	      "Runs an AI agent in a microVM that reaches its own sidecar bundle and nothing "
	      "else.\n\n",
		out);
	for (const struct command *command = commands; command->name != NULL; command++)
		fprintf(out, "  %-11s %s\n", command->name, command->summary);
	fputs("\nbottle help COMMAND explains one; bottle(1) and bottle.yaml(5) have the rest.\n",
		out);
}

int cmd_help(const struct cmd_args *args, struct error *err)
{
	const struct command *command = args->operands ? command_find(args->operand[0]) : NULL;

	if (command != NULL) {
		command_usage(command, stdout);
	} else if (args->operands) {
		command_unknown(args->operand[0], err);
		return err_wrap(err, "help");
	} else {
		command_list(stdout);
	}
	return EXIT_OK;
}
