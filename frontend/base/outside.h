/* How much of this process's time was spent waiting for someone else: the engine, smolvm, the guest. Waits
 * that overlap on several threads count once. */
#ifndef BASE_OUTSIDE_H
#define BASE_OUTSIDE_H

#include <stdint.h>

/* Around every wait for another program. May nest; any thread. */
void outside_enter(void);
void outside_leave(void);

/* Microseconds waited so far. */
int64_t outside_us(void);

#endif
