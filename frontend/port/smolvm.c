/* The smolvm command line. Child environment and umask 077 come from base/proc and base/childenv. */
#include "smolvm.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "childenv.h"
#include "clock.h"
#include "err.h"
#include "mem.h"
#include "plan.h"
#include "program.h"
#include "smolvm_call.h"

enum {
	QUICK_MS = 30 * 1000,   /* version, ls, delete */
	CREATE_MS = 300 * 1000, /* unpacks the pack */
	START_MS = 180 * 1000,
	STOP_MS = 60 * 1000,
	PACK_MS = 30 * 60 * 1000,
	BOOT_TRIES = 3,
};

int smolvm_find(
	struct smolvm *vm, const char *configured, const struct strv *mounted, struct error *err)
{
	if (configured == NULL) {
		if (program_find("smolvm", mounted, &vm->path, err) != 0)
			return err_wrap(err, "smolvm");
		if (vm->path == NULL) {
			err_set(err, EXIT_UNAVAILABLE,
				"smolvm: no such program in PATH that only root or this user can "
				"write");
			return err_note(err, "next",
				"install/get-smolvm, or set `smolvm:` in "
				"~/.config/bottle/config.yaml to its path");
		}
	} else if (program_trusted(configured)) {
		if (program_check_place(configured, mounted, err) != 0)
			return err_wrap(err, "smolvm");
		vm->path = xstrdup(configured);
	} else {
		return err_set(err, EXIT_UNAVAILABLE,
			"smolvm: %s is not an executable file that only root or this user can "
			"write",
			configured);
	}
	childenv_fill(&vm->env, mounted, &vm->dropped);
	return 0;
}

void smolvm_renew_env(struct smolvm *vm, const struct strv *mounted)
{
	strv_clear(&vm->env);
	childenv_fill(&vm->env, mounted, NULL);
}

int smolvm_ask(struct smolvm *vm, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;

	if (vm->asking.pid != 0 || vm->version != NULL)
		return 0;
	strv_push(&argv, vm->path);
	strv_push(&argv, "--version");
	if (vm->plan != NULL)
		plan_run(vm->plan, "smolvm", &argv, true);
	spec.argv = &argv;
	spec.env = &vm->env;
	spec.deadline_ms = QUICK_MS;
	if (proc_start(&vm->asking, &spec, err) != 0) {
		err->code = EXIT_UNAVAILABLE;
		return err_wrap(err, "smolvm");
	}
	vm->asked = outside_mark();
	return 0;
}

int smolvm_ask_done(struct smolvm *vm, struct error *err)
{
	cleanup_free char *line = NULL;
	const char *version;

	if (proc_runs(&vm->asking))
		outside_since(vm->asked);
	if (proc_wait(&vm->asking, err) != 0)
		return err_wrap(err, "%s --version", vm->path);
	line = proc_last_line(&vm->asking);
	if (vm->asking.exit_code != 0)
		return err_set(
			err, EXIT_UNAVAILABLE, "smolvm: %s --version failed: %s", vm->path, line);
	version =
		strncmp(buf_str(&vm->asking.out), "smolvm ", 7) == 0 ? vm->asking.out.data + 7 : "";
	vm->version = xstrndup(version, strcspn(version, "\n"));
	proc_clear(&vm->asking);
	return smolvm_caps_find(vm->version, &vm->caps, &vm->standing, err);
}

int smolvm_call(const struct smolvm *vm, const struct strv *argv, int deadline_ms,
	struct proc *proc, struct error *err)
{
	struct proc_spec spec = PROC_SPEC_INIT;

	if (vm->plan != NULL) {
		plan_run(vm->plan, "smolvm", argv, false);
		return 0;
	}
	spec.argv = argv;
	spec.env = &vm->env;
	spec.deadline_ms = deadline_ms;
	spec.output_max = 16 << 20;
	if (proc_start(proc, &spec, err) != 0)
		return -1;
	if (vm->on_child != NULL)
		vm->on_child(vm->on_child_arg, proc->pid);
	return proc_wait(proc, err);
}

