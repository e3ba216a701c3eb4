/* What proc needs of the platform. */
#ifndef BASE_PROC_OS_H
#define BASE_PROC_OS_H

#include <sys/types.h>

/* Closes every descriptor above 2 but KEEP, which has close-on-exec. Between fork and exec only. */
void proc_close_others(int keep);

/* Kills (SIGKILL) what is left of the session SID, which a child of ours began: a VM monitor that its
 * command line left behind in a process group of its own. */
void proc_kill_session(pid_t sid);

#endif
