/* route: the way to the bottle's own alias. */
#ifndef GUEST_ROUTE_H
#define GUEST_ROUTE_H

#include <netinet/in.h>

struct out;

/* Makes alias leave by GUEST_DEVICE, reads the route back and writes it to o. Dies on any failure.
 * Does nothing, and says so, where there is no such device. */
void route_up(struct in_addr alias, struct out *o);

#endif