void smolvm_words(struct strv *argv, const struct smolvm *vm, const char *noun, const char *verb)
{
	strv_push(argv, vm->path);
	strv_push(argv, noun);
	strv_push(argv, verb);
}

/* --name NAME, or NAME where the version has no flag. */
static void push_name(struct strv *argv, const struct smolvm *vm, const char *machine)
{
	if (vm->caps->name_flag)
		strv_push(argv, "--name");
	strv_push(argv, machine);
}

/* What smolvm says when a machine does not exist (data/errors.rs and the texts of older verbs). */
static bool says_unknown(const struct proc *proc)
{
	return strstr(buf_str(&proc->err), "vm not found:") != NULL ||
	       strstr(buf_str(&proc->out), "not found or not running") != NULL;
}

/* smolvm gives a VM 30 s to show progress while it boots, which a loaded host exceeds now and then
 * (seen on 1.32.2 with a container starting beside it). Trying again is what a person would do. */
static bool boot_was_slow(const struct proc *proc)
{
	return proc->exit_code != 0 &&
	       strstr(buf_str(&proc->err), "agent did not become ready") != NULL;
}

static int failed(const struct proc *proc, enum exit_code code, const char *verb,
	const char *machine, struct error *err)
{
	cleanup_free char *line = proc_last_line(proc);

	return err_set(err, code, "smolvm: %s %s: %s", verb, machine, line);
}

/* From 1.7.3 on (sources up to 1.9.3; run: 1.7.4) the image of such a pack counts as one yet to be pulled. */
static int network_wanted(struct error *err)
{
	err_note(err, "why", "it takes a registry's image with a network alone; bottle gives none");
	return err_note(err, "next", "install/get-smolvm (1.32.2 needs no registry)");
}

int smolvm_create(const struct smolvm *vm, const struct smolvm_create *create, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;

	smolvm_words(&argv, vm, "machine", "create");
	push_name(&argv, vm, create->machine);
	strv_push(&argv, "--from");
	strv_push(&argv, create->pack);
	strv_push(&argv, "--cpus");
	strv_pushf(&argv, "%u", create->cpus);
	strv_push(&argv, "--mem");
	strv_pushf(&argv, "%u", create->memory_mib);
	for (size_t i = 0; i < create->volumes->count; i++) {
		strv_push(&argv, "--volume");
		strv_push(&argv, create->volumes->item[i]);
	}
	for (size_t i = 0; i < create->sockets->count; i++) {
		strv_push(&argv, "--mount-socket");
		strv_push(&argv, create->sockets->item[i]);
	}
	for (size_t i = 0; i < create->env->count; i++) {
		strv_push(&argv, "--env");
		strv_push(&argv, create->env->item[i]);
	}
	if (vm->caps->trailing_command) {
		strv_push(&argv, "--");
		strv_push_all(&argv, (const char *const *)create->command->item);
	}
	if (smolvm_call(vm, &argv, CREATE_MS, &proc, err) != 0)
		return err_wrap(err, "smolvm: create %s", create->machine);
	if (proc.exit_code == 0)
		return 0;
	failed(&proc, EXIT_CANTCREATE, "create", create->machine, err);
	if (strstr(buf_str(&proc.err), "but this machine has no network") != NULL)
		return network_wanted(err);
	if (strstr(buf_str(&proc.err), "already exists") == NULL)
		return -1;
	err_note(err, "next", "%s machine delete --name %s (if nothing of yours needs it)",
		vm->path, create->machine);
	return SMOLVM_TAKEN;
}

int smolvm_start(const struct smolvm *vm, const char *machine, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;

	smolvm_words(&argv, vm, "machine", "start");
	strv_push(&argv, "--name");
	strv_push(&argv, machine);
	for (int tries = 1;; tries++) {
		if (smolvm_call(vm, &argv, START_MS, &proc, err) != 0)
			return err_wrap(err, "smolvm: start %s", machine);
		if (!boot_was_slow(&proc) || tries == BOOT_TRIES)
			break;
		if (smolvm_stop(vm, machine, err) != 0)
			return -1;
		proc_clear(&proc);
	}
	if (proc.exit_code != 0)
		return failed(&proc, EXIT_UNAVAILABLE, "start", machine, err);
	if (strstr(buf_str(&proc.out), "already running") != NULL ||
		strstr(buf_str(&proc.err), "already running") != NULL)
		return err_set(err, EXIT_REFUSED,
			"smolvm: %s was running before it was started: its policy is not the one "
			"just set",
			machine);
	return 0;
}

