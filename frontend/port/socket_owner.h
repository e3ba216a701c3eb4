/* Whose process has a socket, as far as this user may know: the name of one of its own processes. */
#ifndef PORT_SOCKET_OWNER_H
#define PORT_SOCKET_OWNER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct socket_owner {
	uint64_t inode; /* in: of the socket, as in struct listener */
	pid_t pid;      /* out: of one process that has it; 0 = none that can be looked into */
	char name[32];  /* its command, "sshd"; the process chose it: foreign bytes */
};

/* Fills in pid and name of COUNT owners, in one pass over this host's processes. Where the platform does not tell,
 * all are 0. */
void socket_owner_find(struct socket_owner *owners, size_t count);

#endif
