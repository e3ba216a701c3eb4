/* The bottle's microVM. */
#include "machine.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "agent.h"
#include "bundle.h"
#include "clock.h"
#include "context.h"
#include "err.h"
#include "guest.h"
#include "mem.h"
#include "names.h"
#include "outside.h"
#include "resolver.h"
#include "seal.h"
#include "self.h"
#include "smolvm.h"
#include "smolvm_process.h"
#include "spec.h"
#include "vmdb.h"

enum {
	GONE_MS = 10000, /* how long a VM monitor may take to end once its machine was stopped */
	MOUNT_MAX = 64,
};

/* What the record must be, and what its pointers point into. */
struct wanted {
	struct vmdb_template template;
	struct vmdb_mount mounts[MOUNT_MAX];
	struct vmdb_socket sockets[SPEC_PORT_COUNT];
	struct strv paths; /* of the sockets */
	struct strv cmd;
	char cidr[24];
};

#define cleanup_wanted __attribute__((cleanup(wanted_clear)))

static void wanted_clear(struct wanted *wanted)
{
	strv_clear(&wanted->cmd);
	strv_clear(&wanted->paths);
}

/* Without a bundle yet, and without a port, there is nothing to relay. */
static void workload(struct strv *cmd, const char *alias, const struct bundle *bundle)
{
	strv_push(cmd, GUEST_PROGRAM);
	if (bundle == NULL || bundle->port_count == 0) {
		strv_push(cmd, "hold");
		return;
	}
	strv_push(cmd, "relay");
	strv_push(cmd, alias);
	for (size_t i = 0; i < bundle->port_count; i++) {
		cleanup_free char *socket = seal_guest_socket(bundle->port[i].name);

		strv_pushf(cmd, "%u=%s", bundle->port[i].host_port, socket);
	}
}

/* One socket a published port, in the order of their names' enumeration. */
static void add_sockets(const struct context *ctx, const char *slug, const struct bottle_spec *spec,
	struct wanted *wanted)
{
	struct vmdb_template *template = &wanted->template;

	for (int i = 0; i < SPEC_PORT_COUNT; i++) {
		const char *name = spec_port_name((enum spec_port)i);
		cleanup_free char *host = NULL, *guest = NULL;

		if (spec->bundle.publish.port[i] == 0)
			continue;
		host = seal_socket(ctx, slug, name);
		guest = seal_guest_socket(name);
		strv_push(&wanted->paths, host);
		strv_push(&wanted->paths, guest);
		wanted->sockets[template->socket_count++] =
			(struct vmdb_socket){wanted->paths.item[wanted->paths.count - 2],
				wanted->paths.item[wanted->paths.count - 1]};
	}
	template->sockets = wanted->sockets;
	template->policy.cidr = template->policy.dns = NULL;
	template->policy.sealed = true;
}

static int describe(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct agent *agent, const char *alias, const struct bundle *bundle,
	struct wanted *wanted, struct error *err)
{
	bool sealed = seal_asked(spec);
	struct vmdb_template *template = &wanted->template;
	const struct spec_mounts *mounts = &spec->agent.mounts;

	if (mounts->count + 1 > MOUNT_MAX)
		return err_set(err, EXIT_DATA, "agent.mounts: more than %d", MOUNT_MAX - 1);
	if (context_guest(ctx, err) != 0)
		return -1;
	workload(&wanted->cmd, alias, sealed ? bundle : NULL);
	strcat(strcpy(wanted->cidr, alias), "/32");
	wanted->mounts[0] = (struct vmdb_mount){ctx->guest, GUEST_FOLDER, true};
	for (size_t i = 0; i < mounts->count; i++)
		wanted->mounts[i + 1] = (struct vmdb_mount){
			mounts->item[i].host, mounts->item[i].guest, mounts->item[i].read_only};
	*template = (struct vmdb_template){
		.name = name,
		.cpus = spec->agent.cpus,
		.memory_mib = spec->agent.memory,
		.mounts = wanted->mounts,
		.mount_count = mounts->count + 1,
		.env = &spec->agent.env,
		.pack = agent->pack,
		.policy = {.cidr = wanted->cidr,
			.dns = ctx->vm->caps->dns ? resolver_for(alias) : NULL,
			.cmd = &wanted->cmd},
	};
	if (sealed)
		add_sockets(ctx, name + strlen(NAME_MACHINE_PREFIX), spec, wanted);
	return 0;
}

