/* Both ends of measured connections: a server for a bundle, and what a bottle's guest asks of it.
 *
 * ADDRESS and PORT are an IPv4 address and a port; or the path of a unix socket, and anything.
 *
 *	stream serve PORT        or the path of a unix socket; the first byte says what a connection is for:
 *	                         e echoes; after the end of what came, sends "end" and ends
 *	                         s NUMBER newline: sends that many bytes and ends
 *	                         d reads to the end, answers with the number of bytes
 *	stream many ADDRESS PORT N       N echoing connections at once: prints how many answered, and how many
 *	                                 still did when their own side had ended
 *	stream get|put ADDRESS PORT N    N bytes from or to it: prints microseconds
 *	stream ping ADDRESS PORT N       N bytes there and back, one by one: prints microseconds for one
 *	stream meet ADDRESS PORT N       N connections one after the other, each with a byte there and back: prints
 *	                                 microseconds for one
 *	stream open ADDRESS PORT         prints how a connect ends, in a word
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { MANY_MAX = 1000, WAIT_MS = 60000 };

static char block[65536];

static long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct sockaddr_un unix_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	if (strlen(path) >= sizeof(at.sun_path))
		fail(path);
	memcpy(at.sun_path, path, strlen(path) + 1);
	return at;
}

static int dial_unix(const char *path)
{
	struct sockaddr_un at = unix_at(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	return fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 ? fd : -1;
}

static int dial(const char *address, const char *port)
{
	if (address[0] == '/')
		return dial_unix(address);

	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0 || inet_pton(AF_INET, address, &at.sin_addr) != 1)
		fail("dial");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 ? fd : -1;
}

static void put_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, data, len, MSG_NOSIGNAL);

		if (n <= 0)
			fail("send");
		data += n;
		len -= (size_t)n;
	}
}

/* Reads what comes in time, up to SIZE: -1 = nothing, or an error. */
static ssize_t get(int fd, char *to, size_t size)
{
	struct pollfd on = {fd, POLLIN, 0};

	return poll(&on, 1, WAIT_MS) == 1 ? recv(fd, to, size, 0) : -1;
}

/* smolvm loses what it has not read of a unix socket when it hears of both ends (frontend/port/relay.c). */
static void drain(int fd)
{
	int domain = 0, left = 0;
	socklen_t size = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 || domain != AF_UNIX)
		return;
	while (ioctl(fd, TIOCOUTQ, &left) == 0 && left > 0)
		usleep(1000);
}

static void serve_one(int fd)
{
	char what = 0, text[32] = "";
	long left = 0, got = 0;
	ssize_t n;

	if (get(fd, &what, 1) != 1)
		return;
	if (what == 's') {
		for (size_t i = 0;
			i + 1 < sizeof(text) && recv(fd, text + i, 1, 0) == 1 && text[i] != '\n';
			i++)
			;
		for (left = atol(text); left > 0; left -= (long)sizeof(block))
			put_all(fd, block,
				left < (long)sizeof(block) ? (size_t)left : sizeof(block));
		drain(fd);
		return;
	}
	while ((n = recv(fd, block, sizeof(block), 0)) > 0) {
		got += n;
		if (what == 'e')
			put_all(fd, block, (size_t)n);
	}
	n = what == 'e' ? snprintf(text, sizeof(text), "end")
			: snprintf(text, sizeof(text), "%ld", got);
	put_all(fd, text, (size_t)n);
	drain(fd);
}

static int listen_unix(const char *path)
{
	struct sockaddr_un at = unix_at(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	unlink(path);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 1024) < 0)
		fail("serve");
	return fd;
}

static int listen_tcp(const char *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, 1024) < 0)
		fail("serve");
	return fd;
}

static int serve(const char *port)
{
	int fd = port[0] == '/' ? listen_unix(port) : listen_tcp(port), on = 1;

	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int one = accept(fd, NULL, NULL);

		if (one >= 0 && fork() == 0) {
			setsockopt(one, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
			serve_one(one);
			exit(0);
		}
		if (one >= 0)
			close(one);
	}
}

static int many(const char *address, const char *port, long n)
{
	static int fd[MANY_MAX];
	int answered = 0, ended = 0;
	char got[8] = "";

	for (long i = 0; i < n && i < MANY_MAX; i++)
		fd[i] = dial(address, port);
	for (long i = 0; i < n; i++)
		if (fd[i] >= 0)
			put_all(fd[i], "ex", 2);
	for (long i = 0; i < n; i++)
		answered += fd[i] >= 0 && get(fd[i], got, 1) == 1 && got[0] == 'x';
	for (long i = 0; i < n; i++)
		shutdown(fd[i], SHUT_WR);
	for (long i = 0; i < n; i++)
		ended += fd[i] >= 0 && get(fd[i], got, 3) == 3 && memcmp(got, "end", 3) == 0 &&
			 get(fd[i], got, 1) == 0;
	printf("%d answered, %d after the end\n", answered, ended);
	return answered == n && ended == n ? 0 : 1;
}

static void transfer(const char *verb, const char *address, const char *port, long size)
{
	int fd = dial(address, port);
	char text[32];
	long begin = now_us(), done = 0;
	ssize_t n;

	if (fd < 0)
		fail("connect");
	if (strcmp(verb, "get") == 0) {
		put_all(fd, text, (size_t)snprintf(text, sizeof(text), "s%ld\n", size));
		while ((n = get(fd, block, sizeof(block))) > 0)
			done += n;
	} else {
		put_all(fd, "d", 1);
		for (long left = size; left > 0; left -= (long)sizeof(block))
			put_all(fd, block,
				left < (long)sizeof(block) ? (size_t)left : sizeof(block));
		shutdown(fd, SHUT_WR);
		n = get(fd, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = '\0';
		done = atol(text);
	}
	if (done != size) {
		fprintf(stderr, "%s: %ld bytes of %ld\n", verb, done, size);
		exit(1);
	}
	printf("%ld\n", now_us() - begin);
}

static void ping(const char *address, const char *port, long n)
{
	int fd = dial(address, port);
	char got;
	long begin;

	if (fd < 0)
		fail("connect");
	put_all(fd, "e", 1);
	begin = now_us();
	for (long i = 0; i < n; i++) {
		put_all(fd, "x", 1);
		if (get(fd, &got, 1) != 1)
			fail("ping");
	}
	printf("%ld\n", (now_us() - begin) / n);
}

static void meet(const char *address, const char *port, long n)
{
	long begin = now_us();
	char got;

	for (long i = 0; i < n; i++) {
		int fd = dial(address, port);

		if (fd < 0)
			fail("connect");
		put_all(fd, "ex", 2);
		if (get(fd, &got, 1) != 1)
			fail("meet");
		close(fd);
	}
	printf("%ld\n", (now_us() - begin) / n);
}

int main(int argc, char **argv)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max < 4096 ? limit.rlim_max : 4096;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (argc == 3 && strcmp(argv[1], "serve") == 0)
		return serve(argv[2]);
	if (argc == 4 && strcmp(argv[1], "open") == 0) {
		puts(dial(argv[2], argv[3]) >= 0 ? "connected" : strerror(errno));
		return 0;
	}
	if (argc != 5)
		return 64;
	if (strcmp(argv[1], "many") == 0)
		return many(argv[2], argv[3], atol(argv[4]));
	if (strcmp(argv[1], "ping") == 0)
		ping(argv[2], argv[3], atol(argv[4]));
	else if (strcmp(argv[1], "meet") == 0)
		meet(argv[2], argv[3], atol(argv[4]));
	else
		transfer(argv[1], argv[2], argv[3], atol(argv[4]));
	return 0;
}
