/* Running a user's command, with the terminal lent to it. */
#include "agent_command.h"

#include "proc.h"
#include "terminal.h"

void agent_command_flags(const struct agent_command *command, struct strv *argv)
{
	if (command->workdir != NULL) {
		strv_push(argv, "--workdir");
		strv_push(argv, command->workdir);
	}
	if (command->user != NULL) {
		strv_push(argv, "--user");
		strv_push(argv, command->user);
	}
	if (command->interactive)
		strv_push(argv, "--interactive");
	if (command->tty)
		strv_push(argv, "--tty");
}

int agent_command_run(const struct agent_command *command, const struct strv *argv,
	const struct strv *env, struct proc *proc, struct error *err)
{
	cleanup_terminal struct terminal terminal = TERMINAL_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;

	spec.argv = argv;
	spec.env = env;
	spec.stdio = command->tty ? PROC_INHERIT : command->raw ? PROC_PASS_RAW : PROC_PASS_ERR;
	if (command->tty)
		terminal_lend(&terminal);
	return proc_run(proc, &spec, err);
}
