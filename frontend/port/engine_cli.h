/* The docker command, for what the API leaves to a client: a build's session, a large archive, a command's streams. */
#ifndef PORT_ENGINE_CLI_H
#define PORT_ENGINE_CLI_H

struct engine;
struct error;
struct strv;

/* The docker command in PATH, from no folder below MOUNTED, which agents could write. EXIT_UNAVAILABLE without one.
 * Caller frees *ret. */
int engine_cli_find(const struct strv *mounted, char **ret, struct error *err);

/* Starts ARGV and ENV of a call. The engine is named on the command line, so no context or DOCKER_HOST counts. */
int engine_cli_begin(const struct engine *engine, const struct strv *mounted, struct strv *argv,
	struct strv *env, struct error *err);

#endif
