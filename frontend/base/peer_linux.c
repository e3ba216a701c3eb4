/* SO_PEERCRED (unix(7)): who called listen(2), not who accepts. */
#include "peer.h"

#include <sys/socket.h>

int peer_uid(int fd, uid_t *ret)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return -1;
	*ret = peer.uid;
	return 0;
}
