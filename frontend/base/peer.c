/* The other end of a socket. */
#include "peer.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "err.h"
#include "mem.h"

int peer_connect(const char *path, int *ret_fd, uid_t *ret_uid, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	uid_t uid;

	if (strlen(path) >= sizeof(address.sun_path))
		return err_set(err, EXIT_UNAVAILABLE, "%s is too long for a socket", path);
	strcpy(address.sun_path, path);
	if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
		connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
		peer_uid(fd, &uid) != 0)
		return err_errno(err, EXIT_UNAVAILABLE, "connect to %s", path);
	*ret_fd = steal_fd(&fd);
	*ret_uid = uid;
	return 0;
}

bool peer_is_self(int fd)
{
	struct sockaddr_in6 own, peer; /* the longer of the two forms */
	socklen_t own_len = sizeof(own), peer_len = sizeof(peer);

	return getsockname(fd, (struct sockaddr *)&own, &own_len) == 0 &&
	       getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0 && own_len == peer_len &&
	       own_len <= sizeof(own) && memcmp(&own, &peer, own_len) == 0;
}
