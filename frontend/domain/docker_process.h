/* The agent's container as this host's kernel has it: its first process, our own program, and what that may do. The
 * engine's words are about what was asked; a daemon that was started without a filter of system calls does not tell
 * there. */
#ifndef DOMAIN_DOCKER_PROCESS_H
#define DOMAIN_DOCKER_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

/* What proc(5) says of PID, in *ret_what (caller frees): "uid 1000, no capability, no new privileges, seccomp filter".
 * Whether that is how it must be: a user's number, UID, no capability even in the bounding set, no_new_privs, a filter.
 * *ret_what is NULL where PID cannot be seen here, as with an engine in a VM: then nothing is known. */
bool docker_process_is_confined(pid_t pid, uid_t uid, char **ret_what);

/* The same for a text in the form of /proc/PID/status, for tests. */
bool docker_process_judge(const char *status, uid_t uid, char **ret_what);

#endif
