/* Groups of root on macOS, where /var/run belongs to daemon, and what Homebrew and installers make to admin,
 * whose members may sudo. Built, not run: see README.md. */
#include "chain_os.h"

bool chain_is_root_group(gid_t gid)
{
	enum { WHEEL = 0, DAEMON = 1, ADMIN = 80 };

	return gid == WHEEL || gid == DAEMON || gid == ADMIN;
}
