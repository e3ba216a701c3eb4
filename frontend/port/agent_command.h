/* A user's command in a bottle, whatever the agent runs in: what smolvm_exec and engine_exec have in common. */
#ifndef PORT_AGENT_COMMAND_H
#define PORT_AGENT_COMMAND_H

#include <stdbool.h>

#include "strv.h"

struct error;
struct proc;

/* All of it belongs to the caller. */
struct agent_command {
	const struct strv *argv;
	const struct strv *env;        /* K=V for this command */
	const struct strv *secret_env; /* names of our own environment, never in an argv */
	const struct strv *secrets;    /* K=V for this command, never in an argv either */
	const char *workdir, *user;    /* NULL = the image's */
	bool interactive, tty;
	bool raw; /* without a tty: bytes reach our terminal as they are */
};

/* Adds --workdir, --user, --interactive and --tty as COMMAND has them: both programs know them by these names. */
void agent_command_flags(const struct agent_command *command, struct strv *argv);

/* Runs ARGV, which starts COMMAND, with the environment ENV and our own stdin, stdout and stderr, and
 * waits. Where those are a terminal, what it prints is made printable unless COMMAND is raw, and after a
 * tty the terminal is put back as it was. PROC has the end of its stderr and its exit code; caller clears. */
int agent_command_run(const struct agent_command *command, const struct strv *argv,
	const struct strv *env, struct proc *proc, struct error *err);

#endif
