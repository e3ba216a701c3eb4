/* Requests to an HTTP proxy, many at a time: whether it goes where it is asked to go. */
#ifndef PORT_PROXY_ASK_H
#define PORT_PROXY_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One request: CONNECT TARGET, or GET http://TARGET/NONCE. */
struct proxy_ask {
	bool connect;
	char target[80];   /* "127.0.0.1:9099" */
	const char *nonce; /* also sent through a tunnel that is granted */
	int status;        /* of the answer: an HTTP status, 0 = none came */
};

/* Makes COUNT requests of the proxy at ADDRESS:PORT as USER with PASSWORD and fills in each .status. Takes at
 * most DEADLINE_MS; a proxy that answers at once is asked everything within that. */
void proxy_ask_all(const char *address, uint16_t port, const char *user, const char *password,
	struct proxy_ask *asks, size_t count, int deadline_ms);

#endif
