/*
 * Theory of operation
 *
 * A sealed machine has no network card. The guest's own lo owns all of 127.0.0.0/8, the bottle's address included, so
 * a program in the guest reaches ALIAS:PORT right here; smolvm makes each PATH a unix socket that leads to one of the
 * host over vsock, where bottle's other relay takes it to the bundle. Nothing here confines anything: what is not
 * behind one of the sockets has no way out of the machine at all.
 *
 * It is the machine's workload, in place of hold, and so lives as long as the machine does. The image may give its
 * workload a user of its own: nothing here needs root but a port below 1024.
 */
#define _GNU_SOURCE 1
#include "relay.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "endpoint.h"
#include "out.h"
#include "protocol.h"
#include "pump.h"

struct relay {
	struct sockaddr_un to[PUMP_LISTENERS];
	int signals;
};

static struct pump pump;

/* PORT=PATH, PORT without leading zeros. */
static uint16_t parse_way(const char *text, struct sockaddr_un *ret)
{
	uint32_t port = 0;
	const char *at = text;
	size_t len;

	for (; *at >= '0' && *at <= '9' && port < 65536; at++)
		port = port * 10 + (uint32_t)(*at - '0');
	if (text[0] == '0' || at == text || port > 65535 || *at != '=')
		die(GUEST_EXIT_USAGE, text, "bad PORT", 0);
	len = strlen(++at);
	if (*at != '/' || len >= sizeof(ret->sun_path))
		die(GUEST_EXIT_USAGE, text, "bad PATH", 0);
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(ret->sun_path, at, len + 1);
	return (uint16_t)port;
}

static int open_listener(struct in_addr alias, uint16_t port, const char *text)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = alias};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, SOMAXCONN) < 0)
		die(GUEST_EXIT_FAILED, text, "cannot listen", errno);
	return fd;
}

/* A unix socket connects at once, or its queue is full (EAGAIN). */
static int dial(void *arg, size_t at, int from)
{
	struct relay *r = arg;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), failure;

	(void)from;
	if (fd < 0 || connect(fd, (const struct sockaddr *)&r->to[at], sizeof(r->to[at])) == 0)
		return fd;
	failure = errno;
	close(fd);
	errno = failure;
	return -1;
}

/* True when the signal is one to end on. SIGCHLD is what happens all the time: this is pid 1 for what the agent
 * leaves behind. */
static bool heed(void *arg)
{
	struct relay *r = arg;
	struct signalfd_siginfo info;
	bool end = false;

	while (read(r->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		end = end || info.ssi_signo != SIGCHLD;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return end;
}

/* As in hold.c: a blocked signal stays pending for pid 1 too. */
static int open_signals(void)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		die(GUEST_EXIT_FAILED, "relay", "sigprocmask", errno);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die(GUEST_EXIT_FAILED, "relay", "signalfd", errno);
	return fd;
}

void relay(struct in_addr alias, char *const texts[], int n)
{
	struct relay r;
	struct pump_job job = {.dial = dial,
		.wake = heed,
		.arg = &r,
		.connect_ms = PUMP_CONNECT_MS,
		.half_ms = PUMP_HALF_MS};
	uint16_t port[PUMP_LISTENERS];

	if (n < 1 || n > PUMP_LISTENERS)
		die(GUEST_EXIT_USAGE, "relay", "1 to 3 PORT=PATH", 0);
	for (int i = 0; i < n; i++)
		port[i] = parse_way(texts[i], &r.to[i]);
	r.signals = job.wake_fd = open_signals();
	job.max = pump_raise_limit();
	if (job.max == 0)
		die(GUEST_EXIT_FAILED, "relay", "the limit on descriptors", EMFILE);
	for (int i = 0; i < n; i++)
		job.listener[job.listeners++] = open_listener(alias, port[i], texts[i]);
	if (pump_run(&pump, &job) < 0)
		die(GUEST_EXIT_FAILED, "relay", "poll", errno);
}
