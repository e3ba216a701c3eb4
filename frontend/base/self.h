/* Where this program is installed. */
#ifndef BASE_SELF_H
#define BASE_SELF_H

#include <stdint.h>
#include <sys/types.h>

struct error;

/* This program's own file, absolute, links resolved. Caller frees. */
int self_program(char **ret, struct error *err);

/* The folder of our own helpers, <folder of this program>/../libexec/bottle, absolute. Caller frees. */
int self_libexec(char **ret, struct error *err);

/* The installed data file NAME, <folder of this program>/../share/bottle/NAME, for a line to type; NAME alone
 * where this program's own place is not known. Caller frees. */
char *self_share(const char *name);

/* How PATH, absolute, of our own PACKAGE is installed anew, as words that follow "next": packages own /usr, but for
 * /usr/local (hier(7)), and whatever is elsewhere came from the source tree. Caller frees. */
char *self_install_again(const char *path, const char *package);

/* A process as it is told apart from a later one with its number: when it started, in the unit of the
 * platform (Linux: clock ticks since boot, /proc/PID/stat field 22; macOS: microseconds). Returns 0;
 * -1 when there is no such process or it cannot be seen (errno ESRCH, EPERM). */
int self_process_start(pid_t pid, uint64_t *ret);

/* Whose it is (the effective user), also of one that closed itself to others (prctl(2), PR_SET_DUMPABLE), as VM
 * monitors do: the folder in /proc of such a one belongs to root. As above. */
int self_process_uid(pid_t pid, uid_t *ret);

/* A name for this boot of the machine, the same for every process. Caller frees; "" when unknown. */
char *self_boot_id(void);

/* The name of this machine's architecture as the guest program's folder has it: x86_64 or aarch64. */
const char *self_arch(void);

#endif
