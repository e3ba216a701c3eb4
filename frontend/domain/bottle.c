/* A launch, step by step. Each step is written to the journal before it is done, and teardown.c undoes what
 * the journal says was begun, in reverse: that is the undo of a failing step, of Ctrl-C and of a kill -9
 * alike. No code of the agent runs before the last step has passed: until then the machine's only workload
 * is our own program. */
#include "bottle.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent.h"
#include "alias.h"
#include "bundle.h"
#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "engine.h"
#include "engine_image.h"
#include "err.h"
#include "guest.h"
#include "journal.h"
#include "lease.h"
#include "machine.h"
#include "mem.h"
#include "names.h"
#include "outside.h"
#include "probe.h"
#include "random.h"
#include "services.h"
#include "smolvm.h"
#include "spec.h"
#include "strv.h"
#include "task.h"
#include "teardown.h"
#include "verdict.h"

struct launch {
	struct context *ctx;
	const char *slug;
	const struct bottle_spec *spec;
	const struct bottle_options *options;
	char *id; /* of this launch: the label on everything that it makes */
	char *machine;
	json_t *labels;
	struct journal journal;
	struct agent agent;
	struct engine_image image;
	struct lease_skip skip;
	struct lease lease;
	struct bundle bundle;
	struct task making; /* pack and machine, beside the bundle */
	struct machine_process process;
	struct strv services;
	struct probe_report probes;
};

/* Folders, names, versions, images: all that can be wrong before anything is made. */
static int preflight(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	/* smolvm answers while the engine is asked. */
	if (context_smolvm_ask(ctx, err) != 0 || context_guest(ctx, err) != 0 ||
		context_vmdb(ctx, err) != 0 || context_engine(ctx, err) != 0 ||
		engine_image_inspect(
			ctx->engine, launch->spec->bundle.image, &launch->image, err) != 0)
		return -1;
	if (context_smolvm(ctx, err) != 0 || context_judge_smolvm(ctx, err) != 0)
		return -1;
	return agent_resolve(ctx, launch->spec, &launch->agent, err);
}

static int note_network(void *arg, const struct lease *lease, struct error *err)
{
	struct launch *launch = arg;

	return journal_event(&launch->journal, "network", "alias", lease->alias, err);
}

static int note_container(void *arg, struct error *err)
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

	if (launch->bundle.id != NULL && bundle_remove(ctx, launch->bundle.id, err) != 0)
		return -1;
	bundle_clear(&launch->bundle);
	if (lease_release(ctx, &launch->lease, err) != 0)
		return -1;
	lease_clear(&launch->lease);
	return 0;
}

/* Claims an address and starts the bundle on it; meanwhile the machine is made. */
static int claim_and_start(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	if (machine_refuse_taken(ctx, launch->machine, err) != 0 ||
		task_start(&launch->making, make_machine, launch, err) != 0)
		return -1;
	for (;;) {
		enum bundle_result result;

		if (lease_claim(ctx, launch->slug, launch->labels, &launch->skip, note_network,
			    launch, &launch->lease, err) != 0 ||
			alias_ensure(ctx, launch->lease.octet, err) != 0)
			return -1;
		result = bundle_start(ctx, launch->slug, launch->spec, &launch->image,
			&launch->lease, launch->labels, note_container, launch, &launch->bundle,
			err);
		if (result != BUNDLE_ADDRESS_BUSY)
			return result == BUNDLE_OK ? 0 : -1;
		launch->skip.why[launch->lease.octet] =
			engine_fault(ctx->engine) == ENGINE_FAULT_NO_ADDRESS
				? "not an address of this host (bottle pool ensure)"
				: "one of its ports is taken by a listener";
		err_clear(err);
		if (give_back(launch, err) != 0)
			return -1;
	}
}

/* Nobody but the bundle listens on the alias; what listens on every address is listed, or refused. */
static int check_listeners(struct launch *launch, struct error *err)
{
	uint16_t own[BUNDLE_PORT_MAX + 1] = {BUNDLE_LEASE_PORT};

	for (size_t i = 0; i < launch->bundle.port_count; i++)
		own[i + 1] = launch->bundle.port[i].host_port;
	strv_clear(&launch->services);
	if (services_strangers(launch->lease.alias, own, launch->bundle.port_count + 1, err) != 0)
		return -1;
	return services_check(launch->ctx, launch->lease.alias, &launch->services, err);
}

