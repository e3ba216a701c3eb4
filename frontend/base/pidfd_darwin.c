/* macOS has no such descriptor. Built, not run: see README.md. */
#include "pidfd.h"

#include <signal.h>

int pidfd_get(pid_t pid)
{
	(void)pid;
	return -1;
}

void pidfd_kill(int fd, pid_t pid)
{
	(void)fd;
	kill(pid, SIGKILL);
}
