/* The rest of the model's process: its file, signals, descriptors, output. */
#include "darwin.h"
#include "xnu.h"

int errno, darwin_open_max;
char **environ;

static void copy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = ((const char *)from)[i];
}

/* The path of the program, its owner and mode, and how its file system is mounted. */

static const char self[] = "/opt/bottle/libexec/bottle/bottle-netd";

int proc_pidpath(int pid, void *ret, uint32_t size)
{
	int result;

	if (xnu_enter("proc_pidpath", sizeof(self) - 1, &result))
		return result < 0 ? 0 : result;
	if (xnu.hidden || pid != 4242 || size < sizeof(self)) {
		xnu_error(ENOENT);
		return 0;
	}
	copy(ret, self, sizeof(self));
	return sizeof(self) - 1;
}

int stat(const char *path, struct stat *ret)
{
	CALL("stat", 0);
	if (strcmp(path, self) != 0)
		return xnu_error(ENOENT);
	*ret = (struct stat){.st_mode = (mode_t)(0100000 | xnu.mode),
		.st_uid = xnu.owner,
		.st_gid = xnu.file_gid};
	return 0;
}

int statfs(const char *path, struct statfs *ret)
{
	CALL("statfs", 0);
	if (strcmp(path, self) != 0)
		return xnu_error(ENOENT);
	memset(ret, 0, sizeof(*ret));
	ret->f_flags = 0x1001 | /* read-only */ (xnu.nosuid ? MNT_NOSUID : 0);
	return 0;
}

/* Signals: SIGALRM is the one that matters. */

static void deliver(void)
{
	if (xnu.alarm_pending && xnu.alarm_ignored)
		xnu.alarm_pending = false;
	if (xnu.alarm_pending && (xnu.blocked & 1U << (SIGALRM - 1)) == 0)
		xnu_end(-SIGALRM);
}

int sigdelset(sigset_t *set, int number)
{
	*set &= ~(1U << (number - 1));
	return 0;
}

void (*signal(int number, void (*handler)(int)))(int)
{
	void (*old)(int) = number == SIGALRM && xnu.alarm_ignored ? SIG_IGN : SIG_DFL;
	int ret;

	if (xnu_enter("signal", 0, &ret))
		return ret < 0 ? SIG_ERR : SIG_DFL;
	if (number < 1 || number >= NSIG || number == SIGKILL || number == SIGSTOP) {
		xnu_error(EINVAL);
		return SIG_ERR;
	}
	if (number == SIGALRM)
		xnu.alarm_ignored = handler == SIG_IGN;
	deliver();
	return old;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *ret_old)
{
	CALL("sigprocmask", 0);
	if (ret_old != NULL)
		*ret_old = xnu.blocked;
	if (set != NULL)
		xnu.blocked = how == SIG_SETMASK ? *set
			      : how == SIG_BLOCK ? xnu.blocked | *set
						 : xnu.blocked & ~*set;
	deliver();
	return 0;
}

int setitimer(int which, const struct itimerval *value, struct itimerval *ret_old)
{
	CALL("setitimer", 0);
	if (ret_old != NULL)
		*ret_old = (struct itimerval){.it_value = {0, 0}};
	if (which == ITIMER_REAL)
		xnu.alarm_on = value->it_value.tv_sec != 0 || value->it_value.tv_usec != 0;
	return 0;
}

unsigned alarm(unsigned seconds)
{
	int ret;

	if (xnu_enter("alarm", 0, &ret))
		return 0;
	xnu.alarm_on = seconds != 0;
	return 0;
}

/* Descriptors and what is around them. */

static int lowest(enum xnu_fd what)
{
	for (unsigned fd = 0; fd < xnu.fd_limit; fd++)
		if (xnu.fd[fd] == FD_CLOSED) {
			xnu.fd[fd] = (unsigned char)what;
			return (int)fd;
		}
	return xnu_error(EMFILE);
}

static bool is_open(int fd)
{
	return fd >= 0 && fd < XNU_FDS && xnu.fd[fd] != FD_CLOSED;
}

int close(int fd)
{
	/* A number that is not open is no event: there are ten thousand of them. */
	if (!is_open(fd))
		return xnu_error(EBADF);
	CALL("close", 0);
	xnu.fd[fd] = FD_CLOSED;
	return 0;
}

