/* What happened to this user's bottles, kept in one file of the state folder also when they are gone: written by
 * whoever did it, launch, supervisor, stop, verify or gc. It is a record for people. Nothing is decided by it, and
 * that it cannot be written stops nothing.
 *
 * A line is an object with "time" (UTC, milliseconds), "event" and "bottle", and where they apply "launch" (id),
 * "alias", "step", "ms" (it took), "reason", "notes" (of an error) and "code" (exit code). The events:
 *   launch      a launch has begun to make things       kept      it failed, and was left by --keep-on-fail
 *   step        of a launch, done                       stopped   by `stop`
 *   ready       it is up and verified, REASON says how  lost      ended by its supervisor, for REASON
 *   failed      the launch, in STEP, for REASON         removed   what a dead launch left, by gc or a launch
 *   verified, unverified                                by `verify`, for REASON
 * What smolvm denied is told beside them and not kept here: denials.h. */
#ifndef DOMAIN_EVENTS_H
#define DOMAIN_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "linelog.h"

struct context;
struct error;

struct event {
	const char *name, *bottle;
	const char *launch, *alias, *step, *reason; /* NULL = none */
	int64_t ms;                                 /* it took; -1 = none */
	const struct error *error;                  /* gives reason, notes and code; NULL = none */
};

/* Writes one down; what is not text, or too long, is written as far as it fits. Once a command, a warning when it
 * cannot be written. */
void events_note(struct context *ctx, const struct event *event);

/* What is read of one. Owned by the struct events. */
struct event_read {
	const char *time, *name, *bottle;
	const char *launch, *alias, *step, *reason; /* NULL = none */
	int64_t at;                                 /* milliseconds since 1970 */
	int64_t ms;                                 /* -1 = none */
	struct json_t *json;                        /* all of it */
};

/* Zero-initialise by EVENTS_INIT. */
struct events {
	struct linelog_reader reader;
	struct json_t *json;
};

#define EVENTS_INIT                       \
	{                                 \
		LINELOG_READER_INIT, NULL \
	}
#define cleanup_events __attribute__((cleanup(events_close)))

/* From the oldest event on. None were ever written is fine. EXIT_REFUSED: the file is not ours alone. */
int events_open(const struct context *ctx, struct events *events, struct error *err);

/* The next one; false when there is none now. A line that is no event is passed over. */
bool events_next(struct events *events, struct event_read *ret);

/* "READY  alias ...": all but time and bottle, for people; one line. Caller frees. */
char *events_text(const struct event_read *event);

void events_close(struct events *events);

#endif
