/* A hold on a process that no later process of its number can be taken for (pidfd_open(2), Linux 5.3). */
#ifndef BASE_PIDFD_H
#define BASE_PIDFD_H

#include <sys/types.h>

/* A descriptor that polls readable once PID has ended; -1 where there is none to be had. */
int pidfd_get(pid_t pid);

/* SIGKILL, by FD, or by PID where that is -1. */
void pidfd_kill(int fd, pid_t pid);

#endif
