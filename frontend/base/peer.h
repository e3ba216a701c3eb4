/* Who is at the other end of a unix socket. */
#ifndef BASE_PEER_H
#define BASE_PEER_H

#include <sys/types.h>

struct error;

/* The uid of the process that listens (or listened) where the connected socket FD leads. -1 with errno. */
int peer_uid(int fd, uid_t *ret);

/* Connects to PATH. EXIT_UNAVAILABLE. */
int peer_connect(const char *path, int *ret_fd, uid_t *ret_uid, struct error *err);

#endif
