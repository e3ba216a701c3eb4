/* A launch, step by step. Each step is written to the journal before it is done, and teardown.c undoes what
 * the journal says was begun, in reverse: that is the undo of a failing step, of Ctrl-C and of a kill -9
 * alike. No code of the agent runs before the last step has passed: until then the machine's only workload
 * is our own program. */
#include "bottle.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "err.h"
#include "events.h"
#include "journal.h"
#include "kvm.h"
#include "launch.h"
#include "machine.h"
#include "outside.h"
#include "smolvm.h"
#include "spec.h"
#include "strv.h"
#include "supervisor.h"
#include "task.h"
#include "teardown.h"
#include "verdict.h"

enum { STEP_MAX = 9 };

/* In order; ends with a NULL name. */
struct step {
	const char *name;
	const char *what;
	int (*run)(struct launch *launch, struct error *err);
};

static const struct step machine_steps[STEP_MAX] = {
	{"preflight", "looking at engine, smolvm and images", launch_preflight},
	{"bundle", "claiming an address and starting the bundle", launch_claim},
	{"publish", "waiting for the bundle to serve its ports", launch_prove_bundle},
	{"machine", "packing the image and creating the machine", launch_join_machine},
	{"record", "opening the machine's record to the address", launch_open_record},
	{"start", "booting the machine", launch_boot},
	{"verify", "probing the isolation from inside", launch_prove},
	{"supervise", "handing the bottle to its supervisor", launch_supervise},
};

static const struct step container_steps[STEP_MAX] = {
	{"preflight", "looking at engine and images", docker_launch_preflight},
	{"bundle", "claiming a subnet and starting the bundle", docker_launch_claim},
	{"container", "creating the agent's container", docker_launch_create},
	{"start", "starting it, with our own program in it", docker_launch_boot},
	{"publish", "waiting for the bundle to serve its ports", docker_launch_serve},
	{"verify", "probing the isolation from inside", docker_launch_prove},
	{"supervise", "handing the bottle to its supervisor", docker_launch_supervise},
};

static int interrupted(struct error *err)
{
	return err_set(err, (enum exit_code)(EXIT_SIGNAL_BASE + cancel_signal()), "interrupted");
}

/* NAME of this launch, and what went wrong in it, if something did. */
static void note(const struct launch *launch, const char *name, const char *reason,
	const struct bottle_timings *timings, const struct error *error)
{
	const struct bottle_timing *last =
		timings->count > 0 ? &timings->step[timings->count - 1] : NULL;
	bool of_step = last != NULL && (error != NULL || strcmp(name, "step") == 0);

	events_note(launch->ctx, &(struct event){.name = name,
					 .bottle = launch->slug,
					 .launch = launch->id,
					 .alias = launch->lease.alias,
					 .step = of_step ? last->step : NULL,
					 .reason = reason,
					 .ms = of_step ? last->us / 1000 : -1,
					 .error = error});
}

static int run_steps(struct launch *launch, struct bottle_timings *timings, struct error *err)
{
	const struct progress *progress = &launch->ctx->progress;
	const struct step *steps =
		launch->spec->backend == SPEC_BACKEND_DOCKER ? container_steps : machine_steps;

	for (size_t i = 0; steps[i].name != NULL; i++) {
		int64_t begin = clock_us(), waited = outside_us();
		int result;

		if (i == 1) {
			if (launch_begin(launch, err) != 0)
				return -1;
			note(launch, "launch", NULL, timings, NULL);
			note(launch, "step", NULL, timings, NULL);
		}
		if (progress->begin != NULL)
			progress->begin(progress->arg, steps[i].name, steps[i].what);
		result = cancel_asked() ? interrupted(err) : steps[i].run(launch, err);
		timings->step[timings->count++] = (struct bottle_timing){
			steps[i].name, clock_us() - begin, outside_us() - waited};
		if (result != 0)
			return -1;
		if (i > 0)
			note(launch, "step", NULL, timings, NULL);
		if (progress->end != NULL)
			progress->end(progress->arg, steps[i].name, clock_us() - begin);
	}
	return cancel_asked() ? interrupted(err) : 0;
}

/* A VM that smolvm did not boot where none can: what would do without one, and what that costs. Said
 * afterwards: that the device cannot be used from here does not show what an engine does. */
static void suggest_container(
	const struct launch *launch, const struct bottle_timings *timings, struct error *err)
{
	const char *step = timings->count > 0 ? timings->step[timings->count - 1].step : "";
	cleanup_error struct error missing = ERROR_INIT;

	if (launch->spec->backend != SPEC_BACKEND_SMOLVM || cancel_asked() ||
		(strcmp(step, "machine") != 0 && strcmp(step, "start") != 0) ||
		err->message == NULL || strncmp(err->message, "smolvm: ", 8) != 0 ||
		strstr(err->message, strerror(ENOSPC)) != NULL || kvm_try(&missing) == 0)
		return;
	err_add(err, "no VM", &missing);
	err_note(err, "or",
		"bottle launch %s --backend docker (a container: weaker, it shares this host's "
		"kernel)",
		launch->slug);
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
	if (launch->ctx->progress.begin != NULL && journal_exists(&launch->journal))
		launch->ctx->progress.begin(
			launch->ctx->progress.arg, "undo", "removing what was made");
	/* The first Ctrl-C asks for what is under way already; the next one ends it. */
	old = cancel_tolerate(cancel_count() + (cancel_signal() == 0));
	if (!journal_exists(&launch->journal)) {
		err_note(err, "left", "nothing was started");
	} else if (launch->options->keep_on_fail) {
		if (teardown_vm_only(launch->ctx, &launch->journal, &undoing) == 0) {
			err_note(err, "left",
				launch->spec->backend == SPEC_BACKEND_DOCKER
					? "--keep-on-fail: bundle, networks and journal; the "
					  "agent's container is removed"
					: "--keep-on-fail: record, bundle and journal; the VM is "
					  "stopped");
			err_note(err, "next", "bottle stop %s", launch->slug);
		} else {
			err_add(err, "undo", &undoing);
		}
	} else if (teardown(launch->ctx, &launch->journal, &undoing) == 0) {
		err_note(err, "left", "nothing");
	} else {
		err_add(err, "undo", &undoing);
		if (launch->supervisor.told)
			err_note(err, "then", "its supervisor goes on removing this");
	}
	cancel_tolerate(old);
}

