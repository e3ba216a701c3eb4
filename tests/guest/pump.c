/* The pump between real sockets: what a slow, a silent, a half-closed and a vanished peer do to it, and to nobody
 * else. It runs on a thread; the other ends are here. A unix listener stands where TCP ones do in use, but for the
 * reset, which unix sockets do not have. */
#define _GNU_SOURCE 1
#include "pump.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

enum { MANY = 1000, BIG = 8 << 20 };

static struct pump pump;
static struct pump_job job;
static struct sockaddr_in in_at, out_at;
static int out_listener = -1, stop_pipe[2];
static _Atomic int again; /* how often dial() still says EAGAIN */
static _Atomic bool refuse;
static unsigned char block[65536];

static int listen_at(struct sockaddr_in *at)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	socklen_t size = sizeof(*at);

	*at = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	if (fd < 0 || bind(fd, (struct sockaddr *)at, size) < 0 || listen(fd, 2048) < 0 ||
		getsockname(fd, (struct sockaddr *)at, &size) < 0)
		abort();
	return fd;
}

static int dial(void *arg, size_t at, int from)
{
	int fd;

	(void)arg;
	(void)at;
	(void)from;
	if (refuse || again > 0) {
		again -= again > 0;
		errno = refuse ? EPERM : EAGAIN;
		return -1;
	}
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	connect(fd, (struct sockaddr *)&out_at, sizeof(out_at));
	return fd;
}

static bool woken(void *arg)
{
	(void)arg;
	return true;
}

static void *run(void *arg)
{
	(void)arg;
	return pump_run(&pump, &job) == 0 ? &pump : NULL;
}

static pthread_t begin(size_t max, int half_ms)
{
	pthread_t thread;

	if (pipe(stop_pipe) < 0)
		abort();
	job = (struct pump_job){.dial = dial,
		.wake = woken,
		.wake_fd = stop_pipe[0],
		.max = max,
		.connect_ms = 60000,
		.half_ms = half_ms};
	job.listener[job.listeners++] = listen_at(&in_at);
	if (pthread_create(&thread, NULL, run, NULL) != 0)
		abort();
	return thread;
}

static void end(pthread_t thread)
{
	void *result = NULL;

	close(stop_pipe[1]);
	pthread_join(thread, &result);
	ok(result == &pump, "the run ends when it is told");
	close(stop_pipe[0]);
	close(job.listener[0]);
}

static int client(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&in_at, sizeof(in_at)) < 0)
		abort();
	return fd;
}

/* The other end of the oldest connection that the pump has dialled; -1 when none comes in 20 s. */
static int server(void)
{
	struct pollfd on = {out_listener, POLLIN, 0};

	return poll(&on, 1, 20000) == 1 ? accept(out_listener, NULL, NULL) : -1;
}

static bool has(int fd, int ms)
{
	struct pollfd on = {fd, POLLIN, 0};

	return poll(&on, 1, ms) == 1;
}

/* What a blocking read says in 20 s: bytes, 0 = end, -1 = error, -2 = nothing. */
static ssize_t next(int fd, void *to, size_t size)
{
	return has(fd, 20000) ? recv(fd, to, size, 0) : -2;
}

static bool says(int fd, const char *text)
{
	char got[64] = "";
	size_t len = 0;

	while (len < strlen(text)) {
		ssize_t n = next(fd, got + len, strlen(text) - len);

		if (n <= 0)
			return false;
		len += (size_t)n;
	}
	return strcmp(got, text) == 0;
}

static void say(int fd, const char *text)
{
	if (send(fd, text, strlen(text), MSG_NOSIGNAL) != (ssize_t)strlen(text))
		abort();
}

static int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (dir != NULL && readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}

/* Sends on FD without blocking until nobody takes more; how much went. */
static size_t fill(int fd)
{
	size_t sent = 0;

	for (;;) {
		struct pollfd on = {fd, POLLOUT, 0};
		ssize_t n;

		if (poll(&on, 1, 500) != 1)
			return sent;
		n = send(fd, block, sizeof(block), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0)
			sent += (size_t)n;
	}
}

