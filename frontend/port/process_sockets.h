/* The IP sockets of a process of this user: what a VM monitor is really connected to, by the host's own account. */
#ifndef PORT_PROCESS_SOCKETS_H
#define PORT_PROCESS_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "listeners.h"

struct process_socket {
	struct listener local;  /* proto, address, port */
	struct listener remote; /* .wildcard = none: it listens, or takes from anyone */
};

struct process_sockets {
	struct process_socket *item;
	size_t count;
	/* A process may close its descriptors to others, its own user included (prctl(2), PR_SET_DUMPABLE), and
	 * VM monitors do. Then these are the sockets of this user that no process which can be looked into has: the
	 * asked one's, and perhaps some of others like it. */
	bool by_elimination;
	size_t others; /* how many more there are of this user, so that whose a socket is cannot be told */
};

#define PROCESS_SOCKETS_INIT      \
	{                         \
		NULL, 0, false, 0 \
	}
#define cleanup_process_sockets __attribute__((cleanup(process_sockets_clear)))

/* Reads those of PID[0]. The other COUNT - 1 are processes of its kind, which do not count as others.
 * EXIT_UNAVAILABLE where the platform does not tell. */
int process_sockets_read(
	const pid_t pid[], size_t count, struct process_sockets *ret, struct error *err);
void process_sockets_clear(struct process_sockets *sockets);

#endif
