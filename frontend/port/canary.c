/* Host-side listeners, one poll loop on one thread. */
#include "canary.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "mem.h"
#include "peer.h"
#include "random.h"

enum {
	SPOT_MAX = 48,
	WATCH_MAX = 4,
	VISITOR_MAX = 64,
	POLL_MS = 100,
};

struct visitor {
	int fd;
	struct canary_spot *spot;
};

struct canary {
	struct canary_spot spot[SPOT_MAX];
	size_t spots;
	struct canary_watch watch[WATCH_MAX];
	size_t watches;
	struct visitor visitor[VISITOR_MAX];
	size_t visitors;
	pthread_t thread;
	bool running;
	atomic_bool stop;
	int wake[2]; /* a byte in it ends the poll */
};

union any_address {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* Returns the length of the socket address, or 0. */
static socklen_t make_address(const char *text, uint16_t port, union any_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, text, &ret->v4.sin_addr) == 1) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(port);
		return sizeof(ret->v4);
	}
	if (inet_pton(AF_INET6, text, &ret->v6.sin6_addr) == 1) {
		ret->v6.sin6_family = AF_INET6;
		ret->v6.sin6_port = htons(port);
		return sizeof(ret->v6);
	}
	return 0;
}

static int open_socket(const union any_address *address, int type)
{
	int fd = socket(address->sa.sa_family, type, 0);

	if (fd >= 0) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
	}
	return fd;
}