static int prove_bundle(struct launch *launch, struct error *err)
{
	if (bundle_prove(launch->ctx, &launch->bundle, &launch->lease, err) != 0)
		return -1;
	return check_listeners(launch, err);
}

static int join_machine(struct launch *launch, struct error *err)
{
	return task_join(&launch->making, err);
}

static int open_record(struct launch *launch, struct error *err)
{
	return machine_record(launch->ctx, launch->machine, launch->spec, &launch->agent,
		launch->lease.alias, err);
}

static int boot(struct launch *launch, struct error *err)
{
	if (journal_event(&launch->journal, "start", NULL, NULL, err) != 0 ||
		machine_boot(launch->ctx, launch->machine, launch->spec, &launch->agent,
			launch->lease.alias, &launch->process, err) != 0)
		return -1;
	return journal_booted(&launch->journal, launch->process.pid, launch->process.start, err);
}

/* An error for a probe table with failures: the first few rows, and that nothing is up. */
static int unproven(const struct probe_report *report, struct error *err)
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

/* Packing and booting take long: what was shown of bundle and listeners before is looked at once more. */
static int still_there(struct launch *launch, struct error *err)
{
	bool alive = false;

	if (bundle_alive(launch->ctx, launch->bundle.id, launch->lease.alias, launch->bundle.port,
		    launch->bundle.port_count, &alive, err) != 0)
		return -1;
	if (!alive)
		return err_set(err, EXIT_UNAVAILABLE,
			"the bundle was lost, or restarted, while the machine came up");
	if (!machine_process_alive(&launch->process))
		return err_set(err, EXIT_UNAVAILABLE, "the VM ended while it was probed");
	return check_listeners(launch, err);
}

/* A version that nobody tried has more to prove. */
static bool wants_full(const struct launch *launch)
{
	return launch->options->full || launch->ctx->vm->standing == SMOLVM_NEWER;
}

static int prove(struct launch *launch, struct error *err)
{
	cleanup_free char *other = alias_other(launch->ctx, launch->lease.octet);
	struct probe_input input = {
		.machine = launch->machine,
		.alias = launch->lease.alias,
		.other = other,
		.bundle_ip = launch->lease.bundle_ip,
		.ports = launch->bundle.port,
		.port_count = launch->bundle.port_count,
		.egress_port = (uint16_t)launch->spec->bundle.egress_port,
		.full = wants_full(launch),
	};

	if (probe_run(launch->ctx->vm, &input, &launch->probes, err) != 0)
		return -1;
	return launch->probes.failed == 0 ? still_there(launch, err)
					  : unproven(&launch->probes, err);
}

/* Fills in the verdict from what the launch knows, handing strings over. */
static void conclude(struct launch *launch, struct verdict *verdict)
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
	verdict->machine = xstrdup(launch->machine);
	verdict->process = launch->process;
	verdict->engine = xstrdup(ctx->socket);
	verdict->engine_api = engine_api_minor(ctx->engine);
	verdict->smolvm = xstrdup(ctx->vm->path);
	verdict->smolvm_version = xstrdup(ctx->vm->version);
	verdict->unproven = ctx->vm->standing != SMOLVM_SUPPORTED;
	verdict->egress_port = launch->spec->bundle.egress_port;
	verdict->full = wants_full(launch);
	strv_push_all(&verdict->services, (const char *const *)launch->services.item);
	strv_push_all(
		&verdict->secret_env, (const char *const *)launch->spec->agent.secret_env.item);
	verdict->text = verdict_text(launch->services.count);
	verdict->probes = launch->probes;
	launch->probes = (struct probe_report){NULL, NULL, 0, 0, 0};
}

