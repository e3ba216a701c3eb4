/* getpeereid(3). Built, not run: see README.md. */
#include "peer.h"

#include <unistd.h>

int peer_uid(int fd, uid_t *ret)
{
	gid_t group;

	return getpeereid(fd, ret, &group);
}
