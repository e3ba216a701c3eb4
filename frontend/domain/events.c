/* The record of events. */
#include "events.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "moment.h"
#include "printable.h"

enum {
	FILE_MAX_BYTES = 1 << 20,
	TEXT_MAX = 400, /* of a reason and of all notes: six times as long at worst, as \uXXXX */
};

static char *events_path(const struct context *ctx)
{
	return xasprintf("%s/.events", ctx->state_root);
}

/* TEXT as it may stand in JSON: escaped as for a terminal, which makes it UTF-8, and cut between characters. */
static json_t *cut_text(const char *text, size_t max)
{
	cleanup_free char *clean = printable_line(text);
	size_t len = strlen(clean);

	if (len <= max)
		return json_string(clean);
	len = max;
	while (len > 0 && ((unsigned char)clean[len] & 0xc0) == 0x80)
		len--;
	clean[len] = '\0';
	return json_sprintf("%s [...]", clean);
}

static void add_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL && *text != '\0')
		json_object_set_new(object, key, cut_text(text, TEXT_MAX));
}

static void add_error(json_t *object, const struct error *error)
{
	json_t *notes = json_array();
	size_t room = TEXT_MAX;

	add_text(object, "reason", error->message);
	json_object_set_new(object, "code", json_integer((json_int_t)error->code));
	for (size_t i = 0; i < error->note_count && room > 0; i++) {
		cleanup_free char *note =
			xasprintf("%s: %s", error->notes[i].key, error->notes[i].text);
		size_t len = strlen(note);

		json_array_append_new(notes, cut_text(note, room));
		room -= len < room ? len : room;
	}
	if (json_array_size(notes) > 0)
		json_object_set(object, "notes", notes);
	json_decref(notes);
}

/* One line, of at most LINELOG_LINE_MAX bytes. Caller frees. */
static char *event_line(const struct event *event)
{
	json_auto_t *object = json_object();
	cleanup_free char *text = NULL, *line = NULL;
	char time[MOMENT_STRLEN];

	moment_print(moment_now(), time);
	add_text(object, "time", time);
	add_text(object, "event", event->name);
	add_text(object, "bottle", event->bottle);
	add_text(object, "launch", event->launch);
	add_text(object, "alias", event->alias);
	add_text(object, "step", event->step);
	if (event->ms >= 0)
		json_object_set_new(object, "ms", json_integer((json_int_t)event->ms));
	add_text(object, "reason", event->reason);
	if (event->error != NULL)
		add_error(object, event->error);
	text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	if (text != NULL && strlen(text) >= LINELOG_LINE_MAX) {
		json_object_del(object, "notes");
		free(text);
		text = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	}
	line = xasprintf("%s\n", text ? text : "{}");
	return steal_str(&line);
}

void events_note(struct context *ctx, const struct event *event)
{
	cleanup_free char *path = events_path(ctx), *line = event_line(event);
	cleanup_error struct error failed = ERROR_INIT;

	if (fs_private_dir(ctx->state_root, &failed) == 0 &&
		linelog_append(path, line, FILE_MAX_BYTES, &failed) == 0)
		return;
	if (!ctx->events_failed)
		context_warn(ctx, "`bottle events` will lack something: %s", failed.message);
	ctx->events_failed = true;
}

int events_open(const struct context *ctx, struct events *events, struct error *err)
{
	cleanup_free char *path = events_path(ctx);

	return linelog_open(&events->reader, path, err);
}

static const char *text_of(const json_t *json, const char *key)
{
	return json_string_value(json_object_get(json, key));
}

bool events_next(struct events *events, struct event_read *ret)
{
	const char *line;

	while ((line = linelog_next(&events->reader)) != NULL) {
		json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		const json_t *ms = json_object_get(json, "ms");

		json_decref(events->json);
		events->json = json;
		*ret = (struct event_read){.time = text_of(json, "time"),
			.name = text_of(json, "event"),
			.bottle = text_of(json, "bottle"),
			.launch = text_of(json, "launch"),
			.alias = text_of(json, "alias"),
			.step = text_of(json, "step"),
			.reason = text_of(json, "reason"),
			.ms = json_is_integer(ms) ? json_integer_value(ms) : -1,
			.json = json};
		if (ret->time != NULL && ret->name != NULL && ret->bottle != NULL &&
			moment_parse(ret->time, 0, &ret->at))
			return true;
	}
	return false;
}

char *events_text(const struct event_read *event)
{
	cleanup_free char *took =
		event->ms < 0 ? xstrdup("")
			      : xasprintf("  %lld.%02lld s", (long long)event->ms / 1000,
					(long long)event->ms % 1000 / 10);
	const json_t *notes = json_object_get(event->json, "notes");
	cleanup_free char *text = xasprintf("%-*s%s%s%s%s%s%s%s",
		event->step || event->alias || event->reason ? 10 : 0, event->name,
		event->step ? "  " : "", event->step ? event->step : "", event->alias ? "  " : "",
		event->alias ? event->alias : "", event->reason ? "  " : "",
		event->reason ? event->reason : "", took);

	for (size_t i = 0; i < json_array_size(notes); i++) {
		const char *note = json_string_value(json_array_get(notes, i));
		char *longer = xasprintf("%s%s%s", text, i == 0 ? "  (" : "; ", note ? note : "");

		free(text);
		text = longer;
	}
	if (json_array_size(notes) > 0) {
		char *longer = xasprintf("%s)", text);

		free(text);
		text = longer;
	}
	return printable_line(text);
}

void events_close(struct events *events)
{
	linelog_close(&events->reader);
	json_decref(events->json);
	*events = (struct events)EVENTS_INIT;
}
