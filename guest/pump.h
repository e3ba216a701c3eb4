/*
 * pump: takes connections on listeners and pipes each to another descriptor. One process, one poll(2) loop, no
 * heap; what it may use is in struct pump, about 32 MiB, of which a page is touched only when it is needed: bytes
 * wait in a buffer of their own only while their receiver is slow.
 *
 * - Back-pressure: a side is not read while what it sent before is not written.
 * - Half-close: the end of one side's bytes is passed on when they are written; the other direction goes on.
 * - An error of one side becomes a reset of the other, so that nobody takes a cut answer for a whole one.
 * - At the limit a new connection is taken and reset at once: refused, not kept waiting.
 * - Given up: a connection that cannot be made in connect_ms, and one that is half closed and silent for half_ms.
 *   An open one may be silent for as long as it likes.
 *
 * Written for both ends of a sealed bottle's sockets: bottle-guest's relay and the host's (frontend/port/relay.c).
 */
#ifndef GUEST_PUMP_H
#define GUEST_PUMP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	PUMP_MAX = 1024, /* connections */
	PUMP_LISTENERS = 3,
	PUMP_BUFFER = 16384, /* bytes under way in one direction of one connection */
	PUMP_CONNECT_MS =
		30000, /* a full queue at the other end: SYNs are sent again after 1, 3, 7, 15 s */
	PUMP_HALF_MS = 300000,
	PUMP_SPARE_FDS = 32, /* of the limit on descriptors, left to the rest of the process */
};

struct pump_job {
	int listener[PUMP_LISTENERS]; /* listening, non-blocking; the caller's */
	size_t listeners;
	/* The descriptor for connection FD of listener AT, connected or connecting, non-blocking, which the pump then
	 * owns. -1 refuses the connection, but with EAGAIN in errno: ask again soon. */
	int (*dial)(void *arg, size_t at, int fd);
	/* How many bytes the taken side FD has been sent and not read. Not NULL: it is told the end only when there are
	 * none, because it may be one that, both directions over, drops what it has not read. */
	int (*unread)(int fd);
	int wake_fd;             /* -1 = none */
	bool (*wake)(void *arg); /* it is readable; true ends the run */
	void *arg;
	size_t max; /* connections, at most PUMP_MAX */
	int connect_ms, half_ms;
};

struct pump_way {
	uint32_t at, len; /* of the buffer: read and not yet written */
	bool ended, told; /* no more comes; the other side knows */
};

struct pump_slot {
	int fd[2];       /* taken, dialled (-1: not yet) */
	bool connecting; /* the dialled one */
	bool draining;   /* the taken one, by job->unread */
	size_t listener;
	int64_t moved;          /* when a byte last did, ms */
	struct pump_way way[2]; /* from fd[i] to the other */
};

struct pump {
	const struct pump_job *job;
	int spare; /* given up for a moment to refuse a connection when descriptors run out */
	size_t live, free;
	uint16_t live_slot[PUMP_MAX], free_slot[PUMP_MAX];
	struct pump_slot slot[PUMP_MAX];
	struct pollfd poll[PUMP_LISTENERS + 1 + 2 * PUMP_MAX];
	unsigned char scratch[PUMP_BUFFER];
	unsigned char buffer[PUMP_MAX][2][PUMP_BUFFER];
};

/* How many connections the process's limit on descriptors allows once its soft limit is raised to the hard one: up to
 * PUMP_MAX, 0 when hardly any. */
size_t pump_raise_limit(void);

/* Works until JOB's wake says so; all connections are closed then. -1 with errno when poll(2) fails. PUMP need not be
 * initialised. */
int pump_run(struct pump *pump, const struct pump_job *job);

#endif
