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

/* With the lock held. */
static int64_t sum(int64_t now)
{
	return total + (depth > 0 ? now - since : 0);
}

struct outside_mark outside_mark(void)
{
	return (struct outside_mark){clock_us(), outside_us()};
}

void outside_since(struct outside_mark mark)
{
	int64_t now;

	pthread_mutex_lock(&lock);
	now = clock_us();
	total += now - mark.at - (sum(now) - mark.waited);
	pthread_mutex_unlock(&lock);
}

int64_t outside_us(void)
{
	int64_t result;

	pthread_mutex_lock(&lock);
	result = sum(clock_us());
	pthread_mutex_unlock(&lock);
	return result;
}
