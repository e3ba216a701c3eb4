/* close_range(2), Linux 5.9, with a loop for older kernels; sessions from /proc/PID/stat (proc(5)). */
#include "proc_os.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Copying the page tables of libcurl and its libraries, and the faults after it, cost fork(2) over a millisecond
 * a child. */
pid_t proc_spawn(void (*child)(const void *arg), const void *arg)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = vfork();
	if (pid == 0) {
		child(arg);
		_exit(127);
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}

void proc_close_others(int keep)
{
	long before = keep > 3 ? syscall(SYS_close_range, 3U, (unsigned)keep - 1, 0U) : 0;

	if (before == 0 && syscall(SYS_close_range, (unsigned)keep + 1, ~0U, 0U) == 0)
		return;
	for (int fd = 3; fd < getdtablesize(); fd++)
		if (fd != keep)
			close(fd);
}

void proc_kill_session(pid_t sid)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && getsid(pid) == sid)
			kill(pid, SIGKILL);
	}
	if (dir != NULL)
		closedir(dir);
}
