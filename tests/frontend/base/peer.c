/* peer_is_self: a socket that has dialled itself, and ones that have not. */
#include "peer.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mem.h"
#include "tap.h"

/* A socket of TYPE on the loopback address of FAMILY at a port of the kernel's choice, and its name. -1: none. */
static int bound(int family, int type, struct sockaddr_in6 *ret)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	struct sockaddr_in four = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const void *address = family == AF_INET6 ? (const void *)&six : (const void *)&four;
	socklen_t len = family == AF_INET6 ? sizeof(six) : sizeof(four), size = sizeof(*ret);
	int fd = socket(family, type, 0);

	if (fd >= 0 && bind(fd, address, len) == 0 &&
		getsockname(fd, (struct sockaddr *)ret, &size) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void try(int family, int type, const char *name)
{
	socklen_t len =
		family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
	struct sockaddr_in6 own_name, other_name;
	cleanup_fd int own = bound(family, type, &own_name);
	cleanup_fd int other = bound(family, type, &other_name);
	cleanup_fd int dialler = socket(family, type, 0);

	if (own < 0) {
		skip(name, "no such loopback address here");
		return;
	}
	ok(!peer_is_self(own), "%s: not before it is connected", name);
	ok(connect(own, (const struct sockaddr *)&own_name, len) == 0, "%s: it dials itself", name);
	ok(peer_is_self(own), "%s: and is its own peer", name);
	ok((type == SOCK_DGRAM || listen(other, 1) == 0) &&
			connect(dialler, (const struct sockaddr *)&other_name, len) == 0,
		"%s: another is dialled", name);
	ok(!peer_is_self(dialler), "%s: which is not itself", name);
}

int main(void)
{
	int pair[2];

	try(AF_INET, SOCK_STREAM, "TCP");
	try(AF_INET, SOCK_DGRAM, "UDP");
	try(AF_INET6, SOCK_STREAM, "TCP by IPv6");
	try(AF_INET6, SOCK_DGRAM, "UDP by IPv6");
	ok(!peer_is_self(-1), "no socket has no peer");
	if (ok(pipe(pair) == 0, "a pipe")) {
		ok(!peer_is_self(pair[0]), "nor has a pipe");
		close(pair[0]);
		close(pair[1]);
	}
	return done_testing();
}
