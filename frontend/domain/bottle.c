/* A launch, step by step. Each step is written to the journal before it is done, and teardown.c undoes what
 * the journal says was begun, in reverse: that is the undo of a failing step, of Ctrl-C and of a kill -9
 * alike. No code of the agent runs before the last step has passed: until then the machine's only workload
 * is our own program. */
#include "bottle.h"

#include <jansson.h>
#include <string.h>

#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "err.h"
#include "events.h"
#include "journal.h"
#include "launch.h"
#include "machine.h"
#include "outside.h"
#include "smolvm.h"
#include "strv.h"
#include "supervisor.h"
#include "task.h"
#include "teardown.h"
#include "verdict.h"

static const struct step {
	const char *name;
	const char *what;
	int (*run)(struct launch *launch, struct error *err);
} steps[] = {
	{"preflight", "looking at engine, smolvm and images", launch_preflight},
	{"bundle", "claiming an address and starting the bundle", launch_claim},
	{"publish", "waiting for the bundle to serve its ports", launch_prove_bundle},
	{"machine", "packing the image and creating the machine", launch_join_machine},
	{"record", "opening the machine's record to the address", launch_open_record},
	{"start", "booting the machine", launch_boot},
	{"verify", "probing the isolation from inside", launch_prove},
	{"supervise", "handing the bottle to its supervisor", launch_supervise},
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

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
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
				"--keep-on-fail: record, bundle and journal; the VM is stopped");
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
	err_wrap(err, "launch %s", name);
	supervisor_explain(&launch.supervisor, err);
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

int bottle_plan(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct bottle_command *command, json_t **ret, struct error *err)
{
	struct bottle_options options = {false, false};
	cleanup_launch struct launch launch = LAUNCH_INIT(ctx, spec, &options);

	context_make_plan(ctx);
	launch_init(&launch, name);
	if (launch_plan(&launch, err) != 0 ||
		(command != NULL && plan_command(&launch, command, err) != 0))
		return err_wrap(err, "launch %s", name);
	*ret = launch_plan_json(&launch);
	return 0;
}
