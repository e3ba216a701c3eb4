/* Which addresses belong to bottles. */
#include "pool.h"

bool pool_contains(struct addr addr)
{
	return addr.octet[0] == 127 && addr.octet[1] == 0 && addr.octet[2] == 0 &&
	       addr.octet[3] >= POOL_FIRST && addr.octet[3] <= POOL_LAST;
}
