/* bottle events */
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bottle.h"
#include "cancel.h"
#include "clock.h"
#include "command.h"
#include "context.h"
#include "denials.h"
#include "err.h"
#include "events.h"
#include "journal.h"
#include "mem.h"
#include "moment.h"
#include "print.h"
#include "slug.h"

enum {
	POLL_MS = 250,
	DENIALS_MS = 5000, /* between two questions to smolvm, which start a program each */
};

struct telling {
	struct context *ctx;
	const char *bottle; /* NULL = all */
	int64_t from;
	bool json, any; /* ANY: there was one of that bottle, shown or not */
	struct events events;
	struct denials denials, shown; /* SHOWN: those of the list before */
	size_t next;                   /* of the denials */
	char *alias;
	int64_t asked; /* when smolvm was, by clock_ms */
	bool failed;   /* it did not answer, which was said */
};

static void telling_clear(struct telling *telling)
{
	events_close(&telling->events);
	denials_clear(&telling->denials);
	denials_clear(&telling->shown);
	free(telling->alias);
}

static void show(const struct telling *telling, const struct event_read *event)
{
	cleanup_free char *text = NULL;

	if (event->at < telling->from)
		return;
	if (!telling->json) {
		text = events_text(event);
		print_line(stdout, "%s  %-12s  %s", event->time, event->bottle, text);
		return;
	}
	json_object_set_new(event->json, "schema", json_string("bottle.events/1"));
	text = json_dumps(event->json, JSON_COMPACT | JSON_ENSURE_ASCII);
	print_line(stdout, "%s", text ? text : "{}");
}

/* The denials up to moment UNTIL that were not shown yet. */
static void show_denials(struct telling *telling, int64_t until)
{
	cleanup_denial_event struct denial_event own = {.json = NULL};
	struct event_read event;

	for (; telling->next < telling->denials.count; telling->next++) {
		const struct denial *denial = &telling->denials.item[telling->next];

		if (denial->at > until)
			return;
		if (denials_has(&telling->shown, denial))
			continue;
		denial_event_make(&own, denial, telling->bottle, telling->alias, &event);
		show(telling, &event);
	}
}

/* A smolvm that does not answer is said once, until it does; one that cannot be used is not looked for again. */
static void ask_denials(struct telling *telling)
{
	cleanup_error struct error failed = ERROR_INIT;
	struct denials news = {NULL, 0};

	if (telling->bottle == NULL || (telling->failed && !telling->ctx->vm_known) ||
		(telling->asked != 0 && clock_ms() - telling->asked < DENIALS_MS))
		return;
	if (denials_read(telling->ctx, telling->bottle, &news, &telling->alias, &failed) != 0) {
		if (!telling->failed && !cancel_asked())
			context_warn(telling->ctx, "what smolvm denied is not among them: %s",
				failed.message);
		telling->failed = true;
	} else {
		denials_clear(&telling->shown);
		telling->shown = telling->denials;
		telling->denials = news;
		telling->next = 0;
		telling->failed = false;
	}
	telling->asked = clock_ms();
}

static void tell(struct telling *telling)
{
	struct event_read event;

	ask_denials(telling);
	while (events_next(&telling->events, &event)) {
		if (telling->bottle != NULL && strcmp(event.bottle, telling->bottle) != 0)
			continue;
		telling->any = true;
		show_denials(telling, event.at);
		show(telling, &event);
	}
	show_denials(telling, INT64_MAX);
	if (telling->events.reader.gap)
		print_warning("so much happened that some events are lost");
	telling->events.reader.gap = false;
}

/* Whether to look again: not after Ctrl-C, nor when nobody reads what is printed. */
static bool pause_for_more(void)
{
	struct pollfd waiting[] = {{cancel_fd(), POLLIN, 0}, {STDOUT_FILENO, 0, 0}};

	if (fflush(stdout) != 0)
		return false;
	(void)poll(waiting, 2, POLL_MS);
	return !cancel_asked() && (waiting[1].revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
}

/* A name that nothing is told of and no bottle has is a mistake. */
static int check_known(const struct telling *telling, struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};

	if (telling->bottle == NULL || telling->any)
		return 0;
	return bottle_find(telling->ctx, telling->bottle, &facts, err);
}

static int read_wish(const struct cmd_args *args, struct telling *telling, struct error *err)
{
	const char *since = cmd_value(args, "since");

	telling->json = cmd_flag(args, "json");
	telling->bottle = args->operands > 0 ? args->operand[0] : NULL;
	if (telling->bottle != NULL && slug_check(telling->bottle, err) != 0)
		return err_wrap(err, "events");
	if (since == NULL || moment_parse(since, moment_now(), &telling->from))
		return 0;
	err_set(err, EXIT_USAGE_ERROR, "events: --since '%s' is not a time", since);
	return err_note(err, "allowed", "90s, 10m, 2h, 3d, 2026-11-28T21:00:00Z");
}

int cmd_events(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	__attribute__((cleanup(telling_clear))) struct telling telling = {
		.ctx = &ctx, .events = EVENTS_INIT};
	bool follow = cmd_flag(args, "follow");

	if (read_wish(args, &telling, err) != 0)
		return -1;
	if (context_open(&ctx, NULL, err) != 0)
		return err_wrap(err, "events");
	print_warnings(&ctx);
	if (events_open(&ctx, &telling.events, err) != 0)
		return err_wrap(err, "events");
	do
		tell(&telling);
	while (follow && pause_for_more());
	if (cancel_asked())
		return EXIT_SIGNAL_BASE + cancel_signal();
	return follow || check_known(&telling, err) == 0 ? EXIT_OK : err_wrap(err, "events");
}
