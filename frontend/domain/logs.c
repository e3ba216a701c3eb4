/* Reading logs. */
#include "logs.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "bottle.h"
#include "cancel.h"
#include "context.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_logs.h"
#include "err.h"
#include "events.h"
#include "journal.h"
#include "machine.h"
#include "mem.h"
#include "names.h"
#include "slug.h"
#include "strv.h"
#include "tail.h"
#include "vmdb.h"

enum {
	POLL_MS = 250,
	SILENCE_MS = 15000,
	CHUNK = 16384,
	FOLLOW_MAX = 1 << 20, /* of one source before the others have their turn */
};

struct reading {
	struct context *ctx;
	const char *name;
	const struct logs_wish *wish;
	const struct logs_sink *sink;
	struct journal_facts facts;
	struct engine_logs bundle;
	struct tail machine;
	struct events events;
	bool over[LOGS_SOURCE_COUNT]; /* there is no more to come */
	bool enough;                  /* the sink has had it */
};

const char *logs_source_name(enum logs_source source)
{
	static const char *const names[] = {"bundle", "machine", "launch"};

	return names[source];
}

static int give(
	struct reading *reading, enum logs_source source, int stream, const char *bytes, size_t len)
{
	if (!reading->enough &&
		reading->sink->take(reading->sink->arg, source, stream, bytes, len) != 0)
		reading->enough = true;
	return reading->enough ? -1 : 0;
}

static int take_bundle(void *arg, int stream, const char *bytes, size_t len)
{
	return give(arg, LOGS_BUNDLE, stream, bytes, len);
}

/* What a file has up to END, which a guest may move as fast as it likes. */
static int read_file(struct reading *reading, enum logs_source source, struct tail *tail, off_t end,
	struct error *err)
{
	char bytes[CHUNK];
	ssize_t got = 0;

	while (tail->at < end && !cancel_asked() &&
		(got = tail_read(tail, bytes, sizeof(bytes))) > 0)
		if (give(reading, source, 1, bytes, (size_t)got) != 0)
			return 0;
	return got >= 0 ? 0 : err_errno(err, EXIT_DATA, "read the log");
}

/* The end of the log as the supervisor kept it when it gave the bottle up. */
static int read_kept(struct reading *reading, struct error *err)
{
	cleanup_free char *path =
		xasprintf("%s/%s/bundle.log", reading->ctx->state_root, reading->name);
	cleanup_tail struct tail tail = TAIL_INIT;
	cleanup_error struct error none = ERROR_INIT;

	reading->over[LOGS_BUNDLE] = true;
	if (tail_open(path, reading->wish->tail, &tail, &none) != 0) {
		err_set(err, EXIT_UNAVAILABLE,
			"its bundle's container is gone, and its log with it");
		return err_note(err, "next", "bottle logs %s --source launch", reading->name);
	}
	context_warn(reading->ctx,
		"the container is gone; this is the end of its log, kept when the bottle was lost");
	return read_file(reading, LOGS_BUNDLE, &tail, tail.end, err);
}

static int inspect_bundle(struct reading *reading, struct engine_container *ret, struct error *err)
{
	struct context *ctx = reading->ctx;
	cleanup_free char *container = xasprintf("%s%s", NAME_CONTAINER_PREFIX, reading->name);
	const char *launch;

	if (context_engine_at(ctx, reading->facts.engine, err) != 0 ||
		engine_container_inspect(ctx->engine, container, ret, err) != 0)
		return -1;
	launch = engine_container_label(ret, LABEL_LAUNCHER);
	if (launch != NULL && strcmp(launch, reading->facts.launch) == 0)
		return 0;
	return err_set(
		err, EXIT_REFUSED, "the container %s is not of this bottle's launch", container);
}

/* What the engine has by now: it closes the connection after it. */
static int read_to_end(struct reading *reading, struct error *err)
{
	int more = 1;

	while (more > 0 && !cancel_asked() && !reading->enough) {
		struct pollfd on[] = {{reading->bundle.fd, POLLIN, 0}, {cancel_fd(), POLLIN, 0}};

		if (poll(on, 2, SILENCE_MS) == 0)
			return err_set(err, EXIT_DEADLINE, "docker: the log stops for %d s",
				SILENCE_MS / 1000);
		if (on[0].revents != 0)
			more = engine_logs_read(&reading->bundle, take_bundle, reading, err);
	}
	return more < 0 && !reading->enough ? -1 : 0;
}

