/* Clocks. */
#include "clock.h"

#include <time.h>

static int64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_us(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_cpu_us(void)
{
	return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

int64_t clock_ms(void)
{
	return clock_us() / 1000;
}

int64_t clock_epoch(void)
{
	return (int64_t)time(NULL);
}

void clock_sleep_ms(int ms)
{
	struct timespec span = {ms / 1000, (long)(ms % 1000) * 1000000};

	nanosleep(&span, NULL);
}
