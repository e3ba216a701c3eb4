/* Groups of root on Linux. */
#include "chain_os.h"

bool chain_is_root_group(gid_t gid)
{
	return gid == 0;
}
