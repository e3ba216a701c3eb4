/* The host's relay. */
#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "peer.h"
#include "proc.h"
#include "pump.h"
#include "task.h"

struct relay {
	struct task task;
	struct pump *pump;
	struct pump_job job;
	struct sockaddr_in to[PUMP_LISTENERS];
	char *path[PUMP_LISTENERS]; /* of the sockets that were made */
	int stop;                   /* its closing ends the thread */
	int wake;                   /* the other end */
	int ended, tell;            /* the thread closes the latter when it ends */
};

size_t relay_path_max(void)
{
	return sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
}

static int dial(void *arg, size_t at, int from)
{
	const struct relay *relay = arg;
	cleanup_fd int fd = -1;
	uid_t uid;

	if (peer_uid(from, &uid) != 0 || uid != geteuid()) {
		errno = EPERM;
		return -1;
	}
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&relay->to[at], sizeof(relay->to[at])) != 0 &&
		errno != EINPROGRESS) {
		errno = ECONNREFUSED; /* EAGAIN is no free port, which is not for now */
		return -1;
	}
	return steal_fd(&fd);
}

/* smolvm's end of the socket (1.32.2) loses what it has not read when it hears of the end of both directions:
 * measured, 60 of 250. A platform that does not tell is not waited for. */
static int unread(int fd)
{
	int left = 0;

	return ioctl(fd, TIOCOUTQ, &left) == 0 ? left : 0;
}

static bool always(void *arg)
{
	(void)arg;
	return true;
}

static int work(void *arg, struct error *err)
{
	struct relay *relay = arg;
	int result = pump_run(relay->pump, &relay->job);

	mem_cleanup_fd(&relay->tell);
	return result == 0 ? 0 : err_errno(err, EXIT_OS, "relay");
}

/* The folder is closed to others, so nobody can connect between bind(2) and chmod(2). */
static int open_socket(const char *path, int *ret, struct error *err)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (strlen(path) > relay_path_max())
		return err_set(err, EXIT_CANTCREATE, "%s is too long for a socket", path);
	strcpy(at.sun_path, path);
	if (unlink(path) != 0 && errno != ENOENT)
		return err_errno(err, EXIT_CANTCREATE, "remove %s", path);
	if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
		bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 || chmod(path, 0600) != 0 ||
		listen(fd, SOMAXCONN) != 0)
		return err_errno(err, EXIT_CANTCREATE, "listen on %s", path);
	*ret = steal_fd(&fd);
	return 0;
}

static int add_way(struct relay *relay, const struct relay_way *way, struct error *err)
{
	size_t at = relay->job.listeners;
	struct sockaddr_in *to = &relay->to[at];

	*to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(way->port)};
	if (at == PUMP_LISTENERS || inet_pton(AF_INET, way->address, &to->sin_addr) != 1)
		return err_set(err, EXIT_BUG, "relay: %s cannot lead to %s:%u", way->socket,
			way->address, way->port);
	if (open_socket(way->socket, &relay->job.listener[at], err) != 0)
		return -1;
	relay->path[at] = xstrdup(way->socket);
	relay->job.listeners++;
	return 0;
}

int relay_start(const struct relay_way *ways, size_t count, struct relay **ret, struct error *err)
{
	struct relay *relay = xcalloc(1, sizeof(*relay));

	*relay = (struct relay){.task = TASK_INIT, .stop = -1, .wake = -1, .ended = -1, .tell = -1};
	relay->pump = xcalloc(1, sizeof(*relay->pump));
	relay->job = (struct pump_job){.dial = dial,
		.unread = unread,
		.wake = always,
		.arg = relay,
		.max = pump_raise_limit(),
		.connect_ms = PUMP_CONNECT_MS,
		.half_ms = PUMP_HALF_MS};
	if (relay->job.max == 0) {
		relay_stop(relay);
		return err_set(err, EXIT_OS, "relay: the limit on descriptors leaves none for it");
	}
	for (size_t i = 0; i < count; i++)
		if (add_way(relay, &ways[i], err) != 0) {
			relay_stop(relay);
			return -1;
		}
	if (proc_pipe(&relay->wake, &relay->stop, err) != 0 ||
		proc_pipe(&relay->ended, &relay->tell, err) != 0) {
		relay_stop(relay);
		return -1;
	}
	relay->job.wake_fd = relay->wake;
	if (task_start(&relay->task, work, relay, err) != 0) {
		relay_stop(relay);
		return -1;
	}
	*ret = relay;
	return 0;
}

int relay_fd(const struct relay *relay)
{
	return relay->ended;
}

void relay_stop(struct relay *relay)
{
	cleanup_error struct error ignored = ERROR_INIT;

	if (relay == NULL)
		return;
	mem_cleanup_fd(&relay->stop);
	(void)task_join(&relay->task, &ignored);
	for (size_t i = 0; i < relay->job.listeners; i++) {
		close(relay->job.listener[i]);
		unlink(relay->path[i]);
		free(relay->path[i]);
	}
	mem_cleanup_fd(&relay->wake);
	mem_cleanup_fd(&relay->ended);
	mem_cleanup_fd(&relay->tell);
	free(relay->pump);
	free(relay);
}