static const struct step {
	const char *name;
	const char *what;
	int (*run)(struct launch *launch, struct error *err);
} steps[] = {
	{"preflight", "looking at engine, smolvm and images", preflight},
	{"bundle", "claiming an address and starting the bundle", claim_and_start},
	{"publish", "waiting for the bundle to serve its ports", prove_bundle},
	{"machine", "packing the image and creating the machine", join_machine},
	{"record", "opening the machine's record to the address", open_record},
	{"start", "booting the machine", boot},
	{"verify", "probing the isolation from inside", prove},
};

static int interrupted(struct error *err)
{
	return err_set(err, (enum exit_code)(EXIT_SIGNAL_BASE + cancel_signal()), "interrupted");
}

/* From here on something exists that has to be undone. */
static int begin_journal(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	if (journal_begin(&launch->journal, launch->id, ctx->socket, ctx->vm->path, err) != 0)
		return -1;
	ctx->vm->on_child = note_child;
	ctx->vm->on_child_arg = launch;
	return 0;
}

static int run_steps(struct launch *launch, struct bottle_timings *timings, struct error *err)
{
	const struct progress *progress = &launch->ctx->progress;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int64_t begin = clock_us(), waited = outside_us();
		int result;

		if (i == 1 && begin_journal(launch, err) != 0)
			return -1;
		if (progress->begin != NULL)
			progress->begin(progress->arg, steps[i].name, steps[i].what);
		result = cancel_asked() ? interrupted(err) : steps[i].run(launch, err);
		timings->step[timings->count++] = (struct bottle_timing){
			steps[i].name, clock_us() - begin, outside_us() - waited};
		if (result != 0)
			return -1;
		if (progress->end != NULL)
			progress->end(progress->arg, steps[i].name, clock_us() - begin);
	}
	return cancel_asked() ? interrupted(err) : 0;
}

/* Undoes a launch that failed with *err, and adds to it what could not be undone. */
static void undo(struct launch *launch, struct error *err)
{
	cleanup_error struct error making = ERROR_INIT, undoing = ERROR_INIT;
	int old;

	/* A failing bundle leaves the machine's thread at work: end that; how it ended is no news. */
	if (launch->making.running)
		cancel_request();
	(void)task_join(&launch->making, &making);
	/* The first Ctrl-C asks for what is under way already; the next one ends it. */
	old = cancel_tolerate(cancel_count() + (cancel_signal() == 0));
	if (!journal_exists(&launch->journal)) {
		err_note(err, "left", "nothing was started");
	} else if (launch->options->keep_on_fail) {
		if (teardown_vm_only(launch->ctx, &launch->journal, &undoing) == 0) {
			err_note(err, "left",
				"--keep-on-fail: record, bundle and journal; the VM is stopped");
			err_note(err, "next", "bottle stop %s", launch->slug);
		} else {
			err_add(err, "undo", &undoing);
		}
	} else if (teardown(launch->ctx, &launch->journal, &undoing) == 0) {
		err_note(err, "left", "nothing");
	} else {
		err_add(err, "undo", &undoing);
	}
	cancel_tolerate(old);
}

/* Removes what dead launches of this user left, this bottle's first. A living bottle of this name, or one
 * that cannot be taken apart, is an error. */
static int clear_the_way(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;
	cleanup_journal_facts struct journal_facts facts = {0};
	bool running = false;

	if (journal_exists(&launch->journal)) {
		if (journal_read(ctx, launch->slug, &facts, err) != 0 ||
			context_vmdb(ctx, err) != 0 ||
			machine_running(ctx, launch->machine, &running, err) != 0)
			return -1;
		if (running && (facts.ready || facts.kept)) {
			err_set(err, EXIT_CANTCREATE, "it is up already, on %s",
				facts.alias ? facts.alias : "?");
			return err_note(err, "next", "bottle exec %s -- CMD, or bottle stop %s",
				launch->slug, launch->slug);
		}
		context_warn(ctx, "removing what an earlier launch of %s left", launch->slug);
		if (teardown(ctx, &launch->journal, err) != 0)
			return err_wrap(err, "remove what an earlier launch left");
	}
	return teardown_dead(ctx, launch->slug, err);
}

