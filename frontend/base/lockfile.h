/* A lock file whose holder can be asked for: a POSIX record lock (fcntl(2), F_GETLK). Asking takes nothing, so
 * that two who ask do not see each other. The kernel drops it when its holder ends, however that happens. */
#ifndef BASE_LOCKFILE_H
#define BASE_LOCKFILE_H

#include <stdbool.h>
#include <sys/types.h>

struct error;

/* Takes PATH (created 0600) without waiting, alone or SHARED with other shared holders. Returns a descriptor
 * that holds it until it is closed, or -1: EXIT_AGAIN when another process has it. Open a path once per
 * process: closing any descriptor of it drops the lock. */
int lockfile_hold(const char *path, bool shared, struct error *err);

/* Pid of another process that holds PATH in either way; 0 = nobody, or no such file. */
pid_t lockfile_holder(const char *path);

#endif
