/* Commands in a running container. By the docker command: an exec of the API turns its connection into the command's
 * streams ("hijack"), which libcurl does not do, and a terminal's size and signals go beside them. */
#ifndef PORT_ENGINE_EXEC_H
#define PORT_ENGINE_EXEC_H

#include <stdbool.h>

#include "strv.h"

struct agent_command;
struct engine;
struct error;
struct proc;

/* Whether a variable of that name changes what the docker command itself is or does, so that it cannot be handed on
 * through its environment: PATH, HOME, DOCKER_*, LD_* and the like. */
bool engine_exec_is_own(const char *name);

/* Runs a user's COMMAND in CONTAINER (id) by agent_command_run and returns its exit code in *ret: 126 and 127 as a
 * shell has them, which engines do not tell apart: the container is asked whether the command is there. Values
 * go by the docker command's environment; one of `env` under a name of its own goes by its argv. */
int engine_exec(struct engine *engine, const struct strv *mounted, const char *container,
	const struct agent_command *command, int *ret, struct error *err);

/* Runs ARGV in CONTAINER as user 0 and waits; the answer is in PROC (caller clears). */
int engine_exec_root(const struct engine *engine, const struct strv *mounted, const char *container,
	const struct strv *argv, int deadline_ms, struct proc *proc, struct error *err);

#endif