static void launch_clear(struct launch *launch)
{
	cleanup_error struct error ignored = ERROR_INIT;

	(void)task_join(&launch->making, &ignored);
	if (launch->ctx->vm != NULL)
		launch->ctx->vm->on_child = NULL;
	free(launch->id);
	free(launch->machine);
	json_decref(launch->labels);
	journal_clear(&launch->journal);
	agent_clear(&launch->agent);
	engine_image_clear(&launch->image);
	lease_clear(&launch->lease);
	bundle_clear(&launch->bundle);
	strv_clear(&launch->services);
	probe_report_clear(&launch->probes);
}

#define cleanup_launch __attribute__((cleanup(launch_clear)))

static void launch_init(struct launch *launch, const char *name)
{
	cleanup_free char *uid = xasprintf("%u", (unsigned)geteuid());

	launch->slug = name;
	launch->id = random_hex(JOURNAL_LAUNCH_LEN / 2);
	launch->machine = xasprintf("%s%s", NAME_MACHINE_PREFIX, name);
	launch->labels = json_pack("{s:s, s:s, s:s, s:s, s:s}", LABEL_SLUG, name, LABEL_OWNER, uid,
		LABEL_LAUNCHER, launch->id, LABEL_BACKEND, "smolvm", LABEL_VERSION, BOTTLE_VERSION);
}

int bottle_launch(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct bottle_options *options, struct verdict *ret, struct bottle_timings *timings,
	struct error *err)
{
	cleanup_launch struct launch launch = {.ctx = ctx,
		.spec = spec,
		.options = options,
		.journal = JOURNAL_INIT,
		.image = ENGINE_IMAGE_INIT,
		.making = TASK_INIT};
	int64_t begin = clock_us();
	int result;

	*timings = (struct bottle_timings){.count = 0};
	launch_init(&launch, name);
	if (journal_lock(ctx, name, JOURNAL_LOCK_MS, &launch.journal, err) != 0 ||
		clear_the_way(&launch, err) != 0)
		return err_wrap(err, "launch %s", name);
	result = run_steps(&launch, timings, err);
	if (result == 0) {
		conclude(&launch, ret);
		result = verdict_save(ret, &launch.journal, err) != 0 ||
					 journal_event(&launch.journal, "ready", NULL, NULL, err) !=
						 0
				 ? -1
				 : 0;
	}
	timings->total_us = clock_us() - begin;
	timings->outside_us = outside_us();
	timings->cpu_us = clock_cpu_us();
	if (result == 0)
		return 0;
	err_wrap(err, "launch %s", name);
	undo(&launch, err);
	return -1;
}

int bottle_plan(struct context *ctx, const char *name, const struct bottle_spec *spec,
	struct strv *ret_plan, struct error *err)
{
	struct bottle_options options = {false, false};
	cleanup_launch struct launch launch = {.ctx = ctx,
		.spec = spec,
		.options = &options,
		.journal = JOURNAL_INIT,
		.image = ENGINE_IMAGE_INIT,
		.making = TASK_INIT};

	launch_init(&launch, name);
	if (preflight(&launch, err) != 0 ||
		services_check(ctx, "its address", &launch.services, err) != 0)
		return err_wrap(err, "launch %s", name);
	strv_pushf(
		ret_plan, "engine     %s (API 1.%u)", ctx->socket, engine_api_minor(ctx->engine));
	strv_pushf(ret_plan, "smolvm     %s (%s)", ctx->vm->path, ctx->vm->version);
	strv_pushf(ret_plan, "agent      %s%s",
		launch.agent.image ? launch.agent.image : launch.agent.pack,
		launch.agent.cached ? "" : " (to be packed)");
	strv_pushf(
		ret_plan, "bundle     %s as %s%s", spec->bundle.image, NAME_CONTAINER_PREFIX, name);
	strv_pushf(ret_plan, "machine    %s, %u cpus, %u MiB", launch.machine, spec->agent.cpus,
		spec->agent.memory);
	strv_pushf(ret_plan, "pool       127.0.0.%u-127.0.0.%u", ctx->settings.pool_first,
		ctx->settings.pool_last);
	for (size_t i = 0; i < launch.services.count; i++)
		strv_pushf(ret_plan, "reachable  %s (it listens on every address)",
			launch.services.item[i]);
	return 0;
}