static void test_pipe(void)
{
	pthread_t thread = begin(PUMP_MAX, 60000);
	int a = client(), b = server();

	say(a, "hello");
	ok(says(b, "hello"), "bytes arrive");
	say(b, "world");
	ok(says(a, "world"), "and those of the other side");
	shutdown(a, SHUT_WR);
	is_int(next(b, block, 1), 0, "the end of one side is passed on");
	say(b, "still here");
	ok(says(a, "still here"), "the other direction goes on");
	shutdown(b, SHUT_WR);
	is_int(next(a, block, 1), 0, "until it ends too");
	close(a);
	close(b);

	a = client();
	b = server();
	shutdown(b, SHUT_WR);
	is_int(next(a, block, 1), 0, "the dialled side may end first");
	say(a, "late");
	ok(says(b, "late"), "and still gets what comes");
	close(a);
	is_int(next(b, block, 1), 0, "until that ends");
	close(b);

	a = client();
	b = server();
	setsockopt(b, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
	close(b);
	is_int(next(a, block, 1), -1, "a reset of one side");
	is_int(errno, ECONNRESET, "is a reset of the other, not an end");
	close(a);

	again = 3;
	a = client();
	b = server();
	say(a, "patient");
	ok(says(b, "patient"), "a full queue at the dialled side is waited for");
	close(a);
	close(b);
	refuse = true;
	a = client();
	ok(next(a, block, 1) < 0 && errno == ECONNRESET,
		"a connection that is not wanted is reset");
	close(a);
	refuse = false;
	end(thread);
}

static void test_slow_reader(void)
{
	pthread_t thread = begin(PUMP_MAX, 60000);
	int a = client(), b = server(), c, d;
	size_t sent, got = 0, room;

	sent = fill(a);
	/* Both connections' buffers in the kernel, which grow up to tcp_rmem and tcp_wmem, and one of the pump's. */
	room = 2 * (6 << 20) + 2 * (4 << 20) + PUMP_BUFFER;
	ok(sent > 0 && sent < room, "a peer that never reads stops the sender (after %zu bytes)",
		sent);
	c = client();
	d = server();
	say(c, "not disturbed");
	ok(says(d, "not disturbed"), "others are served meanwhile");
	say(b, "back");
	ok(says(a, "back"), "and so is its own other direction");
	shutdown(a, SHUT_WR);
	for (ssize_t n; (n = next(b, block, sizeof(block))) > 0;)
		got += (size_t)n;
	is_int((long long)got, (long long)sent, "once it reads it gets every byte, then the end");
	close(a);
	close(b);
	close(c);
	close(d);
	end(thread);
}

struct stream {
	int from, to;
	size_t got;
	bool same;
};

static void *send_stream(void *arg)
{
	struct stream *s = arg;
	unsigned char bytes[5000];
	size_t sent = 0;

	while (sent < BIG) {
		size_t len = sizeof(bytes) < BIG - sent ? sizeof(bytes) : BIG - sent;

		for (size_t i = 0; i < len; i++)
			bytes[i] = (unsigned char)((sent + i) * 2654435761u >> 13);
		if (send(s->from, bytes, len, MSG_NOSIGNAL) != (ssize_t)len)
			break;
		sent += len;
	}
	shutdown(s->from, SHUT_WR);
	return NULL;
}

static void *read_stream(void *arg)
{
	struct stream *s = arg;
	unsigned char bytes[7001];
	ssize_t n;

	s->same = true;
	while ((n = next(s->to, bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < n; i++, s->got++)
			s->same =
				s->same && bytes[i] == (unsigned char)(s->got * 2654435761u >> 13);
	return NULL;
}

static void test_whole(void)
{
	pthread_t thread = begin(PUMP_MAX, 60000), work[4];
	int a = client(), b = server();
	struct stream there = {a, b, 0, false}, back = {b, a, 0, false};

	pthread_create(&work[0], NULL, send_stream, &there);
	pthread_create(&work[1], NULL, read_stream, &there);
	pthread_create(&work[2], NULL, send_stream, &back);
	pthread_create(&work[3], NULL, read_stream, &back);
	for (int i = 0; i < 4; i++)
		pthread_join(work[i], NULL);
	is_int((long long)there.got, BIG, "8 MiB go over");
	ok(there.same, "unchanged");
	is_int((long long)back.got, BIG, "and 8 MiB back at the same time");
	ok(back.same, "unchanged");
	close(a);
	close(b);
	end(thread);
}

static void test_many(void)
{
	static int a[MANY], b[MANY];
	int before = descriptors(), arrived = 0, answered = 0;
	pthread_t thread = begin(MANY, 60000);
	int over, late, other;

	for (int i = 0; i < MANY; i++) {
		a[i] = client();
		b[i] = server();
	}
	for (int i = 0; i < MANY; i++)
		say(a[i], "x");
	for (int i = 0; i < MANY; i++)
		arrived += says(b[i], "x");
	is_int(arrived, MANY, "1000 connections at once");
	for (int i = 0; i < MANY; i++) {
		say(b[i], "y");
		answered += says(a[i], "y");
	}
	is_int(answered, MANY, "each of them answered");
	over = client();
	ok(next(over, block, 1) < 0 && errno == ECONNRESET,
		"one more than the limit is refused, not kept waiting");
	close(over);
	close(a[0]);
	close(b[0]);
	/* The pump has seen both ends before it takes the next one: both came first. */
	do {
		late = client();
		other = has(out_listener, 200) ? server() : -1;
		if (other < 0)
			close(late);
	} while (other < 0);
	say(late, "z");
	ok(says(other, "z"), "when one has ended there is room again");
	close(late);
	close(other);
	for (int i = 1; i < MANY; i++) {
		close(a[i]);
		close(b[i]);
	}
	end(thread);
	is_int(descriptors(), before, "no descriptor is left");
}

static void test_given_up(void)
{
	pthread_t thread = begin(PUMP_MAX, 50);
	int a = client(), b = server(), c = client(), d = server();

	shutdown(a, SHUT_WR);
	is_int(next(b, block, 1), 0, "half closed");
	ok(next(a, block, 1) < 0 && errno == ECONNRESET, "and silent for half_ms: given up");
	say(c, "awake");
	ok(says(d, "awake"), "an open one may be silent longer");
	close(a);
	close(b);
	fill(c);
	shutdown(c, SHUT_WR);
	ok(next(c, block, 1) < 0,
		"nor is one kept whose peer never reads what came before the end");
	close(c);
	close(d);
	end(thread);
}

/* The pump alone hits the limit: clients are connected before. */
static void test_no_descriptors(void)
{
	struct rlimit old, low;
	pthread_t thread;
	int a, b, n = 0;

	getrlimit(RLIMIT_NOFILE, &old);
	thread = begin(PUMP_MAX, 60000);
	a = client();
	b = server();
	low = old;
	low.rlim_cur = (rlim_t)dup(a) + 1; /* that one is the last */
	n = (int)low.rlim_cur - 1;
	close(n);
	n = client();
	low.rlim_cur = (rlim_t)n + 1;
	setrlimit(RLIMIT_NOFILE, &low);
	ok(next(n, block, 1) < 0 && errno == ECONNRESET,
		"without a descriptor left a connection is refused");
	say(a, "alive");
	ok(says(b, "alive"), "and the others go on");
	setrlimit(RLIMIT_NOFILE, &old);
	close(n);
	close(a);
	close(b);
	end(thread);
}

int main(void)
{
	struct rlimit limit;

	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max < 4 * MANY + 100) {
		skip("the pump", "the hard limit on descriptors is too low");
		return done_testing();
	}
	ok(pump_raise_limit() == PUMP_MAX,
		"the limit on descriptors is raised for 1024 connections");
	limit.rlim_cur = limit.rlim_max < 8192 ? limit.rlim_max : 8192;
	setrlimit(RLIMIT_NOFILE, &limit);
	out_listener = listen_at(&out_at);
	test_pipe();
	test_slow_reader();
	test_whole();
	test_many();
	test_given_up();
	test_no_descriptors();
	return done_testing();
}
