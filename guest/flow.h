/* flow: one socket of an attempt, from its start to the state it ends in. */
#ifndef GUEST_FLOW_H
#define GUEST_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "attempt.h"

/* In the order in which they speak for an attempt of several flows: the later, the more telling. */
enum flow_state {
	FLOW_WAITING,
	FLOW_LISTENING,
	FLOW_ACCEPTED,
	FLOW_REFUSED,
	FLOW_CLOSED,
	FLOW_RESET,
	FLOW_ERROR,
	FLOW_TIMEOUT,
	FLOW_OPEN,
	FLOW_ANSWER,
};

struct flow {
	const struct attempt *attempt;
	struct endpoint to;
	int fd; /* to be watched, or -1; closed by the end of the program only (flow.c) */
	bool connecting;
	bool raw; /* IPv4 raw socket: what arrives has an IP header */
	bool over;
	enum flow_state state;
	int err;
	int64_t start, deadline, resend, decided; /* ms, all by one clock */
	size_t len;
	uint8_t data[GUEST_DATA_MAX];
};

/* Starts one; it may be over at once. Nothing here blocks. */
void flow_start(struct flow *f, const struct attempt *a, const struct endpoint *to, int64_t now);
/* One that cannot even be started, because of err. */
void flow_fail(struct flow *f, const struct attempt *a, int err, int64_t now);
/* What poll(2) is to wait for on f->fd. */
short flow_events(const struct flow *f);
/* poll(2) reported something. */
void flow_ready(struct flow *f, int64_t now);
/* Deadline and resend; call it before each wait. Returns when to call it again at the latest, or
 * INT64_MAX: this flow no longer keeps the program waiting. */
int64_t flow_tick(struct flow *f, int64_t now);

#endif