static int refuse_live_server(struct error *err)
{
	pid_t pid = 0;

	if (smolvm_serve_pid(&pid, err) != 0)
		return -1;
	if (pid == 0)
		return 0;
	err_set(err, EXIT_REFUSED,
		"smolvm serve (pid %d) runs: it may start machines with a policy that it "
		"remembers from before",
		(int)pid);
	return err_note(err, "next", "kill %d", (int)pid);
}

int machine_refuse_taken(struct context *ctx, const char *name, struct error *err)
{
	bool taken = false;

	if (vmdb_has_row(ctx->vmdb, name, &taken, err) != 0)
		return -1;
	if (!taken)
		return 0;
	err_set(err, EXIT_CANTCREATE,
		"a machine named %s exists already, and this launch did not make it", name);
	return err_note(err, "next",
		"smolvm machine delete --name %s (if nothing of yours needs it)", name);
}

static int create(struct context *ctx, const struct wanted *wanted, struct error *err)
{
	const struct vmdb_template *template = &wanted->template;
	cleanup_strv struct strv volumes = STRV_INIT, sockets = STRV_INIT;
	struct smolvm_create create = {.machine = template->name,
		.pack = template->pack,
		.cpus = template->cpus,
		.memory_mib = template->memory_mib,
		.volumes = &volumes,
		.sockets = &sockets,
		.env = template->env,
		.command = &wanted->cmd};
	int result;

	for (size_t i = 0; i < template->mount_count; i++)
		strv_pushf(&volumes, "%s:%s%s", wanted->mounts[i].host, wanted->mounts[i].guest,
			wanted->mounts[i].read_only ? ":ro" : "");
	for (size_t i = 0; i < template->socket_count; i++)
		strv_pushf(&sockets, "%s:%s", wanted->sockets[i].host, wanted->sockets[i].guest);
	result = smolvm_create(ctx->vm, &create, err);
	return result == SMOLVM_TAKEN ? MACHINE_TAKEN : result;
}

int machine_create(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct agent *agent, struct error *err)
{
	cleanup_wanted struct wanted wanted = {.cmd = STRV_INIT};

	if (describe(ctx, name, spec, agent, "127.0.0.1", NULL, &wanted, err) != 0 ||
		refuse_live_server(err) != 0 || vmdb_close_folders(ctx->vmdb, err) != 0 ||
		machine_refuse_taken(ctx, name, err) != 0)
		return -1;
	return create(ctx, &wanted, err);
}

int machine_plan(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct agent *agent, const char *alias, const struct bundle *bundle,
	struct error *err)
{
	cleanup_wanted struct wanted wanted = {.cmd = STRV_INIT};

	if (describe(ctx, name, spec, agent, alias, bundle, &wanted, err) != 0 ||
		refuse_live_server(err) != 0 || create(ctx, &wanted, err) != 0 ||
		vmdb_patch(ctx->vmdb, name, &wanted.template.policy, err) != 0 ||
		smolvm_start(ctx->vm, name, err) != 0)
		return -1;
	return guest_plan(ctx->vm, name, alias, err);
}

int machine_record(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct agent *agent, const char *alias, const struct bundle *bundle,
	struct error *err)
{
	cleanup_wanted struct wanted wanted = {.cmd = STRV_INIT};

	if (describe(ctx, name, spec, agent, alias, bundle, &wanted, err) != 0 ||
		vmdb_patch(ctx->vmdb, name, &wanted.template.policy, err) != 0)
		return -1;
	return vmdb_compare(ctx->vmdb, &wanted.template, NULL, err);
}

int machine_boot(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct agent *agent, const char *alias, const struct bundle *bundle,
	struct machine_process *ret, struct error *err)
{
	cleanup_wanted struct wanted wanted = {.cmd = STRV_INIT};
	cleanup_vmdb_machine struct vmdb_machine row = VMDB_MACHINE_INIT;
	int64_t since;

