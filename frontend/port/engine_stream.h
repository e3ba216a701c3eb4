/* An answer of the engine that comes piece by piece, for as long as the engine likes. Read without libcurl: the
 * process that waits for it may live as long as a bottle and is to stay small. One request of HTTP/1.0, so that the
 * answer comes unchunked and ends with the connection. */
#ifndef PORT_ENGINE_STREAM_H
#define PORT_ENGINE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct error;

/* GET of PATH (escaped) from the engine at SOCKET: a descriptor that begins after the answer's head. *ret_uid is who
 * listens there. WHAT names it in messages. EXIT_UNAVAILABLE, also for an answer that is not 200; EXIT_DEADLINE when
 * none comes; EXIT_REFUSED when the listener is neither root nor this user. */
int engine_stream_open(const char *socket, const char *path, const char *what, int *ret_fd,
	uid_t *ret_uid, struct error *err);

/* Reads byte by byte up to END, so that nothing of what follows is taken. False when it does not come within MS, or
 * SIZE is too small. */
bool engine_stream_until(int fd, const char *end, int ms, char *text, size_t size);

#endif
