/* relay: a sealed bottle's ports, on the guest's own loopback, piped to the sockets that lead out. */
#ifndef GUEST_RELAY_H
#define GUEST_RELAY_H

#include <netinet/in.h>

/* Listens on ALIAS for each of N texts PORT=PATH (protocol.h) and pipes every connection to the unix socket PATH.
 * Returns on SIGTERM or SIGINT; reaps children until then. */
void relay(struct in_addr alias, char *const texts[], int n);

#endif
