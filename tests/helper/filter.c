/* The helper's system call filter in the kernel's hands: what it lets through, and what dies by it. */
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "filter/child.h"
#include "tap.h"

static const struct {
	const char *name;
	long call, arg[6];
} deaths[] = {
	{"write to 0", SYS_write, {0}},
	{"write to 3", SYS_write, {3}},
	{"write to 1 + 2^32", SYS_write, {0x100000001L}},
	{"ioctl on 0", SYS_ioctl, {0, SIOCSIFADDR}},
	{"ioctl on 3", SYS_ioctl, {3, SIOCSIFADDR}},
	{"ioctl TIOCSTI", SYS_ioctl, {4, TIOCSTI}},
	{"ioctl SIOCGIFADDR", SYS_ioctl, {4, SIOCGIFADDR}},
	{"ioctl SIOCSIFHWADDR", SYS_ioctl, {4, SIOCSIFHWADDR}},
	{"ioctl SIOCSIFNAME", SYS_ioctl, {4, SIOCSIFNAME}},
	{"ioctl SIOCSIFMTU", SYS_ioctl, {4, SIOCSIFMTU}},
	{"ioctl SIOCBRADDIF", SYS_ioctl, {4, SIOCBRADDIF}},
	{"ioctl SIOCADDRT", SYS_ioctl, {4, SIOCADDRT}},
	{"ioctl SIOCDIFADDR", SYS_ioctl, {4, SIOCDIFADDR}},
	{"ioctl number with a bit 32", SYS_ioctl, {4, 0x100000000L | SIOCSIFADDR}},
	{"sendto with an address", SYS_sendto, {3, 0, 0, MSG_DONTWAIT, 4096, 16}},
	{"sendto with an address's length", SYS_sendto, {3, 0, 0, MSG_DONTWAIT, 0, 16}},
	{"sendto that waits", SYS_sendto, {3, 0, 0, 0}},
	{"sendto on the ioctls' socket", SYS_sendto, {4, 0, 0, MSG_DONTWAIT}},
	{"setitimer of the profiling timer", SYS_setitimer, {ITIMER_PROF}},
	{"blocking signals", SYS_rt_sigprocmask, {SIG_BLOCK, 0, 0, 8}},
	{"setting the signal mask", SYS_rt_sigprocmask, {SIG_SETMASK, 0, 0, 8}},
	{"reading the signal mask", SYS_rt_sigprocmask, {SIG_UNBLOCK, 0, 4096, 8}},
	{"rt_sigaction", SYS_rt_sigaction, {0}},
	{"rt_sigreturn", SYS_rt_sigreturn, {0}},
	{"socket", SYS_socket, {AF_INET, SOCK_DGRAM}},
	{"connect", SYS_connect, {4}},
	{"sendmsg", SYS_sendmsg, {4}},
	{"openat", SYS_openat, {-100, 0}},
	{"read", SYS_read, {0}},
	{"close", SYS_close, {3}},
	{"dup", SYS_dup, {3}},
	{"fcntl", SYS_fcntl, {1}},
	{"execve", SYS_execve, {0}},
	{"execveat", SYS_execveat, {0}},
	{"clone", SYS_clone, {SIGCHLD}},
	{"clone3", SYS_clone3, {0}},
	{"kill", SYS_kill, {0}},
	{"ptrace", SYS_ptrace, {0}},
	{"prctl", SYS_prctl, {0}},
	{"seccomp", SYS_seccomp, {0}},
	{"setresuid", SYS_setresuid, {0, 0, 0}},
	{"setresgid", SYS_setresgid, {0, 0, 0}},
	{"setgroups", SYS_setgroups, {0}},
	{"unshare", SYS_unshare, {0}},
	{"setns", SYS_setns, {0}},
	{"mount", SYS_mount, {0}},
	{"chroot", SYS_chroot, {0}},
	{"brk", SYS_brk, {0}},
	{"mmap", SYS_mmap, {0}},
	{"mprotect", SYS_mprotect, {0}},
	{"bpf", SYS_bpf, {0}},
	{"io_uring_setup", SYS_io_uring_setup, {0}},
	{"exit of one thread", SYS_exit, {0}},
	{"number -1", -1, {0}},
	{"number 1023", 1023, {0}},
#ifdef __x86_64__
	{"open", SYS_open, {0}},
	{"fork", SYS_fork, {0}},
	{"vfork", SYS_vfork, {0}},
	{"pause", SYS_pause, {0}},
	{"getpid by its x32 number", 0x40000000L | SYS_getpid, {0}},
	{"ioctl by its x32 number", 0x40000000L | 514, {4, SIOCSIFADDR}},
#endif
};

static bool *passed; /* shared with the child, which can say nothing else once it is sealed */

static void pass_all(size_t data)
{
	uint64_t arg[6];

	(void)data;
	child_seal(netd_filter);
	for (size_t i = 0; i < WANTS; i++) {
		want_arguments(wants + i, 1, arg); /* a bad pointer wherever one is expected */
		(void)child_call(wants[i].call[NATIVE], arg);
		passed[i] = true;
	}
}

static void die_one(size_t i)
{
	uint64_t arg[6];

	for (size_t n = 0; n < 6; n++)
		arg[n] = (uint64_t)deaths[i].arg[n];
	child_seal(netd_filter);
	(void)child_call(deaths[i].call, arg);
}

static void die_int80(size_t data)
{
	(void)data;
	child_seal(netd_filter);
	(void)child_int80(20);
}

static bool dies(void (*body)(size_t data), size_t data, const char *name)
{
	int status = child_run(body, data, true);

	return ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "kills %s", name);
}

int main(void)
{
	unsigned died = 0, last = WANTS - 1; /* exit_group, with 1 */
	int status;

	alarm(120);
	passed = mmap(NULL, WANTS, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!ok(passed != MAP_FAILED, "a page is shared"))
		return done_testing();
	status = child_run(pass_all, 0, true);
	for (size_t i = 0; i < last; i++)
		ok(passed[i], "passes %s", wants[i].name);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 1, "passes %s", wants[last].name);
	for (size_t i = 0; i < COUNT(deaths); i++)
		died += dies(die_one, i, deaths[i].name);
	if (child_has_int80())
		died += dies(die_int80, 0, "a call by int 0x80");
	else
		skip("kills a call by int 0x80", "this machine has no calls of i386");
	printf("# audit: filter %u died by SIGSYS, %u filters installed\n", died, child_installed);
	return done_testing();
}
