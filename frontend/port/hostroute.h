/* Routes of this host, so that a bottle's subnet does not swallow someone's VPN. */
#ifndef PORT_HOSTROUTE_H
#define PORT_HOSTROUTE_H

#include <stdbool.h>

#include "addr.h"

struct error;

/* Looks for a route other than the default one that shares an address with FIRST/PREFIX. *ret_device is
 * its interface (the caller frees it), or NULL when there is none. Where the engine does not share this
 * host's network (macOS), there is never one. */
int hostroute_overlap(struct addr first, unsigned prefix, char **ret_device, struct error *err);

/* Whether this host lets packets of loopback addresses leave by another interface (net.ipv4.conf.*.route_localnet,
 * Documentation/networking/ip-sysctl.rst). Only then can a translation rule lead a connection to a bottle's
 * address into a container. Engines without their userland proxy, and Kubernetes, switch it on. *ret_device
 * is the first such interface (the caller frees it; "all" = every one), or NULL. */
void hostroute_loopback_leaves(char **ret_device);

#endif
