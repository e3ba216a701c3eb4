#define _GNU_SOURCE 1
#include "pump.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	TAKE_MAX =
		64, /* connections taken at one go, so that a flood of them does not stop the others */
	MOVE_MAX = 4, /* buffers moved at one go */
	RETRY_MS = 10,
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

size_t pump_raise_limit(void)
{
	struct rlimit limit;
	rlim_t room;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	room = 2 * PUMP_MAX + PUMP_SPARE_FDS;
	if (limit.rlim_cur < room && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max < room ? limit.rlim_max : room;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			getrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur <= PUMP_SPARE_FDS)
		return 0;
	room = (limit.rlim_cur - PUMP_SPARE_FDS) / 2;
	return room < PUMP_MAX ? (size_t)room : PUMP_MAX;
}

/* A close that says that something went wrong; a unix socket knows no such thing. */
static void reset(int fd)
{
	struct linger hard = {1, 0};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(fd);
}

static void prepare(int fd)
{
	int on = 1;

	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)); /* not TCP: no such option */
}

/* Ends the K-th live connection. The last one takes its place. */
static void drop(struct pump *p, size_t k, bool broken)
{
	struct pump_slot *s = &p->slot[p->live_slot[k]];

	for (int i = 0; i < 2; i++)
		if (s->fd[i] >= 0)
			broken ? reset(s->fd[i]) : (void)close(s->fd[i]);
	p->free_slot[p->free++] = p->live_slot[k];
	p->live_slot[k] = p->live_slot[--p->live];
}

/* False when the connection is refused. */
static bool dial(struct pump *p, struct pump_slot *s)
{
	s->fd[1] = p->job->dial(p->job->arg, s->listener, s->fd[0]);
	if (s->fd[1] < 0)
		return errno == EAGAIN;
	prepare(s->fd[1]);
	s->connecting = true;
	return true;
}

static void take(struct pump *p, size_t listener, int fd)
{
	uint16_t number;
	struct pump_slot *s;

	if (p->live == p->job->max) {
		reset(fd);
		return;
	}
	prepare(fd);
	number = p->free_slot[--p->free];
	s = &p->slot[number];
	*s = (struct pump_slot){.fd = {fd, -1}, .listener = listener, .moved = now_ms()};
	p->live_slot[p->live++] = number;
	if (!dial(p, s))
		drop(p, p->live - 1, true);
}

/* Without a descriptor left the connection would stay in the queue and poll(2) would go on telling of it. */
static void refuse_one(struct pump *p, int listener)
{
	int fd;

	if (p->spare < 0)
		return;
	close(p->spare);
	fd = accept(listener, NULL, NULL);
	if (fd >= 0)
		reset(fd);
	p->spare = fcntl(listener, F_DUPFD_CLOEXEC, 0);
}

static void take_all(struct pump *p, size_t at)
{
	for (int i = 0; i < TAKE_MAX; i++) {
		int fd = accept(p->job->listener[at], NULL, NULL);

		if (fd >= 0)
			take(p, at, fd);
		else if (errno == EMFILE || errno == ENFILE)
			refuse_one(p, p->job->listener[at]);
		else if (errno != EINTR && errno != ECONNABORTED)
			return;
	}
}

