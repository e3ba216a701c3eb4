/* Listeners on every address, dialled through one.
 *
 * All are dialled first, then the control, a listener on the address alone: on a loopback interface packets arrive in
 * the order they were sent, so what has not arrived when the control has is not late. The time that is left to
 * it all the same is shorter than two looks of a supervisor, which may be told to end its VM when a service
 * starts that listens on every address. */
#include "wildcard_proof.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "mem.h"
#include "random.h"

enum { WAIT_MS = 150, NONCE_LEN = 32 };

static const struct kind {
	int type, family;
	bool control; /* on the address alone */
} kinds[] = {
	{SOCK_STREAM, AF_INET, false},
	{SOCK_STREAM, AF_INET6, false},
	{SOCK_DGRAM, AF_INET, false},
	{SOCK_DGRAM, AF_INET6, false},
	{SOCK_STREAM, AF_INET, true},
	{SOCK_DGRAM, AF_INET, true},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

struct spot {
	int listener, dialler; /* -1: a kernel without IPv6 */
	bool reached;
};

static int new_socket(int family, int type)
{
	int fd = socket(family, type, 0);

	if (fd >= 0) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, O_NONBLOCK);
	}
	return fd;
}

static int bind_any(const struct kind *kind, int fd, struct in_addr address)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = in6addr_any};
	struct sockaddr_in four = {.sin_family = AF_INET};
	int off = 0;

	if (kind->family == AF_INET6) {
		if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0)
			return -1;
		return bind(fd, (const struct sockaddr *)&six, sizeof(six));
	}
	if (kind->control)
		four.sin_addr = address;
	return bind(fd, (const struct sockaddr *)&four, sizeof(four));
}

/* Both forms of an address have the port at one place. */
static in_port_t port_of(int fd)
{
	struct sockaddr_in6 name = {.sin6_family = AF_UNSPEC};
	socklen_t size = sizeof(name);

	return getsockname(fd, (struct sockaddr *)&name, &size) == 0 ? name.sin6_port : 0;
}

static int listen_at(
	const struct kind *kind, struct in_addr address, struct spot *spot, struct error *err)
{
	spot->listener = new_socket(kind->family, kind->type);
	if (spot->listener < 0 && kind->family == AF_INET6 && errno == EAFNOSUPPORT)
		return 0;
	if (spot->listener >= 0 && bind_any(kind, spot->listener, address) != 0 &&
		kind->family == AF_INET6 && errno == EADDRNOTAVAIL) {
		mem_cleanup_fd(&spot->listener); /* IPv6 is switched off */
		return 0;
	}
	if (spot->listener < 0 || port_of(spot->listener) == 0 ||
		(kind->type == SOCK_STREAM && listen(spot->listener, 1) != 0))
		return err_errno(err, EXIT_OS, "open a listener to try the packet filter with");
	return 0;
}

/* One that cannot be dialled is not reached. */
static void dial(
	const struct kind *kind, struct in_addr address, struct spot *spot, const char *nonce)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = address};
	ssize_t sent;

	if (spot->listener < 0)
		return;
	to.sin_port = port_of(spot->listener);
	spot->dialler = new_socket(AF_INET, kind->type);
	if (spot->dialler < 0)
		return;
	if (kind->type == SOCK_STREAM) {
		spot->reached =
			connect(spot->dialler, (const struct sockaddr *)&to, sizeof(to)) == 0;
		return;
	}
	sent = sendto(spot->dialler, nonce, NONCE_LEN, 0, (const struct sockaddr *)&to, sizeof(to));
	(void)sent;
}

static void look(
	const struct kind *kind, struct spot *spot, const struct pollfd *polled, const char *nonce)
{
	char got[NONCE_LEN + 1] = "";
	int failure = 0;
	socklen_t size = sizeof(failure);

	if (polled->revents == 0 || spot->reached)
		return;
	if (kind->type == SOCK_DGRAM) {
		spot->reached = recv(spot->listener, got, NONCE_LEN, 0) == NONCE_LEN &&
				memcmp(got, nonce, NONCE_LEN) == 0;
		return;
	}
	if (getsockopt(spot->dialler, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0)
		spot->reached = true;
	else
		mem_cleanup_fd(&spot->dialler); /* refused */
}

static void wait_for_all(struct spot spots[static KINDS], const char *nonce)
{
	int64_t deadline = clock_ms() + WAIT_MS;

	for (int64_t left = WAIT_MS; left > 0; left = deadline - clock_ms()) {
		struct pollfd polled[KINDS];
		size_t open = 0;

		for (size_t i = 0; i < KINDS; i++) {
			bool datagrams = kinds[i].type == SOCK_DGRAM;

			polled[i] =
				(struct pollfd){datagrams ? spots[i].listener : spots[i].dialler,
					datagrams ? POLLIN : POLLOUT, 0};
			if (spots[i].reached)
				polled[i].fd = -1;
			open += polled[i].fd >= 0;
		}
		if (open == 0 || (poll(polled, KINDS, (int)left) < 0 && errno != EINTR))
			return;
		for (size_t i = 0; i < KINDS; i++)
			look(&kinds[i], &spots[i], &polled[i], nonce);
	}
}

static enum wildcard_answer judge(const struct spot spots[static KINDS], int type)
{
	bool control = false, open = false;

	for (size_t i = 0; i < KINDS; i++) {
		if (kinds[i].type != type)
			continue;
		if (kinds[i].control)
			control = spots[i].reached;
		else
			open = open || spots[i].reached;
	}
	return open ? WILDCARD_OPEN : control ? WILDCARD_CLOSED : WILDCARD_UNKNOWN;
}

int wildcard_prove(const char *address, struct wildcard_proof *ret, struct error *err)
{
	cleanup_free char *nonce = random_hex(NONCE_LEN / 2);
	struct spot spots[KINDS];
	struct in_addr at;
	int result = 0;

	if (inet_pton(AF_INET, address, &at) != 1)
		return err_set(err, EXIT_BUG, "%s is no IPv4 address", address);
	for (size_t i = 0; i < KINDS; i++)
		spots[i] = (struct spot){-1, -1, false};
	for (size_t i = 0; i < KINDS && result == 0; i++)
		result = listen_at(&kinds[i], at, &spots[i], err);
	if (result == 0) {
		for (size_t i = 0; i < KINDS; i++)
			dial(&kinds[i], at, &spots[i], nonce);
		wait_for_all(spots, nonce);
		*ret = (struct wildcard_proof){judge(spots, SOCK_STREAM), judge(spots, SOCK_DGRAM)};
	}
	for (size_t i = 0; i < KINDS; i++) {
		mem_cleanup_fd(&spots[i].dialler);
		mem_cleanup_fd(&spots[i].listener);
	}
	return result;
}