/* Binds TYPE on ADDRESS at a port of the kernel's choice; returns the descriptor, -1 on failure. */
static int bind_any_port(const char *text, int type, uint16_t *ret_port)
{
	union any_address address;
	socklen_t len = make_address(text, 0, &address);
	cleanup_fd int fd = -1;

	if (len == 0) {
		errno = EINVAL;
		return -1;
	}
	fd = open_socket(&address, type);
	if (fd < 0 || bind(fd, &address.sa, len) != 0 || getsockname(fd, &address.sa, &len) != 0)
		return -1;
	*ret_port =
		ntohs(address.sa.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
	return steal_fd(&fd);
}

struct canary *canary_new(void)
{
	struct canary *canary = xcalloc(1, sizeof(*canary));

	canary->wake[0] = canary->wake[1] = -1;
	return canary;
}

static void new_nonce(char out[static CANARY_NONCE_LEN + 1])
{
	cleanup_free char *hex = random_hex(CANARY_NONCE_LEN / 2);

	memcpy(out, hex, CANARY_NONCE_LEN + 1);
}

int canary_add(struct canary *canary, enum canary_kind kind, const char *address,
	const struct canary_spot **ret, struct error *err)
{
	struct canary_spot *spot = &canary->spot[canary->spots];

	if (canary->spots == SPOT_MAX || strlen(address) >= sizeof(spot->address))
		return err_set(err, EXIT_BUG, "canary on %s: no room", address);
	spot->fd =
		bind_any_port(address, kind == CANARY_TCP ? SOCK_STREAM : SOCK_DGRAM, &spot->port);
	if (spot->fd < 0 || (kind == CANARY_TCP && listen(spot->fd, 16) != 0)) {
		err_errno(err, EXIT_OS, "listen on %s", address);
		mem_cleanup_fd(&spot->fd);
		return -1;
	}
	spot->kind = kind;
	memcpy(spot->address, address, strlen(address) + 1);
	new_nonce(spot->nonce);
	new_nonce(spot->reply);
	canary->spots++;
	*ret = spot;
	return 0;
}

int canary_add_watch(struct canary *canary, const char *address, const struct canary_watch **ret,
	struct error *err)
{
	struct canary_watch *watch = &canary->watch[canary->watches];
	cleanup_fd int fd = -1;

	if (canary->watches == WATCH_MAX || strlen(address) >= sizeof(watch->address))
		return err_set(err, EXIT_BUG, "watch on %s: no room", address);
	fd = bind_any_port(address, SOCK_STREAM, &watch->port);
	if (fd < 0)
		return err_errno(err, EXIT_OS, "find a free port on %s", address);
	memcpy(watch->address, address, strlen(address) + 1);
	canary->watches++;
	*ret = watch;
	return 0;
}

static void welcome(struct canary *canary, struct canary_spot *spot)
{
	int fd = accept(spot->fd, NULL, NULL);

	if (fd < 0)
		return;
	if (canary->visitors == VISITOR_MAX) {
		spot->strangers++;
		close(fd);
		return;
	}
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	canary->visitor[canary->visitors++] = (struct visitor){fd, spot};
}

/* Whether the bytes hold the spot's nonce. */
static bool knows_nonce(const struct canary_spot *spot, const char *bytes, ssize_t len)
{
	return len >= CANARY_NONCE_LEN &&
	       memmem(bytes, (size_t)len, spot->nonce, CANARY_NONCE_LEN) != NULL;
}

static void answer_datagram(struct canary_spot *spot)
{
	char bytes[512];
	union any_address from;
	socklen_t len = sizeof(from);
	ssize_t got = recvfrom(spot->fd, bytes, sizeof(bytes), 0, &from.sa, &len);

	if (got < 0)
		return;
	if (!knows_nonce(spot, bytes, got)) {
		spot->strangers++;
		return;
	}
	spot->hits++;
	sendto(spot->fd, spot->reply, CANARY_NONCE_LEN, 0, &from.sa, len);
}

/* Reads once: the guest sends its nonce in one piece. Returns false when the visitor is to go. */
static bool answer_visitor(const struct visitor *visitor)
{
	char bytes[512];
	ssize_t got = recv(visitor->fd, bytes, sizeof(bytes), 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (knows_nonce(visitor->spot, bytes, got)) {
		visitor->spot->hits++;
		send(visitor->fd, visitor->spot->reply, CANARY_NONCE_LEN, MSG_NOSIGNAL);
	} else {
		visitor->spot->strangers++;
	}
	return false;
}

/* Dials a watched port: connected means that something on this host listens there. */
static void dial(struct canary_watch *watch)
{
	union any_address address;
	socklen_t len = make_address(watch->address, watch->port, &address);
	cleanup_fd int fd = open_socket(&address, SOCK_STREAM);
	struct pollfd ready = {fd, POLLOUT, 0};
	int failure = 0;
	socklen_t size = sizeof(failure);

	if (fd < 0)
		return;
	if (connect(fd, &address.sa, len) != 0 &&
		(errno != EINPROGRESS || poll(&ready, 1, POLL_MS) <= 0 ||
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0 || failure != 0))
		return;
	if (!peer_is_self(fd))
		watch->reached = true;
}

/* Serves whoever is there within TIMEOUT_MS; returns whether anybody was. */
static bool serve_once(struct canary *canary, int timeout_ms)
{
	struct pollfd fds[SPOT_MAX + VISITOR_MAX + 1];
	size_t spots = canary->spots, visitors = canary->visitors, kept = 0;

	for (size_t i = 0; i < spots; i++)
		fds[i] = (struct pollfd){canary->spot[i].fd, POLLIN, 0};
	for (size_t i = 0; i < visitors; i++)
		fds[spots + i] = (struct pollfd){canary->visitor[i].fd, POLLIN, 0};
	fds[spots + visitors] = (struct pollfd){canary->wake[0], POLLIN, 0};
	if (poll(fds, spots + visitors + (timeout_ms > 0), timeout_ms) <= 0)
		return false;
	for (size_t i = 0; i < visitors; i++) {
		struct visitor *visitor = &canary->visitor[i];

		if (fds[spots + i].revents == 0 || answer_visitor(visitor))
			canary->visitor[kept++] = *visitor;
		else
			close(visitor->fd);
	}
	canary->visitors = kept;
	for (size_t i = 0; i < spots; i++) {
		if (fds[i].revents == 0)
			continue;
		if (canary->spot[i].kind == CANARY_TCP)
			welcome(canary, &canary->spot[i]);
		else
			answer_datagram(&canary->spot[i]);
	}
	return true;
}

static void *canary_main(void *arg)
{
	struct canary *canary = arg;
	int64_t next_dial = 0;

	while (!atomic_load(&canary->stop)) {
		serve_once(canary, POLL_MS);
		if (clock_ms() < next_dial)
			continue;
		for (size_t i = 0; i < canary->watches; i++)
			dial(&canary->watch[i]);
		next_dial = clock_ms() + POLL_MS;
	}
	for (int i = 0; i < VISITOR_MAX && serve_once(canary, 0); i++)
		; /* what arrived in the last moment counts too */
	return NULL;
}

int canary_start(struct canary *canary, struct error *err)
{
	if (pipe(canary->wake) != 0)
		return err_errno(err, EXIT_OS, "make a pipe");
	for (int i = 0; i < 2; i++)
		fcntl(canary->wake[i], F_SETFD, FD_CLOEXEC);
	errno = pthread_create(&canary->thread, NULL, canary_main, canary);
	if (errno != 0)
		return err_errno(err, EXIT_OS, "start a thread");
	canary->running = true;
	return 0;
}

void canary_stop(struct canary *canary)
{
	if (!canary->running)
		return;
	atomic_store(&canary->stop, true);
	mem_cleanup_fd(&canary->wake[1]); /* the other end polls as hung up */
	pthread_join(canary->thread, NULL);
	canary->running = false;
}

void canary_free(struct canary *canary)
{
	if (canary == NULL)
		return;
	canary_stop(canary);
	mem_cleanup_fd(&canary->wake[0]);
	mem_cleanup_fd(&canary->wake[1]);
	for (size_t i = 0; i < canary->visitors; i++)
		close(canary->visitor[i].fd);
	for (size_t i = 0; i < canary->spots; i++)
		close(canary->spot[i].fd);
	free(canary);
}
