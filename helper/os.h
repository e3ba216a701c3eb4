/* The loopback interface of one operating system, by ioctl. */
#ifndef HELPER_OS_H
#define HELPER_OS_H

#include "request.h"

/* Where the system log listens for datagrams. */
extern const char os_log_path[];

extern char **environ; /* macOS has no header that declares it */

/* Forbids core dumps. Lifts the limit of processor time: what was used up before exec counts, and the kernel kills
 * at the limit, in the middle of a change. Without privilege a limit cannot be lifted, and nothing is changed. */
bool os_set_limits(void);

/* Closes every descriptor from FIRST on. */
bool os_close_from(int first);

/* With ADD makes ADDR, which lies inside the pool, a /32 on the loopback interface; without, takes it off.
 * NET_FD is a socket of AF_INET. The outcome is judged by what the kernel shows afterwards, not by what the
 * ioctls returned. EXIT_AGAIN: loopback is not as it must be, or somebody else holds the address;
 * EXIT_OS: the kernel refused. */
struct outcome os_change(bool add, struct addr addr);

#endif
