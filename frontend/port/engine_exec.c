/* docker exec. */
#include "engine_exec.h"

#include <stdlib.h>
#include <string.h>

#include "agent_command.h"
#include "childenv.h"
#include "engine_call.h"
#include "engine_cli.h"
#include "engine_container.h"
#include "err.h"
#include "mem.h"
#include "plan.h"
#include "proc.h"

/* Of containers whose image says nothing (moby, oci/defaults.go). */
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

bool engine_exec_is_own(const char *name)
{
	static const char *const whole[] = {"PATH", "HOME", "TMPDIR", "SSH_AUTH_SOCK", "TERM"};
	static const char *const prefix[] = {"DOCKER_", "BUILDKIT_", "GO", "XDG_", "OTEL_"};

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (strcmp(name, whole[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++)
		if (strncmp(name, prefix[i], strlen(prefix[i])) == 0)
			return true;
	return childenv_is_loader(name);
}

static int refuse_own(const char *name, struct error *err)
{
	return err_set(err, EXIT_DATA,
		"%s would change the docker command itself, and its value is not for an argument",
		name);
}

/* K=V by the child's environment, the bare name in its arguments. */
static int push_value(
	struct strv *argv, struct strv *env, const char *entry, bool secret, struct error *err)
{
	cleanup_free char *name = xstrndup(entry, strcspn(entry, "="));
	bool own = engine_exec_is_own(name);

	if (own && secret)
		return refuse_own(name, err);
	strv_push(argv, "--env");
	strv_push(argv, own ? entry : name);
	if (!own)
		strv_push(env, entry);
	return 0;
}

static int push_environment(
	const struct agent_command *command, struct strv *argv, struct strv *env, struct error *err)
{
	for (size_t i = 0; i < command->env->count; i++)
		if (push_value(argv, env, command->env->item[i], false, err) != 0)
			return -1;
	for (size_t i = 0; i < command->secret_env->count; i++) {
		const char *name = command->secret_env->item[i];

		if (engine_exec_is_own(name))
			return refuse_own(name, err);
		if (!childenv_pass(env, name))
			return err_set(err, EXIT_DATA, "secret_env: %s is not set here", name);
		strv_push(argv, "--env");
		strv_push(argv, name);
	}
	for (size_t i = 0; i < command->secrets->count; i++)
		if (push_value(argv, env, command->secrets->item[i], true, err) != 0)
			return -1;
	return 0;
}

/* Whether there is anything at PATH in the container. */
static bool is_there(struct engine *engine, const char *container, const char *path)
{
	cleanup_engine_answer struct engine_answer answer = ENGINE_ANSWER_INIT;
	cleanup_error struct error unasked = ERROR_INIT;
	cleanup_free char *escaped = engine_escape(path, "");
	cleanup_free char *query = xasprintf("/containers/%s/archive?path=%s", container, escaped);

	return engine_call_bytes(engine, query, 1, ENGINE_ASK_MS, &answer, &unasked) != 0 ||
	       answer.status != 404;
}

/* The PATH that the runtime looked for the command in. Caller frees. */
static char *path_of(struct engine *engine, const char *id, const struct agent_command *command)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
	cleanup_error struct error unasked = ERROR_INIT;
	const char *path = NULL;

	for (size_t i = 0; i < command->env->count; i++)
		if (strncmp(command->env->item[i], "PATH=", 5) == 0)
			path = command->env->item[i] + 5;
	if (path == NULL && engine_container_inspect(engine, id, &container, &unasked) == 0)
		path = engine_container_env(&container, "PATH");
	return xstrdup(path ? path : DEFAULT_PATH);
}

static bool has_command(
	struct engine *engine, const char *container, const struct agent_command *command)
{
	const char *name = command->argv->item[0];
	cleanup_free char *path = NULL;
	char *rest;

	if (strchr(name, '/') !=
		NULL) /* a relative one counts from a folder that is not known here */
		return name[0] != '/' || is_there(engine, container, name);
	path = path_of(engine, container, command);
	for (char *at = strtok_r(path, ":", &rest); at != NULL; at = strtok_r(NULL, ":", &rest)) {
		cleanup_free char *file = xasprintf("%s/%s", at, name);

		if (is_there(engine, container, file))
			return true;
	}
	return false;
}

/* Engines say 126 for a command that is not there, too (20.10: measured), and why on the command's own stdout. */
static int exec_code(
	struct engine *engine, const char *container, const struct agent_command *command, int code)
{
	return code == EXIT_NOT_EXECUTABLE && !has_command(engine, container, command)
		       ? EXIT_NOT_FOUND
		       : code;
}

static void push_command(struct strv *argv, const char *container, const struct strv *command)
{
	strv_push(argv, "--");
	strv_push(argv, container);
	strv_push_all(argv, (const char *const *)command->item);
}

int engine_exec(struct engine *engine, const struct strv *mounted, const char *container,
	const struct agent_command *command, int *ret, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_secrets struct strv env = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;

	if (engine_cli_begin(engine, mounted, &argv, &env, err) != 0)
		return -1;
	strv_push(&argv, "exec");
	if (push_environment(command, &argv, &env, err) != 0)
		return -1;
	agent_command_flags(command, &argv);
	push_command(&argv, container, command->argv);
	*ret = 0;
	if (engine_plan(engine) != NULL) {
		plan_run(engine_plan(engine), "docker", &argv, false);
		return 0;
	}
	if (agent_command_run(command, &argv, &env, &proc, err) != 0)
		return err_wrap(err, "docker: exec %.12s", container);
	*ret = exec_code(engine, container, command, proc.exit_code);
	return 0;
}

int engine_exec_root(const struct engine *engine, const struct strv *mounted, const char *container,
	const struct strv *command, int deadline_ms, struct proc *proc, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;

	if (engine_cli_begin(engine, mounted, &argv, &env, err) != 0)
		return -1;
	strv_push(&argv, "exec");
	strv_push(&argv, "--user");
	strv_push(&argv, "0:0"); /* numeric: an image need not have /etc/passwd */
	strv_push(&argv, "--workdir");
	strv_push(&argv, "/");
	push_command(&argv, container, command);
	if (engine_plan(engine) != NULL) {
		plan_run(engine_plan(engine), "docker", &argv, false);
		return 0;
	}
	spec.argv = &argv;
	spec.env = &env;
	spec.deadline_ms = deadline_ms;
	return proc_run(proc, &spec, err) == 0 ? 0 : err_wrap(err, "docker: exec %.12s", container);
}