/* Whether the VM, or the container, that FACTS are about runs. */
static int is_running(
	struct launch *launch, const struct journal_facts *facts, bool *ret, struct error *err)
{
	cleanup_context struct context own = CONTEXT_INIT;

	if (facts->docker)
		return context_engine_at(&own, facts->engine, err) == 0
			       ? agent_container_running(
					 &own, launch->slug, facts->launch, ret, err)
			       : -1;
	return context_vmdb(launch->ctx, err) == 0
		       ? machine_running(launch->ctx, launch->machine, ret, err)
		       : -1;
}

/* Of a bottle with a journal: that it is up. */
static int refuse_living(struct launch *launch, struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	bool running = false;

	if (journal_read(launch->ctx, launch->slug, &facts, err) != 0 ||
		is_running(launch, &facts, &running, err) != 0)
		return -1;
	if (!running || (!facts.ready && !facts.kept))
		return 0;
	err_set(err, EXIT_CANTCREATE, "it is up already, on %s", facts.alias ? facts.alias : "?");
	return err_note(err, "next", "bottle exec %s -- CMD, or bottle stop %s", launch->slug,
		launch->slug);
}

/* Removes what dead launches of this user left, this bottle's first. A living bottle of this name, or one
 * that cannot be taken apart, is an error. */
static int clear_the_way(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	if (journal_exists(&launch->journal)) {
		if (refuse_living(launch, err) != 0)
			return -1;
		context_warn(ctx, "removing what an earlier launch of %s left", launch->slug);
		if (teardown(ctx, &launch->journal, err) != 0)
			return err_wrap(err, "remove what an earlier launch left");
	}
	return teardown_dead(ctx, launch->slug, err);
}

int bottle_launch(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct bottle_options *options, struct verdict *ret, struct bottle_timings *timings,
	struct error *err)
{
	cleanup_launch struct launch launch = LAUNCH_INIT(ctx, spec, options);
	int64_t begin = clock_us();
	bool begun;
	int result;

	*timings = (struct bottle_timings){.count = 0};
	launch_init(&launch, name);
	if (journal_lock(ctx, name, supervisor_lock_ms(ctx, name), &launch.journal, err) != 0 ||
		clear_the_way(&launch, err) != 0)
		return err_wrap(err, "launch %s", name);
	result = run_steps(&launch, timings, err);
	if (result == 0) {
		launch_conclude(&launch, ret);
		if (verdict_save(ret, &launch.journal, err) != 0 ||
			journal_event(&launch.journal, "ready", NULL, NULL, err) != 0 ||
			supervisor_release(&launch.supervisor, err) != 0)
			result = -1;
	}
	timings->total_us = clock_us() - begin;
	timings->outside_us = outside_us();
	timings->cpu_us = clock_cpu_us();
	if (result == 0) {
		note(&launch, "ready", ret->text, timings, NULL);
		return 0;
	}
	begun = journal_exists(&launch.journal);
	suggest_container(&launch, timings, err);
	err_wrap(err, "launch %s", name);
	supervisor_explain(&launch.supervisor, err);
	if (err_find_note(err, "why") != NULL)
		bundle_explain(launch.ctx, &launch.bundle, err);
	undo(&launch, err);
	if (begun)
		note(&launch, options->keep_on_fail ? "kept" : "failed", NULL, timings, err);
	return -1;
}

/* CMD as it would be run in the bottle that LAUNCH would have made. */
static int plan_command(
	struct launch *launch, const struct bottle_command *command, struct error *err)
{
	cleanup_verdict struct verdict verdict = {0};
	int code;

	launch_conclude(launch, &verdict);
	return bottle_exec(launch->ctx, &verdict, command, &code, err);
}

/* A plan begins where nothing of the name is left: what would be removed first is not in it. */
static int refuse_known(struct launch *launch, struct error *err)
{
	if (!journal_is_there(launch->ctx, launch->slug))
		return 0;
	if (refuse_living(launch, err) != 0)
		return -1;
	err_set(err, EXIT_AGAIN, "what an earlier launch left would be removed first");
	return err_note(err, "next", "bottle stop %s, then ask again", launch->slug);
}

int bottle_plan(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct bottle_command *command, json_t **ret, struct error *err)
{
	struct bottle_options options = {false, false};
	cleanup_launch struct launch launch = LAUNCH_INIT(ctx, spec, &options);

	launch_init(&launch, name);
	if (refuse_known(&launch, err) != 0)
		return err_wrap(err, "launch %s", name);
	context_make_plan(ctx);
	if ((spec->backend == SPEC_BACKEND_DOCKER ? docker_launch_plan : launch_plan)(
		    &launch, err) != 0 ||
		(command != NULL && plan_command(&launch, command, err) != 0))
		return err_wrap(err, "launch %s", name);
	*ret = launch_plan_json(&launch);
	return 0;
}
