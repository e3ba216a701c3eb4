/* Time that only goes forward, and time of day. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t clock_ms(void);      /* milliseconds of CLOCK_MONOTONIC */
int64_t clock_us(void);      /* microseconds of CLOCK_MONOTONIC */
int64_t clock_cpu_us(void);  /* microseconds computed by this process, without children */
int64_t clock_epoch(void);   /* seconds since 1970 */
void clock_sleep_ms(int ms); /* ends early on a signal */

#endif
