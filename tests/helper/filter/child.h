/* A process that seals itself with the helper's filter, or one like it, and ends. */
#ifndef TESTS_FILTER_CHILD_H
#define TESTS_FILTER_CHILD_H

#include <errno.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "netd_filter.h"
#include "program.h"
#include "want.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LEN COUNT(netd_filter)

static unsigned child_installed; /* filters, by those that were run to seal themselves */

/* Nobody if there is such a user here, and not for long: so that a hole in the filter would do no harm. */
static void child_lower(void)
{
	alarm(60);
	setsid();
	close(3);
	close(4);
	if (geteuid() != 0 || setgroups(0, NULL) != 0 || setresgid(65534, 65534, 65534) != 0)
		return;
	if (setresuid(65534, 65534, 65534) != 0)
		_exit(98);
}

static void child_seal(struct sock_filter *program)
{
	struct sock_fprog filter = {LEN, program};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
		_exit(99);
}

/* Runs BODY(DATA), which SEALS itself or not, in a process of its own; returns its wait status. One kernel
 * was seen to hang for good after filters had come and gone by the thousand a second: hence the pause. */
static int child_run(void (*body)(size_t data), size_t data, bool seals)
{
	pid_t pid = fork();
	siginfo_t end;
	int status;

	if (pid == 0) {
		child_lower();
		body(data);
		syscall(SYS_exit_group, 0);
	}
	waitid(P_PID, (id_t)pid, &end, WEXITED | WNOWAIT);
	(void)kill(-pid, SIGKILL); /* what a hole might have left; the number is not free yet */
	waitpid(pid, &status, 0);
	child_installed += seals;
	nanosleep(&(struct timespec){0, 34000000}, NULL);
	return status;
}

static long child_call(long call, const uint64_t arg[6])
{
	long result;

	errno = 0;
	result = syscall(call, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
	return result == -1 ? -errno : result;
}

#ifdef __x86_64__
/* The way into the kernel's other table, that of i386. */
static long child_int80(long call)
{
	long result = call;

	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"(-1L), "c"(-1L), "d"(-1L), "S"(-1L), "D"(-1L)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static void child_probe_int80(size_t data)
{
	(void)data;
	if (child_int80(20) <= 0) /* getpid(2) there; writev(2) in the other table */
		_exit(1);
}

static bool child_has_int80(void)
{
	int status = child_run(child_probe_int80, 0, false);

	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
#else
static long child_int80(long call)
{
	return call;
}

static bool child_has_int80(void)
{
	return false;
}
#endif

#endif
