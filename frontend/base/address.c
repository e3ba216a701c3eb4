/* See address.h. */
#include "address.h"

#include <stdio.h>
#include <string.h>

void addr_print(struct addr addr, char out[static ADDR_STRLEN])
{
	snprintf(out, ADDR_STRLEN, "%u.%u.%u.%u", addr.octet[0], addr.octet[1], addr.octet[2],
		addr.octet[3]);
}

bool addr_equal(struct addr a, struct addr b)
{
	return memcmp(a.octet, b.octet, sizeof(a.octet)) == 0;
}
