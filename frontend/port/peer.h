/* Who is at the other end of a unix socket. */
#ifndef PORT_PEER_H
#define PORT_PEER_H

#include <sys/types.h>

struct error;

/* The user who listened on the socket that FD is connected to (unix(7) SO_PEERCRED; getpeereid(3)). -1 with
 * errno. */
int peer_uid(int fd, uid_t *ret);

/* Connects to PATH. EXIT_UNAVAILABLE. */
int peer_connect(const char *path, int *ret_fd, uid_t *ret_uid, struct error *err);

#endif
