/* What an engine tells, as it happens, about one container or network (GET /events of the Docker Engine API). */
#ifndef PORT_ENGINE_EVENTS_H
#define PORT_ENGINE_EVENTS_H

#include <sys/types.h>

struct error;

/* The agent's container ends as the bundle's does; only the words differ. */
enum engine_events_of { ENGINE_EVENTS_CONTAINER, ENGINE_EVENTS_NETWORK, ENGINE_EVENTS_AGENT };

/* Asks the engine at SOCKET for the end of the thing with ID (die, destroy; disconnect), counted from now on. The
 * descriptor polls readable when there is news, the end of the engine included. *ret_uid is who listens on
 * SOCKET. EXIT_UNAVAILABLE; EXIT_DEADLINE when there is no answer after 10 s. */
int engine_events_open(const char *socket, enum engine_events_of of, const char *id, int *ret_fd,
	uid_t *ret_uid, struct error *err);

/* The news on FD as a clause, "the bundle ended (exit code 137)"; NULL when it is of another container than CONTAINER.
 * Static, or the caller's to free through *ret_own. Takes at most a fifth of a second. */
const char *engine_events_read(
	int fd, enum engine_events_of of, const char *container, char **ret_own);

#endif
