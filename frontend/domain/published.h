/* Containers that the engine publishes on every address of this host. One that is served by a listener is a
 * service like others (services.h); one that is reached by address translation alone shows in no list of
 * listeners, and no rule in an INPUT hook sees what goes to it. */
#ifndef DOMAIN_PUBLISHED_H
#define DOMAIN_PUBLISHED_H

#include <stdbool.h>

struct context;
struct error;
struct strv;

/* Adds "tcp 0.0.0.0:8080, container web-1" ... for those that a bottle can reach and that no listener stands for; one
 * request to the engine. FILTERED: listeners on every address are shown to be closed by a packet filter; then
 * those with a listener too are added, if this host would translate a connection to a bottle's address all the
 * same (hostroute_loopback_leaves). What other rules translate (Kubernetes' NodePorts, an administrator's) the
 * engine does not know: it is not found here. */
int published_everywhere(struct context *ctx, bool filtered, struct strv *ret, struct error *err);

#endif
