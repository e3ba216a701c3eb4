/* What would be asked and done: stands where requests leave this program, and writes down those that change something
 * instead of letting them out. Bodies and argument vectors are so made by the code that a launch makes them with.
 * Questions are let out, because what comes after depends on their answers. */
#ifndef PORT_PLAN_H
#define PORT_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "strv.h"

struct buf;

/* Stand in for ids that an engine would hand out. */
#define PLAN_NETWORK "NETWORK-ID"
#define PLAN_CONTAINER "CONTAINER-ID"
#define PLAN_IMAGE "sha256:IMAGE-ID"
#define PLAN_SECRET "***" /* for values that a plan must not know */

struct plan_item {
	const char *to; /* "engine", "smolvm", "docker", "helper", "record" */
	struct strv
		words; /* engine: method and path; record: the machine; else the argument vector */
	char *json;    /* engine: the body, NULL = none; record: what is set */
	bool asked;    /* a question, let out */
};

struct plan {
	struct plan_item *item; /* in order */
	size_t count;
	char *built; /* tag of an image that would have been built */
};

#define PLAN_INIT             \
	{                     \
		NULL, 0, NULL \
	}
#define cleanup_plan __attribute__((cleanup(plan_clear)))

void plan_clear(struct plan *plan);

/* Notes METHOD for PATH with BODY (JSON text, NULL = none). True: it is not to be sent, *ret_status and *ret_body are
 * what an engine without objections would answer. */
bool plan_request(struct plan *plan, const char *method, const char *path, const char *body,
	int *ret_status, struct buf *ret_body);

/* Notes the run of a program, WHO: "smolvm", "docker", "helper". ASKED: it runs all the same. */
void plan_run(struct plan *plan, const char *who, const struct strv *argv, bool asked);

/* Notes that VALUES, the text of a JSON object, are set in MACHINE's record; takes ownership. */
void plan_record(struct plan *plan, const char *machine, char *values);

#endif