int smolvm_stop(const struct smolvm *vm, const char *machine, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;

	smolvm_words(&argv, vm, "machine", "stop");
	strv_push(&argv, "--name");
	strv_push(&argv, machine);
	if (vm->caps->stop_timeout) {
		strv_push(&argv, "--timeout");
		strv_push(&argv, "2");
	}
	if (smolvm_call(vm, &argv, STOP_MS, &proc, err) != 0)
		return err_wrap(err, "smolvm: stop %s", machine);
	if (proc.exit_code != 0 && !says_unknown(&proc))
		return failed(&proc, EXIT_UNAVAILABLE, "stop", machine, err);
	return 0;
}

int smolvm_delete(const struct smolvm *vm, const char *machine, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;

	smolvm_words(&argv, vm, "machine", "delete");
	push_name(&argv, vm, machine);
	strv_push(&argv, "--force");
	if (smolvm_call(vm, &argv, STOP_MS, &proc, err) != 0)
		return err_wrap(err, "smolvm: delete %s", machine);
	if (proc.exit_code != 0 && !says_unknown(&proc))
		return failed(&proc, EXIT_UNAVAILABLE, "delete", machine, err);
	return 0;
}

/* Runs a verb that prints JSON. */
static int json_of(
	const struct smolvm *vm, struct strv *argv, const char *verb, char **ret, struct error *err)
{
	cleanup_proc struct proc proc = PROC_INIT;

	strv_push(argv, "--json");
	if (smolvm_call(vm, argv, QUICK_MS, &proc, err) != 0)
		return err_wrap(err, "smolvm: %s", verb);
	if (proc.exit_code != 0)
		return failed(&proc, EXIT_UNAVAILABLE, verb, "--json", err);
	*ret = buf_steal(&proc.out);
	return 0;
}

int smolvm_list(const struct smolvm *vm, char **ret, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;

	smolvm_words(&argv, vm, "machine", "ls");
	return json_of(vm, &argv, "ls", ret, err);
}

int smolvm_egress_events(
	const struct smolvm *vm, const char *machine, char **ret, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;

	*ret = NULL;
	if (!vm->caps->egress_events)
		return 0;
	smolvm_words(&argv, vm, "machine", "egress-events");
	strv_push(&argv, "--name");
	strv_push(&argv, machine);
	return json_of(vm, &argv, "egress-events", ret, err);
}

int smolvm_pack(const struct smolvm *vm, const char *image, const char *pack, struct error *err)
{
	static const char suffix[] = ".smolmachine";
	size_t stem = strlen(pack) - (sizeof(suffix) - 1);
	cleanup_free char *output = xstrndup(pack, stem);
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;

	smolvm_words(&argv, vm, "pack", "create");
	strv_push(&argv, "--image");
	strv_push(&argv, image);
	strv_push(&argv,
		"--output"); /* smolvm adds the suffix, and writes a program beside the pack */
	strv_push(&argv, output);
	for (int tries = 1;; tries++) {
		if (smolvm_call(vm, &argv, PACK_MS, &proc, err) != 0)
			return err_wrap(err, "smolvm: pack create");
		unlink(output);
		if (!boot_was_slow(&proc) || tries == BOOT_TRIES)
			break;
		proc_clear(&proc);
	}
	if (proc.exit_code != 0)
		return failed(&proc, EXIT_CANTCREATE, "pack create", image, err);
	return 0;
}

void smolvm_clear(struct smolvm *vm)
{
	proc_clear(&vm->asking);
	free(vm->path);
	free(vm->version);
	strv_clear(&vm->env);
	strv_clear(&vm->dropped);
	*vm = (struct smolvm)SMOLVM_INIT;
}