	if (describe(ctx, name, spec, agent, alias, bundle, &wanted, err) != 0 ||
		vmdb_forget_policy(ctx->vmdb, name, &since, err) != 0 ||
		smolvm_start(ctx->vm, name, err) != 0 || refuse_live_server(err) != 0 ||
		vmdb_check_effective(ctx->vmdb, &wanted.template, since, err) != 0 ||
		vmdb_check_machine_private(ctx->vmdb, name, err) != 0)
		return -1;
	wanted.template.running = true;
	if (vmdb_compare(ctx->vmdb, &wanted.template, &row, err) != 0)
		return -1;
	ret->pid = (pid_t)row.pid;
	if (self_process_start(ret->pid, &ret->start) != 0)
		return err_set(err, EXIT_UNAVAILABLE,
			"smolvm: the VM monitor of %s (pid %d) has ended already", name,
			(int)ret->pid);
	return 0;
}

bool machine_process_alive(const struct machine_process *process)
{
	uint64_t start;

	/* Without a start time, which not every engine records, any process of that number counts. */
	return process->pid > 0 && self_process_start(process->pid, &start) == 0 &&
	       (process->start == 0 || start == process->start);
}

static int end_monitor(const struct machine_process *monitor, const char *name, struct error *err)
{
	int64_t deadline = clock_ms() + GONE_MS;

	outside_enter();
	while (machine_process_alive(monitor) && clock_ms() < deadline) {
		if (monitor->start != 0 && clock_ms() > deadline - GONE_MS / 2)
			kill(monitor->pid, SIGKILL);
		clock_sleep_ms(20);
	}
	outside_leave();
	return !machine_process_alive(monitor)
		       ? 0
		       : err_set(err, EXIT_UNAVAILABLE,
				 "the VM monitor of %s (pid %d) does not end", name,
				 (int)monitor->pid);
}

int machine_stop(struct context *ctx, const char *name, const struct machine_process *known,
	struct error *err)
{
	cleanup_vmdb_machine struct vmdb_machine row = VMDB_MACHINE_INIT;
	cleanup_error struct error unreadable =
		ERROR_INIT; /* such a record is stopped all the same */
	struct machine_process recorded = {0, 0};
	bool there = false;

	if (vmdb_has_row(ctx->vmdb, name, &there, err) != 0) {
		/* Nor does a database that cannot be opened, as on a full disk, keep a VM alive. */
		(void)end_monitor(known, name, &unreadable);
		return -1;
	}
	if (there && vmdb_machine(ctx->vmdb, name, &row, &unreadable) == 0)
		recorded = (struct machine_process){(pid_t)row.pid, row.pid_start};
	if (there && smolvm_stop(ctx->vm, name, err) != 0)
		return -1;
	/* The monitor is found by the pid that the record or the journal had, so that a record that is gone,
	 * or an engine that only forgot it, leaves no VM behind. */
	if (end_monitor(&recorded, name, err) != 0 || end_monitor(known, name, err) != 0)
		return -1;
	return 0;
}

int machine_remove(struct context *ctx, const char *name, const struct machine_process *known,
	struct error *err)
{
	bool there = false;

	if (machine_stop(ctx, name, known, err) != 0 ||
		vmdb_has_row(ctx->vmdb, name, &there, err) != 0)
		return -1;
	if (!there)
		return 0;
	if (smolvm_delete(ctx->vm, name, err) != 0 ||
		vmdb_has_row(ctx->vmdb, name, &there, err) != 0)
		return -1;
	return !there ? 0
		      : err_set(err, EXIT_UNAVAILABLE,
				"smolvm: delete %s: its record is still there", name);
}

int machine_running(struct context *ctx, const char *name, bool *ret, struct error *err)
{
	cleanup_vmdb_machine struct vmdb_machine row = VMDB_MACHINE_INIT;
	bool there = false;

	*ret = false;
	if (vmdb_has_row(ctx->vmdb, name, &there, err) != 0)
		return -1;
	if (there && vmdb_machine(ctx->vmdb, name, &row, err) != 0)
		return -1;
	if (there)
		*ret = machine_process_alive(
			&(struct machine_process){(pid_t)row.pid, row.pid_start});
	return 0;
}
