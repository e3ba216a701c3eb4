#define _GNU_SOURCE 1
#include "probe.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "attempt.h"
#include "flow.h"
#include "out.h"
#include "resolv.h"

#define FLOW_MAX (GUEST_ATTEMPT_MAX * RESOLV_MAX)

static const char *const state_names[] = {
	[FLOW_WAITING] = "error",
	[FLOW_LISTENING] = "listening",
	[FLOW_ACCEPTED] = "accepted",
	[FLOW_REFUSED] = "refused",
	[FLOW_CLOSED] = "closed",
	[FLOW_RESET] = "reset",
	[FLOW_ERROR] = "error",
	[FLOW_TIMEOUT] = "timeout",
	[FLOW_OPEN] = "open",
	[FLOW_ANSWER] = "answer",
};

static int64_t clock_ms(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) < 0)
		die(GUEST_EXIT_FAILED, "probe", "clock_gettime", errno);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* One flow per nameserver. Returns the number of flows, at least one. */
static size_t start_resolv(struct flow *flows, const struct attempt *a, int64_t now)
{
	struct endpoint servers[RESOLV_MAX];
	size_t n = 0;
	int err = resolv_read(servers, &n);

	if (err) {
		flow_fail(&flows[0], a, err, now);
		return 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (servers[i].len)
			flow_start(&flows[i], a, &servers[i], now);
		else
			flow_fail(&flows[i], a, EINVAL, now);
	}
	return n;
}

/* Listeners first, so that the other attempts of the same call find them. */
static size_t start(struct flow *flows, const struct attempt *attempts, int n, int64_t now)
{
	size_t count = 0;

	for (int i = 0; i < n; i++)
		if (attempts[i].kind == ATTEMPT_LISTEN)
			flow_start(&flows[count++], &attempts[i], &attempts[i].to, now);
	for (int i = 0; i < n; i++) {
		if (attempts[i].kind == ATTEMPT_RESOLV)
			count += start_resolv(&flows[count], &attempts[i], now);
		else if (attempts[i].kind != ATTEMPT_LISTEN)
			flow_start(&flows[count++], &attempts[i], &attempts[i].to, now);
	}
	return count;
}

static void wait_for(struct flow *flows, size_t count)
{
	struct pollfd fds[FLOW_MAX];

	for (;;) {
		int64_t now = clock_ms(), wake = INT64_MAX;

		for (size_t i = 0; i < count; i++) {
			int64_t t = flow_tick(&flows[i], now);

			if (t < wake)
				wake = t;
		}
		if (wake == INT64_MAX)
			return;
		for (size_t i = 0; i < count; i++)
			fds[i] = (struct pollfd){
				.fd = flows[i].fd, .events = flow_events(&flows[i])};
		if (poll(fds, count, (int)(wake - now)) < 0 && errno != EINTR)
			die(GUEST_EXIT_FAILED, "probe", "poll", errno);
		now = clock_ms();
		for (size_t i = 0; i < count; i++)
			if (fds[i].fd >= 0 && fds[i].revents)
				flow_ready(&flows[i], now);
	}
}

static void answer(const struct flow *f, struct out *o)
{
	out_str(o, f->attempt->id);
	out_str(o, " ");
	out_str(o, state_names[f->state]);
	out_str(o, " ");
	if (f->err)
		out_errno(o, f->err);
	else
		out_str(o, "-");
	out_str(o, " ");
	out_u32(o, (uint32_t)(f->decided - f->start));
	out_str(o, " ");
	if (f->len)
		out_hex(o, f->data, f->len);
	else
		out_str(o, "-");
	out_str(o, "\n");
}

void probe(const struct attempt *attempts, int n, struct out *o)
{
	struct flow flows[FLOW_MAX];
	size_t count = start(flows, attempts, n, clock_ms());

	wait_for(flows, count);
	out_str(o, GUEST_PROBE_HEAD "\n");
	for (int i = 0; i < n; i++) {
		const struct flow *telling = flows;

		for (size_t j = 0; j < count; j++)
			if (flows[j].attempt == &attempts[i] &&
				(telling->attempt != &attempts[i] ||
					flows[j].state > telling->state))
				telling = &flows[j];
		answer(telling, o);
	}
	out_str(o, GUEST_PROBE_END);
	out_u32(o, (uint32_t)n);
	out_str(o, "\n");
}