int open(const char *path, int flags, ...)
{
	CALL("open", 0);
	return strcmp(path, "/dev/null") == 0 && flags == O_RDWR ? lowest(FD_NULL)
								 : xnu_error(ENOENT);
}

int fcntl(int fd, int what, ...)
{
	CALL("fcntl", 0);
	return what != F_GETFD ? xnu_error(EINVAL) : is_open(fd) ? 0 : xnu_error(EBADF);
}

int getdtablesize(void)
{
	return (int)xnu.fd_limit;
}

mode_t umask(mode_t mask)
{
	int ret;

	(void)xnu_enter("umask", 0, &ret);
	return mask == 077 ? 022 : 0;
}

int chdir(const char *path)
{
	CALL("chdir", 0);
	return strcmp(path, "/") == 0 ? 0 : xnu_error(ENOENT);
}

int getrlimit(int which, struct rlimit *ret)
{
	CALL("getrlimit", 0);
	ret->rlim_cur = ret->rlim_max = which == RLIMIT_CORE ? 0 : RLIM_INFINITY;
	return 0;
}

int setrlimit(int which, const struct rlimit *limit)
{
	rlim_t want = which == RLIMIT_CPU ? RLIM_INFINITY : 0;

	if ((which != RLIMIT_CPU && which != RLIMIT_CORE) || limit->rlim_cur != want ||
		limit->rlim_max != want)
		xnu_wrong("a limit that is not to be set, or not so");
	CALL("setrlimit", 0);
	if (which == RLIMIT_CPU && limit->rlim_max == RLIM_INFINITY && xnu.euid != 0)
		return xnu_error(EPERM);
	xnu.timeless |= which == RLIMIT_CPU;
	return 0;
}

int socket(int domain, int type, int protocol)
{
	CALL(domain == AF_INET ? "socket" : "log", 3);
	xnu_quiet("a socket was opened with more than the caller's ids");
	if (type != SOCK_DGRAM || protocol != 0 || (domain != AF_INET && domain != AF_UNIX))
		return xnu_error(EINVAL);
	return lowest(domain == AF_INET ? FD_INET : FD_UNIX);
}

int connect(int fd, const struct sockaddr *to, socklen_t size)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)to;

	CALL("connect", 0);
	if (!is_open(fd) || xnu.fd[fd] != FD_UNIX)
		return xnu_error(EBADF);
	if (size != sizeof(*un) || un->sun_family != AF_UNIX ||
		strcmp(un->sun_path, "/var/run/syslog") != 0)
		return xnu_error(EINVAL);
	if (xnu.deaf)
		return xnu_error(ENOENT);
	xnu.fd[fd] = FD_LOG;
	return 0;
}

static void append(char to[XNU_TEXT], const void *from, size_t size)
{
	size_t used = strlen(to);

	if (used + size >= XNU_TEXT)
		xnu_wrong("it says too much");
	else
		copy(to + used, from, size);
}

ssize_t send(int fd, const void *from, size_t size, int flags)
{
	CALL("send", (int)size);
	xnu_quiet("the log was written with more than the caller's ids");
	xnu_gone("the log was written before the privilege was gone");
	if (!is_open(fd) || flags != MSG_DONTWAIT)
		return xnu_error(EBADF);
	if (xnu.fd[fd] != FD_LOG)
		return xnu_error(EDESTADDRREQ);
	append(xnu.log, from, size);
	return (ssize_t)size;
}

ssize_t write(int fd, const void *from, size_t size)
{
	xnu_gone("it writes before the privilege is gone");
	/* What settle() or setregid(2) itself dies of is said with the group of a wrong mode. */
	if (fd == 1 || xnu.parsed)
		xnu_quiet("it writes with more than the caller's ids");
	CALL(fd == 1 ? "stdout" : "stderr", (int)size);
	if (fd != 1 && fd != 2)
		xnu_wrong("it writes to a descriptor that is neither 1 nor 2");
	if (!is_open(fd))
		return xnu_error(EBADF);
	if (fd == 1 && xnu.waits) {
		if (!xnu.alarm_on)
			xnu_wrong("a reader that never reads makes it wait for good");
		xnu.alarm_pending = true;
		deliver();
		xnu_wrong("SIGALRM does not end a wait");
		return xnu_error(EINTR);
	}
	append(fd == 1 ? xnu.out : xnu.err, from, size);
	return (ssize_t)size;
}
