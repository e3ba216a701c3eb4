/* The helper's system call filter: each call it should pass, and many that it must kill. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netd_filter.h"
#include "tap.h"

static const struct {
	bool passes;
	const char *name;
	long call, arg[6];
} cases[] = {
	{true, "ioctl SIOCGIFFLAGS", SYS_ioctl, {3, SIOCGIFFLAGS}},
	{true, "ioctl SIOCGIFCONF", SYS_ioctl, {3, SIOCGIFCONF}},
	{true, "ioctl SIOCGIFNETMASK", SYS_ioctl, {3, SIOCGIFNETMASK}},
	{true, "ioctl SIOCSIFADDR", SYS_ioctl, {3, SIOCSIFADDR}},
	{true, "ioctl SIOCSIFNETMASK", SYS_ioctl, {3, SIOCSIFNETMASK}},
	{true, "ioctl SIOCSIFFLAGS", SYS_ioctl, {3, SIOCSIFFLAGS}},
	{true, "capset", SYS_capset, {0}},
	{true, "capget", SYS_capget, {0}},
	{true, "getpid", SYS_getpid, {0}},
	{true, "sendto, connected and not waiting", SYS_sendto, {4, 0, 0, MSG_DONTWAIT}},
	{true, "setitimer of the real timer", SYS_setitimer, {ITIMER_REAL}},
	{true, "unblocking signals", SYS_rt_sigprocmask, {SIG_UNBLOCK, 0, 0, 8}},
	{true, "write to 1", SYS_write, {1}},
	{true, "write to 2", SYS_write, {2}},
	{true, "exit_group", SYS_exit_group, {0}},
	{false, "write to 0", SYS_write, {0}},
	{false, "write to 3", SYS_write, {3}},
	{false, "write to 1 + 2^32", SYS_write, {0x100000001L}},
	{false, "ioctl on 0", SYS_ioctl, {0, SIOCSIFADDR}},
	{false, "ioctl on 4", SYS_ioctl, {4, SIOCSIFADDR}},
	{false, "ioctl TIOCSTI", SYS_ioctl, {3, TIOCSTI}},
	{false, "ioctl SIOCGIFADDR", SYS_ioctl, {3, SIOCGIFADDR}},
	{false, "ioctl SIOCSIFHWADDR", SYS_ioctl, {3, SIOCSIFHWADDR}},
	{false, "ioctl SIOCSIFNAME", SYS_ioctl, {3, SIOCSIFNAME}},
	{false, "ioctl SIOCSIFMTU", SYS_ioctl, {3, SIOCSIFMTU}},
	{false, "ioctl SIOCBRADDIF", SYS_ioctl, {3, SIOCBRADDIF}},
	{false, "ioctl SIOCADDRT", SYS_ioctl, {3, SIOCADDRT}},
	{false, "ioctl SIOCDIFADDR", SYS_ioctl, {3, SIOCDIFADDR}},
	{false, "ioctl number with a bit 32", SYS_ioctl, {3, 0x100000000L | SIOCSIFADDR}},
	{false, "sendto with an address", SYS_sendto, {4, 0, 0, MSG_DONTWAIT, 4096, 16}},
	{false, "sendto that waits", SYS_sendto, {4, 0, 0, 0}},
	{false, "setitimer of the profiling timer", SYS_setitimer, {ITIMER_PROF}},
	{false, "blocking signals", SYS_rt_sigprocmask, {SIG_BLOCK, 0, 0, 8}},
	{false, "setting the signal mask", SYS_rt_sigprocmask, {SIG_SETMASK, 0, 0, 8}},
	{false, "rt_sigaction", SYS_rt_sigaction, {0}},
	{false, "socket", SYS_socket, {AF_INET, SOCK_DGRAM}},
	{false, "connect", SYS_connect, {4}},
	{false, "sendmsg", SYS_sendmsg, {4}},
	{false, "openat", SYS_openat, {-100, 0}},
	{false, "read", SYS_read, {0}},
	{false, "close", SYS_close, {3}},
	{false, "dup", SYS_dup, {3}},
	{false, "fcntl", SYS_fcntl, {1}},
	{false, "execve", SYS_execve, {0}},
	{false, "execveat", SYS_execveat, {0}},
	{false, "clone", SYS_clone, {SIGCHLD}},
	{false, "clone3", SYS_clone3, {0}},
	{false, "kill", SYS_kill, {0}},
	{false, "ptrace", SYS_ptrace, {0}},
	{false, "prctl", SYS_prctl, {0}},
	{false, "seccomp", SYS_seccomp, {0}},
	{false, "setresuid", SYS_setresuid, {0, 0, 0}},
	{false, "setresgid", SYS_setresgid, {0, 0, 0}},
	{false, "setgroups", SYS_setgroups, {0}},
	{false, "unshare", SYS_unshare, {0}},
	{false, "setns", SYS_setns, {0}},
	{false, "mount", SYS_mount, {0}},
	{false, "chroot", SYS_chroot, {0}},
	{false, "brk", SYS_brk, {0}},
	{false, "mmap", SYS_mmap, {0}},
	{false, "mprotect", SYS_mprotect, {0}},
	{false, "bpf", SYS_bpf, {0}},
	{false, "io_uring_setup", SYS_io_uring_setup, {0}},
	{false, "exit of one thread", SYS_exit, {0}},
#ifdef __x86_64__
	{false, "open", SYS_open, {0}},
	{false, "fork", SYS_fork, {0}},
	{false, "vfork", SYS_vfork, {0}},
	{false, "getpid by its x32 number", 0x40000000L | SYS_getpid, {0}},
	{false, "ioctl by its x32 number", 0x40000000L | 514, {3, SIOCSIFADDR}},
#endif
};

#ifdef __x86_64__
static void call_int80(void)
{
	long result = 20; /* getpid(2) of i386, which the x86_64 table has as writev(2) */

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
}
#endif

/* Runs one case in a process of its own; returns its wait status. */
static int run(size_t i)
{
	struct sock_fprog filter = {sizeof(netd_filter) / sizeof(netd_filter[0]), netd_filter};
	const long *arg;
	pid_t pid = fork();
	int status;

	if (pid != 0) {
		waitpid(pid, &status, 0);
		return status;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
		_exit(99);
#ifdef __x86_64__
	if (i == sizeof(cases) / sizeof(cases[0])) {
		call_int80();
		syscall(SYS_exit_group, 0);
	}
#endif
	arg = cases[i].arg;
	syscall(cases[i].call, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	syscall(SYS_exit_group, 0);
	return 0;
}

int main(void)
{
	size_t count = sizeof(cases) / sizeof(cases[0]);

	for (size_t i = 0; i < count; i++) {
		int status = run(i);

		if (cases[i].passes)
			ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "passes %s",
				cases[i].name);
		else
			ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "kills %s",
				cases[i].name);
	}
#ifdef __x86_64__
	{
		int status = run(count);

		ok(WIFSIGNALED(status) &&
				(WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV),
			"kills a call by int 0x80");
	}
#endif
	return done_testing();
}
