/* smolvm machine exec. */
#include <string.h>

#include "agent_command.h"
#include "childenv.h"
#include "err.h"
#include "plan.h"
#include "proc.h"
#include "smolvm.h"
#include "smolvm_call.h"

static void exec_argv(struct strv *argv, const struct smolvm *vm, const char *machine)
{
	smolvm_words(argv, vm, "machine", "exec");
	strv_push(argv, "--name");
	strv_push(argv, machine);
}

bool smolvm_exec_unheard(const struct proc *proc)
{
	return proc->exit_code != 0 && strstr(buf_str(&proc->err), "is not running") != NULL;
}

int smolvm_exec_root(const struct smolvm *vm, const char *machine, const struct strv *command_argv,
	int deadline_ms, struct proc *proc, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;

	exec_argv(&argv, vm, machine);
	if (vm->caps->exec_user) { /* numeric: an image need not have /etc/passwd */
		strv_push(&argv, "--user");
		strv_push(&argv, "0:0");
	}
	strv_push(&argv, "--workdir");
	strv_push(&argv, "/");
	strv_push(&argv, "--");
	strv_push_all(&argv, (const char *const *)command_argv->item);
	if (smolvm_call(vm, &argv, deadline_ms, proc, err) != 0)
		return err_wrap(err, "smolvm: exec %s", machine);
	return 0;
}

/* smolvm exits 255 for a command that could not be started; what its runtime (crun) says tells why. */
static int exec_code(const struct proc *proc)
{
	const char *said = buf_str(&proc->err);

	if (proc->exit_code != 255)
		return proc->exit_code;
	if (strstr(said, "executable file `") != NULL && strstr(said, "not found in $PATH") != NULL)
		return EXIT_NOT_FOUND;
	if (strstr(said, "open executable") != NULL || strstr(said, "exec format error") != NULL)
		return strstr(said, "No such file") != NULL ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
	return proc->exit_code;
}

static int refuse_secret(const struct smolvm *vm, const char *name, int len, struct error *err)
{
	err_set(err, EXIT_UNAVAILABLE,
		"smolvm: version %s cannot take %.*s without showing its value", vm->version, len,
		name);
	return err_note(err, "next", "install/get-smolvm");
}

/* Secrets go by smolvm's own environment. Those of ours under names that mean nothing to smolvm: it is not
 * to use the bottle's proxy itself. */
static int push_secrets(const struct smolvm *vm, const struct agent_command *command,
	struct strv *argv, struct strv *env, struct error *err)
{
	for (size_t i = 0; command->secret_env != NULL && i < command->secret_env->count; i++) {
		const char *name = command->secret_env->item[i];

		if (!vm->caps->secret_env)
			return refuse_secret(vm, name, (int)strlen(name), err);
		if (!childenv_pass(env, name))
			return err_set(err, EXIT_DATA, "secret_env: %s is not set here", name);
		strv_push(argv, "--secret-env");
		strv_pushf(argv, "%s=%s", name, name);
	}
	for (size_t i = 0; command->secrets != NULL && i < command->secrets->count; i++) {
		const char *entry = command->secrets->item[i];
		int len = (int)strcspn(entry, "=");

		if (!vm->caps->secret_env)
			return refuse_secret(vm, entry, len, err);
		strv_pushf(env, "BOTTLE_SECRET_%zu%s", i, entry + len);
		strv_push(argv, "--secret-env");
		strv_pushf(argv, "%.*s=BOTTLE_SECRET_%zu", len, entry, i);
	}
	return 0;
}

int smolvm_exec(const struct smolvm *vm, const char *machine, const struct agent_command *command,
	int *ret, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_secrets struct strv env = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;

	exec_argv(&argv, vm, machine);
	strv_push_all(&env, (const char *const *)vm->env.item);
	for (size_t i = 0; command->env != NULL && i < command->env->count; i++) {
		strv_push(&argv, "--env");
		strv_push(&argv, command->env->item[i]);
	}
	if (push_secrets(vm, command, &argv, &env, err) != 0)
		return -1;
	agent_command_flags(command, &argv);
	if (!command->interactive && !command->tty)
		strv_push(&argv, "--stream");
	strv_push(&argv, "--");
	strv_push_all(&argv, (const char *const *)command->argv->item);
	*ret = 0;
	if (vm->plan != NULL) {
		plan_run(vm->plan, "smolvm", &argv, false);
		return 0;
	}
	if (agent_command_run(command, &argv, &env, &proc, err) != 0)
		return err_wrap(err, "smolvm: exec %s", machine);
	*ret = exec_code(&proc);
	return 0;
}
