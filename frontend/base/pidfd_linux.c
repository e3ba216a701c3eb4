/* pidfd_open(2), pidfd_send_signal(2). */
#include "pidfd.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int pidfd_get(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0U);
}

void pidfd_kill(int fd, pid_t pid)
{
	if (fd < 0)
		kill(pid, SIGKILL);
	else
		syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0U);
}
