/* Dialling published ports. */
#include "dial.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "mem.h"
#include "peer.h"

enum { TARGET_MAX = 8 };

static const char request[] = "HEAD / HTTP/1.0\r\n\r\n";

static int start_connect(const char *address, uint16_t port)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons(port)};
	cleanup_fd int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || inet_pton(AF_INET, address, &sin.sin_addr) != 1)
		return -1;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, (const struct sockaddr *)&sin, sizeof(sin)) != 0 && errno != EINPROGRESS)
		return -1;
	return steal_fd(&fd);
}

/* Handles what poll said of one target. Returns false when the target is decided. */
static bool step(struct dial_target *target, int fd, short *wanted, short revents)
{
	char bytes[16];
	int failure = 0;
	socklen_t size = sizeof(failure);
	ssize_t got;

	if (*wanted == POLLOUT) {
		if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0 || failure != 0 ||
			peer_is_self(fd))
			return false;
		if (target->http && send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
			return false;
		*wanted = POLLIN;
		return true;
	}
	got = recv(fd, bytes, sizeof(bytes), 0);
	if (got < 0 && errno == EAGAIN && (revents & (POLLERR | POLLHUP)) == 0)
		return true;
	target->served = got > 0 && (!target->http || (got >= 5 && memcmp(bytes, "HTTP/", 5) == 0));
	return false;
}

size_t dial_try(const char *address, struct dial_target *targets, size_t count, int deadline_ms)
{
	struct pollfd fds[TARGET_MAX];
	int64_t begin = clock_ms();
	size_t served = 0, open = 0;

	for (size_t i = 0; i < count && i < TARGET_MAX; i++) {
		targets[i].served = false;
		fds[i] = (struct pollfd){start_connect(address, targets[i].port), POLLOUT, 0};
		open += fds[i].fd >= 0;
	}
	while (open > 0 && clock_ms() - begin < deadline_ms) {
		if (poll(fds, count, 50) < 0 && errno != EINTR)
			break;
		for (size_t i = 0; i < count; i++) {
			bool steady = !targets[i].http && fds[i].events == POLLIN &&
				      clock_ms() - begin >= DIAL_STEADY_MS;

			if (fds[i].fd < 0)
				continue;
			if (fds[i].revents != 0 ? step(&targets[i], fds[i].fd, &fds[i].events,
							  fds[i].revents)
						: !steady)
				continue;
			if (fds[i].revents == 0)
				targets[i].served = true; /* open, silent, and not closed again */
			mem_cleanup_fd(&fds[i].fd);
			open--;
		}
	}
	for (size_t i = 0; i < count; i++) {
		mem_cleanup_fd(&fds[i].fd);
		served += targets[i].served;
	}
	return served;
}
