/* The steps of a launch. */
#include "launch.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alias.h"
#include "bottle.h"
#include "bundle.h"
#include "clock.h"
#include "context.h"
#include "engine.h"
#include "engine_image.h"
#include "err.h"
#include "journal.h"
#include "lease.h"
#include "machine.h"
#include "mem.h"
#include "mount_entry.h"
#include "mount_guard.h"
#include "mounted.h"
#include "names.h"
#include "peer.h"
#include "probe.h"
#include "proxy_probe.h"
#include "published.h"
#include "random.h"
#include "seal.h"
#include "services.h"
#include "smolvm.h"
#include "spec.h"
#include "strv.h"
#include "supervisor.h"
#include "task.h"
#include "verdict.h"
#include "vmdb.h"
#include "wildcard_proof.h"

/* The agent's proxy URL holds a secret: an engine that could take it in an argv only does not get it. */
static int check_secrets(const struct launch *launch, struct error *err)
{
	const struct smolvm *vm = launch->ctx->vm;
	const struct spec_publish *publish = &launch->spec->bundle.publish;

	if (vm->caps->secret_env || publish->port[SPEC_PORT_PROXY] == 0)
		return 0;
	err_set(err, EXIT_UNAVAILABLE,
		"smolvm: version %s cannot be given the proxy's token without showing it to every "
		"user of this host",
		vm->version);
	return err_note(err, "next", "install/get-smolvm, or publish no proxy");
}

/* Folders, names, versions, images: all that can be wrong before anything is made. */
int launch_preflight(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	/* Mounts are judged before anything is run or asked. */
	if (context_smolvm_find(ctx, err) != 0 || context_guest(ctx, err) != 0 ||
		context_vmdb(ctx, err) != 0 || context_socket(ctx, err) != 0 ||
		mount_pins_take(launch->spec, &launch->pins, err) != 0 ||
		mount_guard(ctx, launch->spec, err) != 0)
		return -1;
	mounted_add(ctx, &launch->spec->agent.mounts);
	if (mount_entry_check(ctx, launch->spec, &launch->pins, err) != 0)
		return -1;
	/* smolvm answers while the engine is asked. */
	if (context_smolvm_ask(ctx, err) != 0 || context_engine(ctx, err) != 0 ||
		engine_image_inspect(
			ctx->engine, launch->spec->bundle.image, &launch->image, err) != 0)
		return -1;
	if (context_smolvm(ctx, err) != 0 || context_judge_smolvm(ctx, err) != 0 ||
		check_secrets(launch, err) != 0 ||
		seal_check(ctx, launch->slug, launch->spec, err) != 0)
		return -1;
	return agent_resolve(ctx, launch->spec, &launch->agent, err);
}

int launch_note_network(void *arg, const struct lease *lease, struct error *err)
{
	struct launch *launch = arg;

	if (seal_asked(launch->spec) &&
		journal_event(&launch->journal, "sealed", NULL, NULL, err) != 0)
		return -1;
	return journal_event(&launch->journal, "network", "alias", lease->alias, err);
}

int launch_note_container(void *arg, struct error *err)
{
	struct launch *launch = arg;

	return journal_event(&launch->journal, "container", NULL, NULL, err);
}

static void note_child(void *arg, pid_t pid)
{
	struct launch *launch = arg;
	cleanup_error struct error ignored =
		ERROR_INIT; /* the step that follows fails on a full disk */

	(void)journal_child(&launch->journal, pid, &ignored);
}

/* Where the agent may write, for whoever looks after its end at what it left. */
static int note_mounts(struct launch *launch, struct error *err)
{
	for (size_t i = 0; i < launch->pins.count; i++) {
		const struct mount_pin *pin = &launch->pins.item[i];

		if (pin->agent && pin->writable &&
			journal_mount(&launch->journal, pin->host, pin->device, pin->inode, err) !=
				0)
			return -1;
	}
	return 0;
}

int launch_begin(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	if (mounted_save(ctx, err) != 0 ||
		journal_begin(&launch->journal, launch->id, ctx->socket,
			ctx->vm ? ctx->vm->path : "", err) != 0 ||
		note_mounts(launch, err) != 0)
		return -1;
	if (ctx->vm == NULL)
		return journal_event(&launch->journal, "docker", NULL, NULL, err);
	ctx->vm->on_child = note_child;
	ctx->vm->on_child_arg = launch;
	return 0;
}

/* On a thread of its own: pack if needed, then the record, closed. The machine is ours, for an undo, from the
 * moment before it is made, and not if it turns out that somebody else made it. */
