/* The modelled machine: descriptors, limits, signals, the log, the loopback device. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/un.h>

#include "calls.h"
#include "enter.h"

static bool is_open(int fd)
{
	return fd >= 0 && fd < 32 && (machine.open_fds >> fd & 1) != 0;
}

static int take_fd(void)
{
	int fd = 0;

	while (is_open(fd))
		fd++;
	machine.open_fds |= 1U << fd;
	return fd;
}

/* --- files and limits */

int model_stat(const char *path, struct stat *ret)
{
	if (machine_enter("stat %s", path) != FAULT_NONE || machine.stat_fails)
		return -1;
	memset(ret, 0, sizeof(*ret));
	ret->st_uid = machine.owner;
	ret->st_mode = machine.mode;
	return 0;
}

int model_statvfs(const char *path, struct statvfs *ret)
{
	if (machine_enter("statvfs %s", path) != FAULT_NONE)
		return -1;
	memset(ret, 0, sizeof(*ret));
	ret->f_flag = machine.nosuid ? ST_NOSUID | ST_NODEV : ST_RDONLY | ST_RELATIME;
	return 0;
}

int model_open(const char *path, int flags, ...)
{
	if (machine_enter("open %s %o", path, (unsigned)flags) != FAULT_NONE)
		return -1;
	return take_fd();
}

int model_close(int fd)
{
	FAULTY("close %d", fd);
	if (!is_open(fd))
		return machine_result(-EBADF);
	machine.open_fds &= ~(1U << fd);
	return 0;
}

int model_fcntl(int fd, int command, ...)
{
	FAULTY("fcntl %d %d", fd, command);
	return is_open(fd) ? 0 : machine_result(-EBADF);
}

mode_t model_umask(mode_t mask)
{
	machine_enter("umask %o", mask);
	return 022;
}

int model_chdir(const char *path)
{
	FAULTY("chdir %s", path);
	return 0;
}

int model_prlimit(pid_t pid, int which, const struct rlimit *limit, struct rlimit *old)
{
	if (pid != 0 || old != NULL)
		machine_broken("prlimit of %d", (int)pid);
	FAULTY("prlimit %d %lld %lld", which, (long long)limit->rlim_cur,
		(long long)limit->rlim_max);
	return limit->rlim_max == RLIM_INFINITY && !machine_may(CAP_SYS_RESOURCE)
		       ? machine_result(-EPERM)
		       : 0;
}

/* --- signals */

unsigned model_alarm(unsigned seconds)
{
	unsigned before = machine.alarm_seconds;

	if (machine_enter("alarm %u", seconds) == FAULT_NONE)
		machine.alarm_seconds = seconds;
	return before;
}

void (*model_signal(int number, void (*handler)(int)))(int)
{
	struct machine *m = &machine;
	uint64_t bit = 1ULL << number;
	bool ignored = (m->ignored & bit) != 0;

	if (machine_enter("signal %d %s", number,
		    handler == SIG_IGN   ? "ignored"
		    : handler == SIG_DFL ? "default"
					 : "?") != FAULT_NONE)
		return SIG_ERR;
	m->ignored = handler == SIG_IGN ? m->ignored | bit : m->ignored & ~bit;
	if (handler == SIG_IGN)
		m->pending &= ~bit;
	return ignored ? SIG_IGN : SIG_DFL;
}

int model_sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	uint64_t bits = 0;

	for (int number = 1; number < 64; number++)
		bits |= sigismember(set, number) == 1 ? 1ULL << number : 0;
	FAULTY("sigprocmask %d %llx", how, (unsigned long long)bits);
	if (old != NULL)
		machine_broken("sigprocmask asks for the old mask");
	if (how == SIG_SETMASK)
		machine.blocked = bits;
	else if (how == SIG_BLOCK)
		machine.blocked |= bits;
	else
		machine.blocked &= ~bits;
	if (!machine.fault_hit && (machine.pending & bits & ~machine.blocked) != 0)
		machine_broken("a pending signal comes through");
	return 0;
}

/* --- sockets */

int model_socket(int family, int type, int protocol)
{
	enum fault_kind kind = machine_enter("socket %d %d %d", family, type, protocol);

	return kind == FAULT_NONE ? take_fd() : kind == FAULT_FAIL ? -1 : 0;
}

int model_connect(int fd, const struct sockaddr *addr, socklen_t len)
{
	struct sockaddr_un un;

	memcpy(&un, addr, sizeof(un));
	FAULTY("connect %d %s %s", fd, un.sun_family == AF_UNIX ? "unix" : "?", un.sun_path);
	if (len != sizeof(un))
		machine_broken("connect with another length");
	if (!is_open(fd))
		return machine_result(-EBADF);
	return machine.log_missing ? machine_result(-ENOENT) : 0;
}

