/* The one privilege: what it is, when it is there, and that it is gone. A function that returns nothing dies
 * on failure. */
#ifndef HELPER_PRIVILEGE_H
#define HELPER_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

/* Who called, and what is wrong with the installation: NULL when nothing is. */
struct caller {
	uid_t uid;
	gid_t gid;
	const char *fault;
};

/* Looks, changes nothing. First of all, while what execve(2) granted is still to be seen. */
struct caller privilege_record(void);

/* Leaves at most the right to change addresses, not in effect; nothing at all when there is a fault. */
void privilege_shrink(const struct caller *caller);

/* After this only the system calls of filter_gen.c are possible, where the system has such a thing. */
void privilege_seal(void);

/* Puts the right in effect, for the writes of one address, or out of effect. */
void privilege_effect(bool on);

/* Gives the right up for good, with or without a fault; at any time, any number of times. Returns whether it
 * is gone, and does not come back. */
bool privilege_drop(void);

#endif