static int make_machine(void *arg, struct error *err)
{
	struct launch *launch = arg;
	struct context *ctx = launch->ctx;
	cleanup_error struct error unwritten = ERROR_INIT;
	int result;

	if (agent_pack(ctx, &launch->agent, err) != 0 ||
		machine_refuse_taken(ctx, launch->machine, err) != 0 ||
		journal_event(&launch->journal, "machine", "name", launch->machine, err) != 0 ||
		journal_sync(&launch->journal, err) != 0)
		return -1;
	result = machine_create(ctx, launch->machine, launch->spec, &launch->agent, err);
	if (result == MACHINE_TAKEN)
		(void)journal_event(&launch->journal, "foreign-machine", NULL, NULL, &unwritten);
	return result == 0 ? 0 : -1;
}

/* Gives an address back that turned out to be taken by someone whom the engine does not know. */
static int give_back(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	mem_cleanup_fd(&launch->claim);
	if (launch->bundle.id != NULL && bundle_remove(ctx, launch->bundle.id, err) != 0)
		return -1;
	bundle_clear(&launch->bundle);
	if (lease_release(ctx, &launch->lease, err) != 0)
		return -1;
	lease_clear(&launch->lease);
	return 0;
}

/* Claims an address and starts the bundle on it; meanwhile the machine is made. */
int launch_claim(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	if (machine_refuse_taken(ctx, launch->machine, err) != 0 ||
		task_start(&launch->making, make_machine, launch, err) != 0)
		return -1;
	for (;;) {
		enum bundle_result result = BUNDLE_ADDRESS_BUSY;
		int claimed;

		if (lease_claim(ctx, launch->slug, launch->labels, &launch->skip,
			    launch_note_network, launch, &launch->lease, err) != 0 ||
			alias_ensure(ctx, launch->lease.octet, err) != 0)
			return -1;
		claimed = seal_claim(launch->spec, launch->lease.alias, &launch->claim, err);
		if (claimed < 0)
			return -1;
		if (claimed == 0)
			result = bundle_start(ctx, launch->slug, launch->spec, &launch->image,
				&launch->lease, launch->labels, NULL, launch_note_container, launch,
				&launch->bundle, err);
		if (result != BUNDLE_ADDRESS_BUSY)
			return result == BUNDLE_OK ? 0 : -1;
		launch->skip.why[launch->lease.octet] =
			claimed == 0 && engine_fault(ctx->engine) == ENGINE_FAULT_NO_ADDRESS
				? "not an address of this host (bottle pool ensure)"
				: "one of its ports is taken by a listener";
		err_clear(err);
		if (give_back(launch, err) != 0)
			return -1;
	}
}

/* Nobody but the bundle listens on the alias; what listens on every address is listed, or refused. A sealed bottle
 * reaches neither. */
static int check_listeners(struct launch *launch, struct error *err)
{
	struct services_own own = {.port = {BUNDLE_LEASE_PORT}, .count = 1};
	cleanup_fd int fd = -1;

	for (size_t i = 0; i < launch->bundle.port_count; i++)
		own.port[own.count++] = launch->bundle.port[i].host_port;
	strv_clear(&launch->services);
	if (seal_asked(launch->spec))
		return 0;
	if (peer_connect(launch->ctx->socket, &fd, &own.engine_uid, err) != 0 ||
		services_strangers(launch->lease.alias, &own, err) != 0)
		return -1;
	return services_check(launch->ctx, launch->lease.alias, &launch->services, err);
}

int launch_prove_bundle(struct launch *launch, struct error *err)
{
	if (bundle_prove(launch->ctx, &launch->bundle, err) != 0)
		return -1;
	return check_listeners(launch, err);
}

int launch_join_machine(struct launch *launch, struct error *err)
{
	return task_join(&launch->making, err);
}

int launch_open_record(struct launch *launch, struct error *err)
{
	return machine_record(launch->ctx, launch->machine, launch->spec, &launch->agent,
		launch->lease.alias, &launch->bundle, err);
}

struct watch launch_watch(const struct launch *launch)
{
	return (struct watch){
		.slug = (char *)launch->slug,
		.launch = launch->id,
		.engine = launch->ctx->socket,
		.container = launch->bundle.id,
		.network = launch->lease.network_id,
		.alias = (char *)launch->lease.alias,
		.address = (char *)launch->bundle.address,
	};
}

/* From here on until it is released, the supervisor takes the end of this process for a loss as well. */
static int have_watched(struct launch *launch, struct error *err)
{
	struct watch watch = launch_watch(launch);

	watch.sealed = seal_asked(launch->spec);
	watch.process = launch->process;
	watch.port_count = launch->bundle.port_count;
	memcpy(watch.port, launch->bundle.port, sizeof(watch.port));
	mem_cleanup_fd(&launch->claim); /* the supervisor claims it anew, or gives up */
	launch->probing = supervisor_mark_probing(launch->ctx, launch->slug, err);
	return launch->probing < 0 ? -1 : supervisor_tell(&launch->supervisor, &watch, err);
}