pid_t model_getpid(void)
{
	machine_enter("getpid");
	return 4711;
}

ssize_t model_send(int fd, const void *bytes, size_t len, int flags)
{
	enum fault_kind kind = machine_enter("send %d %d", fd, flags);

	if (!is_open(fd))
		machine_broken("send to %d, which is not open", fd);
	if (fd != 3)
		machine_broken("send to %d", fd);
	if (machine.permitted != 0)
		machine_broken("send with a capability");
	if (kind != FAULT_NONE)
		return kind == FAULT_FAIL ? -1 : 0;
	record_add(&machine.log, "%.*s\n", (int)len, (const char *)bytes);
	return (ssize_t)len;
}

ssize_t model_write(int fd, const void *bytes, size_t len)
{
	struct machine *m = &machine;
	enum fault_kind kind = machine_enter("write %d", fd);

	if (fd != 1 && fd != 2)
		machine_broken("write to %d", fd);
	if (m->permitted != 0 && !m->fault_hit)
		machine_broken("a write with a capability");
	if (m->sealed && !m->fault_hit &&
		(m->alarm_seconds != 2 || (m->blocked & 1ULL << SIGALRM) != 0 ||
			(m->ignored & 1ULL << SIGALRM) != 0))
		machine_broken("a write that nothing ends when it waits");
	if (kind != FAULT_NONE)
		return kind == FAULT_FAIL ? -1 : 0;
	if (fd == 1 ? m->stdout_full : m->stderr_full)
		return machine_result(-ENOSPC);
	if (memchr(bytes, '\0', len) != NULL)
		machine_broken("a write of more than text");
	len = len > m->write_max ? m->write_max : len; /* a pipe may take less than all */
	record_add(fd == 1 ? &m->out : &m->err, "%.*s", (int)len, (const char *)bytes);
	return (ssize_t)len;
}

/* --- the loopback device */

static const char *request_name(unsigned long request)
{
	switch (request) {
	case SIOCGIFFLAGS:
		return "SIOCGIFFLAGS";
	case SIOCGIFCONF:
		return "SIOCGIFCONF";
	case SIOCGIFNETMASK:
		return "SIOCGIFNETMASK";
	case SIOCSIFADDR:
		return "SIOCSIFADDR";
	case SIOCSIFNETMASK:
		return "SIOCSIFNETMASK";
	case SIOCSIFFLAGS:
		return "SIOCSIFFLAGS";
	default:
		return "?";
	}
}

/* Every byte of a write: its name is "lo:NN" with NN in the pool, filled up with zeros; its value is that of
 * the one of three writes that it is. */
static void judge_write(unsigned long request, const struct ifreq *ifr)
{
	struct ifreq want;
	struct sockaddr_in in = {.sin_family = AF_INET};
	unsigned octet = 0;

	memset(&want, 0, sizeof(want));
	if (sscanf(ifr->ifr_name, "lo:%u", &octet) != 1 || octet < 16 || octet > 31)
		machine_broken("a write to another name");
	snprintf(want.ifr_name, IFNAMSIZ, "lo:%u", octet);
	in.sin_addr.s_addr = request == SIOCSIFADDR ? htonl(0x7f000000U | octet) : 0xffffffffU;
	if (request != SIOCSIFFLAGS)
		memcpy(&want.ifr_addr, &in, sizeof(in));
	if (memcmp(&want, ifr, sizeof(want)) != 0)
		machine_broken("a write with other bytes than it should have");
}

int model_ioctl(int fd, unsigned long request, ...)
{
	struct machine *m = &machine;
	bool writes =
		request == SIOCSIFADDR || request == SIOCSIFNETMASK || request == SIOCSIFFLAGS;
	va_list ap;
	void *arg;

	va_start(ap, request);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (request == SIOCGIFCONF)
		FAULTY("ioctl %d SIOCGIFCONF %d", fd, ((struct ifconf *)arg)->ifc_len);
	else
		FAULTY("ioctl %d %s %.16s", fd, request_name(request),
			((struct ifreq *)arg)->ifr_name);
	if (fd != 4 || !is_open(4))
		machine_broken("ioctl on descriptor %d", fd);
	if (!m->fault_hit && (!m->sealed || m->blocked == 0))
		machine_broken("an ioctl before the seal");
	if (!writes)
		return machine_result(lo_ioctl(&m->lo, request, arg));
	judge_write(request, arg);
	m->writes++;
	if (m->effective != 1U << CAP_NET_ADMIN || m->permitted != m->effective)
		machine_broken("a write with other rights than CAP_NET_ADMIN");
	if (!machine_may(CAP_NET_ADMIN))
		return machine_result(-EPERM);
	return machine_result(lo_ioctl(&m->lo, request, arg));
}
