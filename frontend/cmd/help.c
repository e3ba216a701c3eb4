/* bottle help, bottle version. */
#include "command.h"
#include "err.h"

int cmd_version(const struct cmd_args *args, struct error *err)
{
	(void)args;
	(void)err;
	puts("bottle " BOTTLE_VERSION);
	return EXIT_OK;
}

int cmd_help(const struct cmd_args *args, struct error *err)
{
	if (args->operands == 1) {
		const struct command *command = command_find(args->operand[0]);

		if (command == NULL) {
			err_set(err, EXIT_USAGE_ERROR, "help: '%s' is not a command",
				args->operand[0]);
			return err_note(err, "next", "bottle help");
		}
		command_usage(command, stdout);
		return EXIT_OK;
	}
	puts("usage: bottle COMMAND [OPTION...]\n\n"
	     "Runs an AI agent in a microVM that reaches its own sidecar bundle and nothing "
	     "else.\n");
	for (const struct command *command = commands; command->name != NULL; command++)
		printf("  %-11s %s\n", command->name, command->summary);
	puts("\nbottle help COMMAND explains one; bottle(1) and bottle.yaml(5) have the rest.");
	return EXIT_OK;
}
