/* macOS has no close_range, but its descriptor table is small; sessions by getsid(2) over the process list.
 * Built, not run: see README.md. */
#include "proc_os.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "mem.h"

/* vfork(2) is deprecated there. */
pid_t proc_spawn(void (*child)(const void *arg), const void *arg)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = fork();
	if (pid == 0) {
		child(arg);
		_exit(127);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}

void proc_close_others(int keep)
{
	int size = getdtablesize();

	for (int fd = 3; fd < size; fd++)
		if (fd != keep)
			close(fd);
}

void proc_kill_session(pid_t sid)
{
	int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_UID, (int)geteuid()};
	size_t size = 0;
	cleanup_free struct kinfo_proc *list = NULL;

	if (sysctl(name, 4, NULL, &size, NULL, 0) != 0)
		return;
	size += size / 4;
	list = xcalloc(1, size);
	if (sysctl(name, 4, list, &size, NULL, 0) != 0)
		return;
	for (size_t i = 0; i < size / sizeof(*list); i++)
		if (getsid(list[i].kp_proc.p_pid) == sid)
			kill(list[i].kp_proc.p_pid, SIGKILL);
}