/* What smolvm mounted is what was judged, by the paths that it noted. */
static int check_mounts(struct launch *launch, struct error *err)
{
	cleanup_strv struct strv sources = STRV_INIT, agents = STRV_INIT;

	if (vmdb_effective_sources(launch->ctx->vmdb, launch->machine, &sources, err) != 0)
		return -1;
	for (size_t i = 1; i < sources.count; i++) /* the first is our own program */
		strv_push(&agents, sources.item[i]);
	return mount_pins_check(&launch->pins, &agents, err);
}

int launch_boot(struct launch *launch, struct error *err)
{
	if (journal_event(&launch->journal, "start", NULL, NULL, err) != 0 ||
		supervisor_start(launch->ctx, launch->slug, &launch->supervisor, err) != 0 ||
		machine_boot(launch->ctx, launch->machine, launch->spec, &launch->agent,
			launch->lease.alias, &launch->bundle, &launch->process, err) != 0 ||
		check_mounts(launch, err) != 0 ||
		vmdb_policy_digest(launch->ctx->vmdb, launch->machine, launch->policy, err) != 0 ||
		have_watched(launch, err) != 0)
		return -1;
	return journal_booted(&launch->journal, launch->process.pid, launch->process.start, err);
}

int launch_unproven(const struct probe_report *report, struct error *err)
{
	err_set(err, EXIT_REFUSED, "%zu of %zu probes failed: the isolation is not proven",
		report->failed, report->count);
	for (size_t i = 0; i < report->count; i++)
		if (!report->row[i].pass)
			err_note(err, "probe", "%s (%s, must %s): %s [%s]", report->row[i].id,
				report->row[i].target,
				report->row[i].must_reach ? "connect" : "be refused",
				report->row[i].why, report->row[i].state);
	return -1;
}

/* What a packet filter was shown to close is not counted; what it cannot see is looked for. */
static int set_aside(struct launch *launch, struct error *err)
{
	if (seal_asked(launch->spec))
		return 0;
	services_set_aside(&launch->filter, &launch->services, &launch->notes);
	return published_everywhere(launch->ctx, services_filtered(&launch->filter),
		       &launch->published, err) == 0
		       ? services_check_published(launch->ctx, &launch->published, err)
		       : -1;
}

/* Packing and booting take long: what was shown of bundle and listeners before is looked at once more. */
static int still_there(struct launch *launch, struct error *err)
{
	bool alive = false;

	if (bundle_alive(launch->ctx, launch->bundle.id,
		    seal_asked(launch->spec) ? NULL : launch->lease.alias, launch->bundle.port,
		    launch->bundle.port_count, NULL, &alive, err) != 0)
		return -1;
	if (!alive)
		return err_set(err, EXIT_UNAVAILABLE,
			"the bundle was lost, or restarted, while the machine came up");
	if (!machine_process_alive(&launch->process))
		return err_set(err, EXIT_UNAVAILABLE, "the VM ended while it was probed");
	return check_listeners(launch, err) == 0 ? set_aside(launch, err) : -1;
}

/* A version that nobody tried has more to prove. */
static bool wants_full(const struct launch *launch)
{
	const struct smolvm *vm = launch->ctx->vm;

	return launch->options->full || (vm != NULL && vm->standing == SMOLVM_NEWER);
}

int launch_prove(struct launch *launch, struct error *err)
{
	cleanup_free char *other = alias_other(launch->ctx, launch->lease.octet);
	cleanup_error struct error untried = ERROR_INIT;
	struct probe_input input = {
		.machine = launch->machine,
		.process = &launch->process,
		.alias = launch->lease.alias,
		.other = other,
		.bundle_ip = launch->lease.bundle_ip,
		.ports = launch->bundle.port,
		.port_count = launch->bundle.port_count,
		.egress_port = (uint16_t)launch->spec->bundle.egress_port,
		.dial = launch->bundle.address,
		.sealed = seal_asked(launch->spec),
		.full = wants_full(launch),
	};

	if ((input.sealed && supervisor_wait(&launch->supervisor, err) != 0) ||
		probe_until_served(launch->ctx->vm, &input, &launch->probes, err) != 0)
		return -1;
	if (launch->probes.failed > 0)
		return launch_unproven(&launch->probes, err);
	/* What a proxy lets through is its image's matter: it is told, not refused. */
	if (proxy_probe_run(&input, launch->slug, launch->bundle.token, &launch->proxy, err) != 0)
		return -1;
	/* What is not proven stays counted. A sealed bottle has no such address. */
	if (!input.sealed)
		(void)wildcard_prove(launch->lease.alias, &launch->filter, &untried);
	mem_cleanup_fd(&launch->probing);
	return 0;
}

