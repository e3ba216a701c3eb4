/* Who listens on this host: TCP listeners and bound UDP sockets. The allowlist of a bottle knows
 * addresses and no ports, so what else answers on its address is part of what it can reach. Source
 * on Linux: /proc/net/{tcp,tcp6,udp,udp6} of our network namespace (proc(5);
 * net/ipv4/tcp_ipv4.c). */
#ifndef PORT_LISTENERS_H
#define PORT_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "addr.h"

struct error;

enum listener_proto { LISTENER_TCP, LISTENER_UDP };

#define LISTENER_ADDR_LEN 46 /* INET6_ADDRSTRLEN */

struct listener {
	enum listener_proto proto;
	char address[LISTENER_ADDR_LEN]; /* "127.0.0.1", "::"; an IPv4-mapped one as IPv4 */
	bool is_v4;                      /* addr is set: an IPv4 or IPv4-mapped socket */
	struct addr addr;                /* as the socket has it */
	bool wildcard;  /* 0.0.0.0 or ::, which takes IPv4 too unless its owner switched that
	                     off; the kernel's tables do not say, so :: counts */
	bool connected; /* UDP: takes datagrams of one peer only */
	bool listening; /* TCP, where the table told */
	uint16_t port;
	uid_t uid;
	uint64_t inode; /* of the socket; 0 = not known */
};

struct listeners {
	struct listener *item;
	size_t count;
};

#define LISTENERS_INIT  \
	{               \
		NULL, 0 \
	}
#define cleanup_listeners __attribute__((cleanup(listeners_clear)))

/* Reads all listeners of the host; replaces what *ret held. EXIT_OS when a table cannot be read or
 * has a line that is not understood, since a listener left out would count as none;
 * EXIT_UNAVAILABLE where there is no way to read them. */
int listeners_read(struct listeners *ret, struct error *err);
void listeners_clear(struct listeners *listeners);

/* Whether it is bound to exactly this address. */
bool listener_is_on(const struct listener *listener, struct addr addr);

/* Whether a packet to this address may reach it: bound to it or to every address. */
bool listener_may_answer(const struct listener *listener, struct addr addr);

/* "tcp" or "udp". */
const char *listener_proto_name(const struct listener *listener);

#endif
