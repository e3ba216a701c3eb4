/* The host's relay: who may connect to its sockets, and where they lead. What the pump does with the bytes is
 * tests/guest/pump.c's. */
#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "claim.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "tap.h"

static char base[] = "/tmp/bottle-relay.XXXXXX";

static int listen_here(uint16_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	socklen_t size = sizeof(at);

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, size) < 0 || listen(fd, 16) < 0 ||
		getsockname(fd, (struct sockaddr *)&at, &size) < 0)
		abort();
	*port = ntohs(at.sin_port);
	return fd;
}

static int connect_to(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* What a read says in 20 s; -2 = nothing. */
static ssize_t next(int fd, char *to, size_t size)
{
	struct pollfd on = {fd, POLLIN, 0};

	return poll(&on, 1, 20000) == 1 ? recv(fd, to, size, 0) : -2;
}

static int taken(int listener)
{
	struct pollfd on = {listener, POLLIN, 0};

	return poll(&on, 1, 20000) == 1 ? accept(listener, NULL, NULL) : -1;
}

static void test_ways(const char *const path[2])
{
	cleanup_error struct error err = ERROR_INIT;
	uint16_t port[2];
	int listener[2] = {listen_here(&port[0]), listen_here(&port[1])};
	struct relay_way way[2] = {
		{path[0], "127.0.0.1", port[0]}, {path[1], "127.0.0.1", port[1]}};
	struct relay *relay = NULL;
	struct stat st;
	char got[8] = "";

	fs_write(path[0], "left over", 9, &err);
	is_int(relay_start(way, 2, &relay, &err), 0, "it starts, over what an earlier one left");
	ok(stat(path[0], &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0600,
		"its sockets are for their owner alone");
	for (int i = 1; i >= 0; i--) {
		int a = connect_to(path[i]), b = taken(listener[i]);

		ok(a >= 0 && b >= 0, "each leads to its own port");
		ok(send(a, "hello", 5, MSG_NOSIGNAL) == 5 && next(b, got, 5) == 5 &&
				memcmp(got, "hello", 5) == 0,
			"there");
		ok(send(b, "world", 5, MSG_NOSIGNAL) == 5 && next(a, got, 5) == 5 &&
				memcmp(got, "world", 5) == 0,
			"and back");
		close(a);
		is_int(next(b, got, 1), 0, "to the end");
		close(b);
	}
	{ /* one that, both ends over, would drop what it has not read */
		int a = connect_to(path[0]), b = taken(listener[0]);
		struct pollfd hear = {a, POLLIN | POLLRDHUP, 0};

		shutdown(a, SHUT_WR);
		is_int(next(b, got, 1), 0, "half-closed by the VM monitor");
		ok(send(b, "tail", 4, MSG_NOSIGNAL) == 4 && shutdown(b, SHUT_WR) == 0,
			"the bundle has the last word");
		poll(&hear, 1, 20000);
		for (int i = 0; i < 10 && (hear.revents & (POLLHUP | POLLRDHUP)) == 0; i++) {
			usleep(20000);
			poll(&hear, 1, 0);
		}
		is_int(hear.revents, POLLIN, "whose end is not told while it is unread");
		ok(next(a, got, 4) == 4 && memcmp(got, "tail", 4) == 0, "it is read");
		is_int(next(a, got, 1), 0, "then comes the end");
		close(a);
		close(b);
	}
	close(listener[1]);
	{
		int a = connect_to(path[1]);

		ok(next(a, got, 1) <= 0, "where nobody serves, a connection ends");
		close(a);
	}
	{
		int a = connect_to(path[0]), b = taken(listener[0]);
		struct pollfd on = {relay_fd(relay), POLLIN, 0};

		is_int(poll(&on, 1, 0), 0, "it has not ended by itself");
		relay_stop(relay);
		ok(next(a, got, 1) <= 0 && next(b, got, 1) <= 0,
			"its end is that of every connection");
		close(a);
		close(b);
	}
	ok(!fs_exists(path[0]) && !fs_exists(path[1]), "and its sockets are gone");
	relay_stop(NULL);
	close(listener[0]);
}

/* Another user, who is let through to the socket here, as he never is: only the check of the peer is left. */
static void test_stranger(const char *path)
{
	cleanup_error struct error err = ERROR_INIT;
	uint16_t port;
	int listener = listen_here(&port), status = -1;
	struct relay_way way = {path, "127.0.0.1", port};
	struct relay *relay = NULL;
	struct pollfd on = {listener, POLLIN, 0};
	pid_t child;

	if (geteuid() != 0) {
		skip("another user", "not root");
		close(listener);
		return;
	}
	is_int(relay_start(&way, 1, &relay, &err), 0, "with another user about");
	chmod(base, 0755);
	chmod(path, 0666);
	child = fork();
	if (child == 0) {
		char got;
		int fd;

		if (setuid(65534) != 0)
			_exit(2);
		fd = connect_to(path);
		if (fd < 0)
			_exit(3);
		(void)!send(fd, "x", 1, MSG_NOSIGNAL);
		_exit(next(fd, &got, 1) <= 0 ? 0 : 4);
	}
	waitpid(child, &status, 0);
	is_int(status, 0, "he is cut off");
	is_int(poll(&on, 1, 0), 0, "and the bundle hears nothing of him");
	relay_stop(relay);
	close(listener);
	chmod(base, 0700);
}

static void test_refusals(const char *path)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *missing = xasprintf("%s/none/x.sock", base);
	char *longest = xcalloc(1, relay_path_max() + 2);
	struct relay *relay = NULL;

	memset(longest, 'x', relay_path_max() + 1);
	memcpy(longest, base, strlen(base));
	longest[strlen(base)] = '/';
	is_int(relay_start(&(struct relay_way){longest, "127.0.0.1", 1}, 1, &relay, &err), -1,
		"a path that is one byte too long");
	is_int(err.code, EXIT_CANTCREATE, "is refused, not cut");
	err_clear(&err);
	longest[relay_path_max()] = '\0';
	is_int(relay_start(&(struct relay_way){longest, "127.0.0.1", 1}, 1, &relay, &err), 0,
		"the longest one is taken");
	relay_stop(relay);
	relay = NULL;
	is_int(relay_start(&(struct relay_way){missing, "127.0.0.1", 1}, 1, &relay, &err), -1,
		"no folder");
	err_clear(&err);
	is_int(relay_start(&(struct relay_way){path, "localhost", 1}, 1, &relay, &err), -1,
		"a name for an address");
	is_int(err.code, EXIT_BUG, "is our mistake");
	err_clear(&err);
	ok(relay == NULL && !fs_exists(path), "nothing is left of them");
	free(longest);
}

static void test_claim(void)
{
	cleanup_error struct error err = ERROR_INIT;
	uint16_t port;
	int listener = listen_here(&port), claim, second;
	struct sockaddr_in at = {.sin_family = AF_INET};

	is_int(claim_port("127.0.0.1", port, &err), -1, "a port that somebody listens on");
	is_int(err.code, EXIT_AGAIN, "is taken");
	err_clear(&err);
	close(listener);
	claim = claim_port("127.0.0.1", port, &err);
	ok(claim >= 0, "a free one is claimed");
	is_int(claim_port("127.0.0.1", port, &err), -1, "once");
	err_clear(&err);
	inet_pton(AF_INET, "127.0.0.1", &at.sin_addr);
	at.sin_port = htons(port);
	second = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	ok(bind(second, (struct sockaddr *)&at, sizeof(at)) != 0 && errno == EADDRINUSE,
		"also against who would share it, as engines do");
	ok(connect(second, (struct sockaddr *)&at, sizeof(at)) != 0 && errno == ECONNREFUSED,
		"nobody listens there");
	close(second);
	close(claim);
	claim = claim_port("127.0.0.1", port, &err);
	ok(claim >= 0, "and it ends with its descriptor");
	close(claim);
	is_int(claim_port("nowhere", port, &err), -1, "a name is no address");
}

int main(void)
{
	cleanup_free char *clean = NULL, *one = NULL, *two = NULL;

	if (mkdtemp(base) == NULL)
		return 1;
	one = xasprintf("%s/proxy.sock", base);
	two = xasprintf("%s/git.sock", base);
	test_ways((const char *const[]){one, two});
	test_stranger(one);
	test_refusals(one);
	test_claim();
	clean = xasprintf("rm -rf %s", base);
	return system(clean) == 0 ? done_testing() : 1;
}
