/* The pool of loopback addresses that belong to bottles, fixed when the program is built. */
#ifndef SHARED_POOL_H
#define SHARED_POOL_H

#include "addr.h"

/* Both come from the Makefile: make POOL_FIRST=16 POOL_LAST=31 */
#ifndef POOL_FIRST
#define POOL_FIRST 16
#endif
#ifndef POOL_LAST
#define POOL_LAST 31
#endif
#define POOL_SIZE (POOL_LAST - POOL_FIRST + 1)

_Static_assert(POOL_FIRST >= 2 && POOL_LAST <= 254 && POOL_FIRST <= POOL_LAST,
	"the pool lies inside 127.0.0.2-127.0.0.254");
_Static_assert((POOL_FIRST > 53 || POOL_LAST < 53) && (POOL_FIRST > 54 || POOL_LAST < 54),
	"127.0.0.53 and 127.0.0.54 belong to systemd-resolved");

/* Whether ADDR is one of 127.0.0.POOL_FIRST to 127.0.0.POOL_LAST. */
bool pool_contains(struct addr addr);

/* The address of pool index INDEX, 0 to POOL_SIZE - 1. */
struct addr pool_addr(unsigned index);

#endif
