/* How much of this process's time was spent waiting for someone else: the engine, smolvm, the guest. Waits
 * that overlap on several threads count once. */
#ifndef BASE_OUTSIDE_H
#define BASE_OUTSIDE_H

#include <stdint.h>

/* Around every wait for another program. May nest; any thread. */
void outside_enter(void);
void outside_leave(void);

/* A request that is made now and waited for later. If its answer is not there when it is needed, outside_since
 * counts the whole time since the mark as waited: what was done meanwhile made nobody wait. */
struct outside_mark {
	int64_t at, waited;
};
struct outside_mark outside_mark(void);
void outside_since(struct outside_mark mark);

/* Microseconds waited so far. */
int64_t outside_us(void);

#endif
