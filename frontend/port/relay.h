/* The host's end of a sealed bottle's sockets: the VM monitor connects to a unix socket here for every connection
 * that the guest makes, and is piped to the bundle (guest/pump.h has the terms). */
#ifndef PORT_RELAY_H
#define PORT_RELAY_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct relay;

struct relay_way {
	const char *socket;  /* path, in a folder that is closed to others; made anew, 0600 */
	const char *address; /* IPv4, where the bundle serves it */
	uint16_t port;
};

/* The longest path that a unix socket can have here (sun_path, without its end). */
size_t relay_path_max(void);

/* Listens on every socket of COUNT (1 to 3) WAYS and serves them on a thread of its own. A peer that is not this user,
 * by SO_PEERCRED, is reset before a byte of it is read. At most 1024 connections at once, less where the hard limit
 * on descriptors says so. -1: EXIT_CANTCREATE, EXIT_OS. */
int relay_start(const struct relay_way *ways, size_t count, struct relay **ret, struct error *err);

/* Polls readable when the thread has ended by itself, which it should not. */
int relay_fd(const struct relay *relay);

/* Ends the thread and every connection, and removes the sockets. NULL is none. */
void relay_stop(struct relay *relay);

#endif
