#define _GNU_SOURCE 1
#include "hold.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#include "out.h"
#include "protocol.h"

/*
 * Blocked and waited for, not handled: pid 1 is never sent a signal whose disposition is the
 * default (pid_namespaces(7)), but a blocked one stays pending for it too. SIGCHLD is blocked
 * before the first waitpid(), so a child that ends between the two is not missed.
 */
void hold(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		die(GUEST_EXIT_FAILED, "hold", "sigprocmask", errno);
	do {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		sig = sigwaitinfo(&set, NULL);
		if (sig < 0 && errno != EINTR)
			die(GUEST_EXIT_FAILED, "hold", "sigwaitinfo", errno);
	} while (sig != SIGTERM && sig != SIGINT);
}
