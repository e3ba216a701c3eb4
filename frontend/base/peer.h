/* Who is at the other end of a socket. */
#ifndef BASE_PEER_H
#define BASE_PEER_H

#include <stdbool.h>
#include <sys/types.h>

struct error;

/* The uid of the process that listens (or listened) where the connected socket FD leads. -1 with errno. */
int peer_uid(int fd, uid_t *ret);

/* Connects to PATH. EXIT_UNAVAILABLE. */
int peer_connect(const char *path, int *ret_fd, uid_t *ret_uid, struct error *err);

/* Whether the connected TCP or UDP socket FD is its own peer. Dialling a port of this host where nobody listens
 * ends so when the kernel picks that port for the dialling end: both ends are then one socket, in a simultaneous
 * open (RFC 9293, 3.5), and nobody was reached. */
bool peer_is_self(int fd);

#endif