/* Writes LEN bytes at DATA to FD: how many went, -1 = it is broken. */
static ssize_t put(int fd, const unsigned char *data, size_t len)
{
	ssize_t n;

	do
		n = send(fd, data, len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 && (errno == EAGAIN || errno == ENOBUFS) ? 0 : n;
}

/* What waits in the buffer of S's way W. False = broken. */
static bool flush(struct pump *p, struct pump_slot *s, int w)
{
	struct pump_way *way = &s->way[w];
	ssize_t n = put(s->fd[!w], p->buffer[s - p->slot][w] + way->at, way->len);

	if (n < 0)
		return false;
	way->at += (uint32_t)n;
	way->len -= (uint32_t)n;
	if (n > 0)
		s->moved = now_ms();
	return true;
}

/* What has come for S's way W, by the scratch buffer; what the other side does not take is kept. 1 = there may be more,
 * 0 = not now, -1 = broken. */
static int forward(struct pump *p, struct pump_slot *s, int w)
{
	struct pump_way *way = &s->way[w];
	ssize_t got = recv(s->fd[w], p->scratch, sizeof(p->scratch), 0), sent;

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	s->moved = now_ms();
	way->ended = got == 0;
	if (got == 0)
		return 0;
	sent = put(s->fd[!w], p->scratch, (size_t)got);
	if (sent < 0)
		return -1;
	way->at = 0;
	way->len = (uint32_t)(got - sent);
	memcpy(p->buffer[s - p->slot][w], p->scratch + sent, way->len);
	return way->len == 0;
}

/* Moves what can be moved from side W to the other. False = broken. */
static bool move(struct pump *p, struct pump_slot *s, int w, bool readable)
{
	struct pump_way *way = &s->way[w];
	int more = readable;

	if (way->len > 0 && !flush(p, s, w))
		return false;
	for (int i = 0; more > 0 && way->len == 0 && !way->ended && i < MOVE_MAX; i++)
		more = forward(p, s, w);
	if (more < 0)
		return false;
	if (w == 1)
		s->draining = way->ended && way->len == 0 && !way->told && p->job->unread != NULL &&
			      p->job->unread(s->fd[0]) > 0;
	if (way->ended && way->len == 0 && !way->told && !s->draining) {
		shutdown(s->fd[!w], SHUT_WR); /* one that is gone shows when it is read */
		way->told = true;
	}
	return true;
}

static bool connected(struct pump_slot *s)
{
	int failure = 0;
	socklen_t size = sizeof(failure);

	s->connecting = false;
	s->moved = now_ms();
	return getsockopt(s->fd[1], SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0;
}

static bool half_closed(const struct pump_slot *s)
{
	return s->way[0].ended || s->way[1].ended;
}

/* When S is given up, INT64_MAX = never. */
static int64_t deadline(const struct pump *p, const struct pump_slot *s)
{
	if (s->connecting || s->fd[1] < 0)
		return s->moved + p->job->connect_ms;
	return half_closed(s) ? s->moved + p->job->half_ms : INT64_MAX;
}

/* Handles what poll(2) said of the K-th live connection. */
static void serve(struct pump *p, size_t k, const short revents[2], int64_t now)
{
	struct pump_slot *s = &p->slot[p->live_slot[k]];
	bool whole = true;

	if (s->fd[1] < 0)
		whole = dial(p, s);
	else if (s->connecting && revents[1] != 0)
		whole = connected(s);
	else if (!s->connecting)
		for (int w = 0; w < 2 && whole; w++)
			if (revents[w] != 0 || (revents[!w] & ~POLLIN) != 0 ||
				(w == 1 && s->draining))
				whole = move(p, s, w, revents[w] != 0);
	if (!whole)
		drop(p, k, true);
	else if (s->way[0].told && s->way[1].told)
		drop(p, k, false);
	else if (deadline(p, s) <= now)
		drop(p, k, true);
}

/* What side I of S is waited for; nothing at all is -1 for its descriptor, because a hang-up is told unasked. */
static struct pollfd want(const struct pump_slot *s, int i)
{
	short events = 0;

	if (s->fd[1] < 0)
		return (struct pollfd){-1, 0, 0};
	if (s->connecting)
		return (struct pollfd){i == 1 ? s->fd[1] : -1, POLLOUT, 0};
	if (!s->way[i].ended && s->way[i].len == 0)
		events |= POLLIN;
	if (s->way[!i].len > 0)
		events |= POLLOUT;
	return (struct pollfd){events ? s->fd[i] : -1, events, 0};
}

/* Fills p->poll; returns how long to wait, ms. */
static int prepare_poll(struct pump *p, size_t head)
{
	int64_t now = now_ms(), next = INT64_MAX;

	for (size_t i = 0; i < p->job->listeners; i++)
		p->poll[i] = (struct pollfd){p->job->listener[i], POLLIN, 0};
	p->poll[head - 1] = (struct pollfd){p->job->wake_fd, POLLIN, 0};
	for (size_t k = 0; k < p->live; k++) {
		const struct pump_slot *s = &p->slot[p->live_slot[k]];
		int64_t at = s->fd[1] < 0 || s->draining ? now + RETRY_MS : deadline(p, s);

		p->poll[head + 2 * k] = want(s, 0);
		p->poll[head + 2 * k + 1] = want(s, 1);
		next = at < next ? at : next;
	}
	if (next == INT64_MAX)
		return -1;
	return next > now ? (int)(next - now) : 0;
}

static void clear(struct pump *p)
{
	while (p->live > 0)
		drop(p, p->live - 1, true);
	if (p->spare >= 0)
		close(p->spare);
}

int pump_run(struct pump *p, const struct pump_job *job)
{
	size_t head = job->listeners + 1;

	p->job = job;
	p->live = 0;
	p->free = PUMP_MAX;
	for (size_t i = 0; i < PUMP_MAX; i++)
		p->free_slot[i] = (uint16_t)(PUMP_MAX - 1 - i);
	p->spare = job->listeners > 0 ? fcntl(job->listener[0], F_DUPFD_CLOEXEC, 0) : -1;
	for (;;) {
		int wait = prepare_poll(p, head);
		size_t live = p->live;

		if (poll(p->poll, head + 2 * live, wait) < 0 && errno != EINTR) {
			int failure = errno;

			clear(p);
			errno = failure;
			return -1;
		}
		if (p->poll[head - 1].revents != 0 && job->wake(job->arg))
			break;
		/* From the end: whoever takes the place of one that was dropped has been served. */
		for (size_t k = live; k-- > 0;)
			serve(p, k,
				(short[2]){p->poll[head + 2 * k].revents,
					p->poll[head + 2 * k + 1].revents},
				now_ms());
		for (size_t i = 0; i < job->listeners; i++)
			if (p->poll[i].revents != 0)
				take_all(p, i);
	}
	clear(p);
	return 0;
}
