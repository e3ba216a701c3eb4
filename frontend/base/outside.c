/* Union of the intervals in which at least one thread waits. Global, because it speaks of the process. */
#include "outside.h"

#include <pthread.h>

#include "clock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned depth;
static int64_t since, total;

void outside_enter(void)
{
	pthread_mutex_lock(&lock);
	if (depth++ == 0)
		since = clock_us();
	pthread_mutex_unlock(&lock);
}

void outside_leave(void)
{
	pthread_mutex_lock(&lock);
	if (--depth == 0)
		total += clock_us() - since;
	pthread_mutex_unlock(&lock);
}

int64_t outside_us(void)
{
	int64_t now;

	pthread_mutex_lock(&lock);
	now = total + (depth > 0 ? clock_us() - since : 0);
	pthread_mutex_unlock(&lock);
	return now;
}
