/* Where a guest's DNS queries are sent so that they reach nobody. */
#ifndef PORT_RESOLVER_H
#define PORT_RESOLVER_H

#include <stdbool.h>

/* The resolver for the guest of the bottle on ALIAS. */
const char *resolver_for(const char *alias);

/* Whether a listener on port 53 of this host would get those queries: then there must be none. */
bool resolver_can_be_answered(void);

#endif