int launch_supervise(struct launch *launch, struct error *err)
{
	return supervisor_wait(&launch->supervisor, err) == 0 ? still_there(launch, err) : -1;
}

static void conclude_machine(struct launch *launch, struct verdict *verdict)
{
	const struct context *ctx = launch->ctx;

	verdict->machine = xstrdup(launch->machine);
	verdict->process = launch->process;
	verdict->policy = xstrdup(launch->policy);
	verdict->smolvm = xstrdup(ctx->vm->path);
	verdict->smolvm_version = xstrdup(ctx->vm->version);
	verdict->unproven = ctx->vm->standing != SMOLVM_SUPPORTED;
	verdict->text = verdict_text(seal_asked(launch->spec),
		launch->services.count + launch->published.count, &launch->proxy);
}

void launch_conclude(struct launch *launch, struct verdict *verdict)
{
	const struct context *ctx = launch->ctx;

	verdict->slug = xstrdup(launch->slug);
	verdict->launch = xstrdup(launch->id);
	verdict->time = clock_epoch();
	verdict->alias = xstrdup(launch->lease.alias);
	verdict->subnet = xstrdup(launch->lease.subnet);
	verdict->bundle_ip = xstrdup(launch->lease.bundle_ip);
	verdict->container_id = xstrdup(launch->bundle.id);
	verdict->bundle_image = xstrdup(launch->image.id);
	memcpy(verdict->port, launch->bundle.port, sizeof(verdict->port));
	verdict->port_count = launch->bundle.port_count;
	verdict->engine = xstrdup(ctx->socket);
	verdict->engine_api = engine_api_minor(ctx->engine);
	verdict->egress_port = launch->spec->bundle.egress_port;
	verdict->sealed = seal_asked(launch->spec);
	verdict->full = wants_full(launch);
	strv_push_all(&verdict->services, (const char *const *)launch->services.item);
	strv_push_all(&verdict->published, (const char *const *)launch->published.item);
	strv_push_all(&verdict->notes, (const char *const *)launch->notes.item);
	if (!verdict->sealed && launch->spec->backend != SPEC_BACKEND_DOCKER)
		verdict_note_engine(ctx, &verdict->notes);
	strv_push_all(
		&verdict->secret_env, (const char *const *)launch->spec->agent.secret_env.item);
	if (launch->spec->backend == SPEC_BACKEND_DOCKER)
		docker_launch_conclude(launch, verdict);
	else
		conclude_machine(launch, verdict);
	verdict->token = steal_str(&launch->bundle.token);
	verdict->probes = launch->probes;
	verdict->proxy = launch->proxy;
	launch->probes = launch->proxy = (struct probe_report){NULL, NULL, 0, 0, 0};
}

void launch_clear(struct launch *launch)
{
	cleanup_error struct error ignored = ERROR_INIT;

	(void)task_join(&launch->making, &ignored);
	if (launch->ctx->vm != NULL)
		launch->ctx->vm->on_child = NULL;
	free(launch->id);
	free(launch->machine);
	json_decref(launch->labels);
	journal_clear(&launch->journal);
	mount_pins_clear(&launch->pins);
	agent_clear(&launch->agent);
	engine_image_clear(&launch->image);
	lease_clear(&launch->lease);
	bundle_clear(&launch->bundle);
	agent_container_clear(&launch->container);
	strv_clear(&launch->services);
	strv_clear(&launch->published);
	strv_clear(&launch->notes);
	probe_report_clear(&launch->probes);
	probe_report_clear(&launch->proxy);
	mem_cleanup_fd(&launch->claim);
	mem_cleanup_fd(&launch->probing);
	supervisor_clear(&launch->supervisor);
}

void launch_init(struct launch *launch, const char *name)
{
	cleanup_free char *uid = xasprintf("%u", (unsigned)geteuid());
	const char *backend =
		launch->spec->backend == SPEC_BACKEND_DOCKER ? BACKEND_DOCKER : BACKEND_SMOLVM;

	launch->slug = name;
	launch->id = random_hex(JOURNAL_LAUNCH_LEN / 2);
	launch->machine = xasprintf("%s%s", NAME_MACHINE_PREFIX, name);
	launch->labels = json_pack("{s:s, s:s, s:s, s:s, s:s}", LABEL_SLUG, name, LABEL_OWNER, uid,
		LABEL_LAUNCHER, launch->id, LABEL_BACKEND, backend, LABEL_VERSION, BOTTLE_VERSION);
}
