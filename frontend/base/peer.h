/* Who is at the other end of a unix socket. */
#ifndef BASE_PEER_H
#define BASE_PEER_H

#include <sys/types.h>

/* The uid of the process that listens (or listened) where the connected socket FD leads. -1 with errno. */
int peer_uid(int fd, uid_t *ret);

#endif
