/* bottle events */
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "cancel.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "events.h"
#include "mem.h"
#include "moment.h"
#include "print.h"

enum { POLL_MS = 250 };

static void show(const struct event_read *event, bool json)
{
	cleanup_free char *text = NULL;

	if (!json) {
		text = events_text(event);
		print_line(stdout, "%s  %-12s  %s", event->time, event->bottle, text);
		return;
	}
	json_object_set_new(event->json, "schema", json_string("bottle.events/1"));
	text = json_dumps(event->json, JSON_COMPACT | JSON_ENSURE_ASCII);
	print_line(stdout, "%s", text ? text : "{}");
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

int cmd_events(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_events struct events events = EVENTS_INIT;
	const char *since = cmd_value(args, "since");
	struct event_read event;
	int64_t from = 0;

	if (since != NULL && !moment_parse(since, moment_now(), &from)) {
		err_set(err, EXIT_USAGE_ERROR, "events: --since '%s' is not a time", since);
		return err_note(err, "allowed", "90s, 10m, 2h, 3d, 2026-11-28T21:00:00Z");
	}
	if (context_open(&ctx, NULL, err) != 0 || events_open(&ctx, &events, err) != 0)
		return err_wrap(err, "events");
	do {
		while (events_next(&events, &event))
			if (event.at >= from)
				show(&event, cmd_flag(args, "json"));
		if (events.reader.gap)
			print_line(stderr,
				"bottle: warning: so much happened that some events are lost");
		events.reader.gap = false;
	} while (cmd_flag(args, "follow") && pause_for_more());
	return cancel_asked() ? EXIT_SIGNAL_BASE + cancel_signal() : EXIT_OK;
}
