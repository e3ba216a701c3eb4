/* LOCAL_PEERCRED (unix(4)). Built, not run: see README.md. */
#include "peer.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/ucred.h>
#include <sys/un.h>

int peer_uid(int fd, uid_t *ret)
{
	struct xucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_LOCAL, LOCAL_PEERCRED, &peer, &len) != 0)
		return -1;
	if (peer.cr_version != XUCRED_VERSION) {
		errno = EPROTO;
		return -1;
	}
	*ret = peer.cr_uid;
	return 0;
}