static int open_bundle(struct reading *reading, struct error *err)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
	const struct logs_wish *wish = reading->wish;
	struct engine_logs_wish asked = {wish->follow, wish->tail, wish->since};

	if (!reading->facts.container)
		return err_set(err, EXIT_UNAVAILABLE, "its launch has made no bundle yet");
	if (reading->facts.cleared)
		return read_kept(reading, err);
	if (inspect_bundle(reading, &container, err) != 0) {
		if (reading->ctx->engine == NULL ||
			engine_fault(reading->ctx->engine) != ENGINE_FAULT_MISSING)
			return -1;
		err_clear(err);
		return read_kept(reading, err);
	}
	if (engine_logs_open(reading->ctx->socket, container.id,
		    json_is_true(json_object_get(json_object_get(container.json, "Config"), "Tty")),
		    &asked, &reading->bundle, err) != 0)
		return -1;
	if (wish->follow)
		return 0;
	return read_to_end(reading, err);
}

static int open_machine(struct reading *reading, struct error *err)
{
	struct context *ctx = reading->ctx;
	cleanup_free char *machine = xasprintf("%s%s", NAME_MACHINE_PREFIX, reading->name);
	cleanup_free char *path = NULL;

	if (reading->facts.docker) {
		err_set(err, EXIT_UNAVAILABLE, "%s is a container: it has no console",
			reading->name);
		return err_note(err, "next", "bottle logs %s --source bundle", reading->name);
	}
	if (context_vmdb(ctx, err) != 0)
		return -1;
	path = vmdb_console_log(ctx->vmdb, machine);
	if (tail_open(path, reading->wish->tail, &reading->machine, err) != 0) {
		err->code = EXIT_UNAVAILABLE;
		err_note(err, "why", "%s",
			reading->facts.started ? "smolvm keeps it as long as the machine"
					       : "its VM was not started");
		return err_note(err, "next", "bottle logs %s --source launch", reading->name);
	}
	return read_file(reading, LOGS_MACHINE, &reading->machine, reading->machine.end, err);
}

static bool is_end(const struct event_read *event)
{
	static const char *const ends[] = {"stopped", "lost", "failed", "kept", "removed"};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(event->name, ends[i]) == 0)
			return true;
	return false;
}

static char *launch_line(const struct event_read *event)
{
	cleanup_free char *text = events_text(event);

	return xasprintf("%s  %s\n", event->time, text);
}

/* What is told of the last launch of this name. */
static int read_launch(struct reading *reading, struct strv *lines, struct error *err)
{
	struct event_read event;

	if (events_open(reading->ctx, &reading->events, err) != 0)
		return -1;
	while (events_next(&reading->events, &event)) {
		if (strcmp(event.bottle, reading->name) != 0)
			continue;
		if (strcmp(event.name, "launch") == 0)
			strv_clear(lines);
		reading->over[LOGS_LAUNCH] = is_end(&event);
		if (event.at >= reading->wish->since)
			strv_take(lines, launch_line(&event));
	}
	return 0;
}

static void give_launch(struct reading *reading, const struct strv *lines)
{
	int64_t tail = reading->wish->tail;
	size_t first = tail >= 0 && (size_t)tail < lines->count ? lines->count - (size_t)tail : 0;

	for (size_t i = first; i < lines->count; i++)
		if (give(reading, LOGS_LAUNCH, 1, lines->item[i], strlen(lines->item[i])) != 0)
			return;
}

static int follow_bundle(struct reading *reading, struct error *err)
{
	int more = engine_logs_read(&reading->bundle, take_bundle, reading, err);

	reading->over[LOGS_BUNDLE] = more <= 0;
	return more < 0 && !reading->enough ? -1 : 0;
}

static int follow_machine(struct reading *reading, struct error *err)
{
	struct machine_process vm = {reading->facts.vm_pid, reading->facts.vm_start};
	off_t end = reading->machine.at + FOLLOW_MAX;
	/* Asked before its last words are read. */
	bool ended =
		tail_is_gone(&reading->machine) || (vm.pid != 0 && !machine_process_alive(&vm));

	if (read_file(reading, LOGS_MACHINE, &reading->machine, end, err) != 0)
		return -1;
	reading->over[LOGS_MACHINE] = ended && reading->machine.at < end;
	return 0;
}

static void follow_launch(struct reading *reading)
{
	struct event_read event;

	while (events_next(&reading->events, &event)) {
		cleanup_free char *line = NULL;

		if (strcmp(event.bottle, reading->name) != 0)
			continue;
		line = launch_line(&event);
		if (give(reading, LOGS_LAUNCH, 1, line, strlen(line)) != 0)
			return;
		reading->over[LOGS_LAUNCH] = is_end(&event);
	}
}

