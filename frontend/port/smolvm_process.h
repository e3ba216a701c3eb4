/* Processes of smolvm that this user runs. */
#ifndef PORT_SMOLVM_PROCESS_H
#define PORT_SMOLVM_PROCESS_H

#include <sys/types.h>

struct error;

/* Pid of a live `smolvm serve`, which could start a machine from a policy that it remembers; 0 = none. -1
 * when processes cannot be listed. */
int smolvm_serve_pid(pid_t *ret, struct error *err);

/* Pid of a live VM monitor (`... _boot-vm CONFIG`) whose configuration is not below CACHE: a machine that the
 * database in use knows nothing of; 0 = none. */
int smolvm_foreign_monitor(const char *cache, pid_t *ret, struct error *err);

/* Pid of a live `smolvm machine create` or `start` of MACHINE, whoever began it; 0 = none. */
int smolvm_making(const char *machine, pid_t *ret, struct error *err);

#endif
