/* Claims by bind(2). */
#include "claim.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "err.h"
#include "mem.h"

int claim_port(const char *address, uint16_t port, struct error *err)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
	cleanup_fd int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
		inet_pton(AF_INET, address, &at.sin_addr) != 1)
		return err_errno(err, EXIT_OS, "claim %s:%u", address, port);
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0)
		return err_errno(err, errno == EADDRINUSE ? EXIT_AGAIN : EXIT_OS, "claim %s:%u",
			address, port);
	return steal_fd(&fd);
}