static bool all_over(const struct reading *reading)
{
	for (int i = 0; i < LOGS_SOURCE_COUNT; i++)
		if (!reading->over[i])
			return false;
	return true;
}

static int follow(struct reading *reading, struct error *err)
{
	while (!all_over(reading) && !reading->enough) {
		bool bundle = !reading->over[LOGS_BUNDLE];
		struct pollfd on[] = {{bundle ? reading->bundle.fd : -1, POLLIN, 0},
			{cancel_fd(), POLLIN, 0}, {reading->sink->out, 0, 0}};

		if (poll(on, 3, POLL_MS) < 0 && errno != EINTR)
			return err_errno(err, EXIT_OS, "wait for more");
		if (cancel_asked() || (on[2].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
			return 0;
		if (on[0].revents != 0 && follow_bundle(reading, err) != 0)
			return -1;
		if (!reading->over[LOGS_MACHINE] && follow_machine(reading, err) != 0)
			return -1;
		if (!reading->over[LOGS_LAUNCH])
			follow_launch(reading);
	}
	return 0;
}

/* Makes *err the first failure of several sources; the others are warned of. */
static void keep(
	struct reading *reading, enum logs_source source, struct error *failed, struct error *err)
{
	reading->over[source] = true;
	err_wrap(failed, "%s", logs_source_name(source));
	if (err->code != EXIT_OK) {
		context_warn(reading->ctx, "%s", failed->message);
		return;
	}
	*err = *failed;
	*failed = (struct error)ERROR_INIT;
}

/* A container has no console: that is missed only by who asks for nothing else. */
static bool is_beside(const struct reading *reading, enum logs_source source)
{
	const struct logs_wish *wish = reading->wish;

	return source == LOGS_MACHINE && reading->facts.docker &&
	       (wish->of[LOGS_BUNDLE] || wish->of[LOGS_LAUNCH]);
}

static int read_all(struct reading *reading, const struct strv *launch, struct error *err)
{
	static int (*const open[])(struct reading * reading, struct error * err) = {
		[LOGS_BUNDLE] = open_bundle, [LOGS_MACHINE] = open_machine};

	for (int i = 0; i < LOGS_SOURCE_COUNT && !reading->enough; i++) {
		enum logs_source source = (enum logs_source)i;
		cleanup_error struct error failed = ERROR_INIT;

		if (!reading->wish->of[source] || is_beside(reading, source))
			reading->over[source] = true;
		else if (source == LOGS_LAUNCH)
			give_launch(reading, launch);
		else if (open[source](reading, &failed) != 0)
			keep(reading, source, &failed, err);
	}
	if (reading->wish->follow) {
		cleanup_error struct error failed = ERROR_INIT;

		if (follow(reading, &failed) != 0 && err->code == EXIT_OK) {
			*err = failed;
			failed = (struct error)ERROR_INIT;
		}
	}
	return err->code == EXIT_OK ? 0 : -1;
}

/* The journal, unless only the events of a launch are wanted and there are some. */
static int find(struct reading *reading, const struct strv *launch, struct error *err)
{
	const struct logs_wish *wish = reading->wish;

	if (wish->of[LOGS_LAUNCH] && launch->count > 0 && !wish->of[LOGS_BUNDLE] &&
		!wish->of[LOGS_MACHINE])
		return 0;
	if (bottle_find(reading->ctx, reading->name, &reading->facts, err) == 0)
		return 0;
	if (err->code == EXIT_USAGE_ERROR && launch->count > 0)
		err_note(err, "left", "what its last launch did: bottle logs %s --source launch",
			reading->name);
	return -1;
}

int logs_run(struct context *ctx, const char *name, const struct logs_wish *wish,
	const struct logs_sink *sink, struct error *err)
{
	struct reading reading = {.ctx = ctx,
		.name = name,
		.wish = wish,
		.sink = sink,
		.bundle = ENGINE_LOGS_INIT,
		.machine = TAIL_INIT,
		.events = EVENTS_INIT};
	cleanup_strv struct strv launch = STRV_INIT;
	int result = -1;

	if (slug_check(name, err) == 0 && read_launch(&reading, &launch, err) == 0 &&
		find(&reading, &launch, err) == 0)
		result = read_all(&reading, &launch, err);
	engine_logs_clear(&reading.bundle);
	tail_close(&reading.machine);
	events_close(&reading.events);
	journal_facts_clear(&reading.facts);
	return result == 0 ? 0 : err_wrap(err, "logs %s", name);
}
