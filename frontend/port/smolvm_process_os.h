/* This user's processes, as the platform lists them; what they mean stands in smolvm_process.c. */
#ifndef PORT_SMOLVM_PROCESS_OS_H
#define PORT_SMOLVM_PROCESS_OS_H

#include <stdbool.h>
#include <sys/types.h>

struct error;
struct strv;

/* Whether a command line, one word or more, is one that is looked for. */
typedef bool smolvm_process_wanted(const struct strv *words, const char *arg);

/* The pid of a process of this user whose command line is WANTED with ARG; 0 = none. -1 when processes cannot be
 * listed. */
int smolvm_process_find(
	smolvm_process_wanted *wanted, const char *arg, pid_t *ret, struct error *err);

#endif
