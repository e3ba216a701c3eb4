/* One call of the engine's API. For the files of this folder that know a noun of it, not for
 * their callers. */
#ifndef PORT_ENGINE_CALL_H
#define PORT_ENGINE_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "engine.h"
#include "engine_http.h"
#include "exit_code.h"

enum {
	ENGINE_ASK_MS = 15000, /* a question */
	ENGINE_DO_MS =
		180000, /* a change: under emulation a container took over a minute to start */
};

/* Sends METHOD for PATH (after the version, escaped) with BODY as JSON (NULL = none). Any HTTP
 * status but a redirect is success. *ret is the answer, NULL for an empty one; a status of 400
 * and more always has an object with "message". Fails, with ENGINE_FAULT_TRANSPORT, as
 * engine_http_send does and on malformed JSON. */
int engine_call(struct engine *engine, const char *method, const char *path, const json_t *body,
	int deadline_ms, int *ret_status, json_t **ret, struct error *err);

/* GET of something that is not JSON: the first KEEP bytes. */
int engine_call_bytes(struct engine *engine, const char *path, size_t keep, int deadline_ms,
	struct engine_answer *ret, struct error *err);

/* REQUEST, whose path is given as above, with an answer that is read as it comes: by its sink, which
 * gets the body of an error answer too. */
int engine_call_stream(struct engine *engine, const struct engine_request *request, int *ret_status,
	struct error *err);

/* "docker: WHAT: the engine's message"; remembers FAULT. Returns -1. */
int engine_refused(struct engine *engine, enum engine_fault fault, enum exit_code code,
	const json_t *answer, struct error *err, const char *what, ...)
	__attribute__((format(printf, 6, 7)));

/* The answer to WHAT lacks something that every engine sends (EXIT_UNAVAILABLE). Returns -1. */
int engine_strange(struct engine *engine, struct error *err, const char *what);

/* Records why a call that did not come from the engine's answer failed. Returns -1. */
int engine_failed(struct engine *engine, enum engine_fault fault);

/* The engine's "message", "" without one. Owned by ANSWER. */
const char *engine_message(const json_t *answer);

/* Whether TEXT contains one of NEEDLES (NULL-terminated), in whatever case. */
bool engine_says(const char *text, const char *const *needles);

/* What engine_set_plan said. */
struct plan *engine_plan(const struct engine *engine);

/* The string at KEY, or "". Owned by OBJECT, which may be NULL. */
const char *engine_str(const json_t *object, const char *key);

/* TEXT for use in a path or query: all but unreserved characters and those in KEEP as %XX.
 * Caller frees. */
char *engine_escape(const char *text, const char *keep);

/* Whether ID can stand in a path: what engines hand out as ids and accept as names. */
bool engine_id_valid(const char *id);

#endif
