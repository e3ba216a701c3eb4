/* What proc needs of the platform. */
#ifndef BASE_PROC_OS_H
#define BASE_PROC_OS_H

#include <sys/types.h>

/* Runs CHILD, which ends in exec or _exit, in a new process with every signal blocked: CHILD resets the handlers
 * before it opens the mask. Where vfork(2) is to be had the two share their memory until then, so that a handler
 * of ours would count a signal of the child's as our own. Returns the pid, or -1 with errno. */
pid_t proc_spawn(void (*child)(const void *arg), const void *arg);

/* Closes every descriptor above 2 but KEEP, which has close-on-exec. Between fork and exec only. */
void proc_close_others(int keep);

/* Kills (SIGKILL) what is left of the session SID, which a child of ours began: a VM monitor that its
 * command line left behind in a process group of its own. */
void proc_kill_session(pid_t sid);

#endif
