/* What counts as waiting for someone else: nested and overlapping waits once, and a request that was made
 * earlier from its beginning, unless its answer was there before it was needed. */
#include "outside.h"

#include <pthread.h>

#include "clock.h"
#include "err.h"
#include "proc.h"
#include "strv.h"
#include "tap.h"

static void spin(int ms)
{
	int64_t until = clock_us() + (int64_t)ms * 1000;

	while (clock_us() < until)
		;
}

static void *wait_a_while(void *arg)
{
	outside_enter();
	clock_sleep_ms(60);
	outside_leave();
	return arg;
}

/* Waits of two threads at one time, with a mark around both. */
static void test_union(void)
{
	int64_t before = outside_us(), began = clock_us(), counted;
	struct outside_mark mark = outside_mark();
	pthread_t thread;

	outside_enter();
	outside_enter();
	pthread_create(&thread, NULL, wait_a_while, NULL);
	clock_sleep_ms(30);
	outside_leave();
	outside_leave();
	pthread_join(thread, NULL);
	counted = outside_us() - before;
	ok(counted >= 60000, "both threads' waits count");
	ok(counted <= clock_us() - began, "but not more than the time that passed");
	spin(20);
	ok(outside_us() - before < counted + 20000, "own work does not");
	outside_since(mark);
	ok(outside_us() - before >= counted + 20000,
		"until a request turns out to be under way still (%lld, %lld)", (long long)counted,
		(long long)(outside_us() - before));
	ok(outside_us() - before <= clock_us() - began, "which counts nothing twice");
}

/* Works WORK_MS while `sleep SECONDS` runs, and longer if it has to end first. Returns what was counted as
 * waiting. */
static int64_t beside(const char *seconds, int work_ms, bool ends)
{
	const char *const argv[] = {"/bin/sleep", seconds, NULL};
	cleanup_strv struct strv words = STRV_INIT, env = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;
	struct proc_spec spec = PROC_SPEC_INIT;
	struct error err = ERROR_INIT;
	struct outside_mark mark;
	int64_t before;

	strv_push_all(&words, argv);
	spec.argv = &words;
	spec.env = &env;
	ok(proc_start(&proc, &spec, &err) == 0, "sleep %s starts", seconds);
	before = outside_us();
	mark = outside_mark();
	do {
		spin(work_ms);
	} while (ends && proc_runs(&proc));
	if (proc_runs(&proc))
		outside_since(mark);
	ok(proc_wait(&proc, &err) == 0, "and ends");
	return outside_us() - before;
}

int main(void)
{
	int64_t counted;

	test_union();
	counted = beside("0.3", 50, false);
	ok(counted >= 290000, "a child that outlasts our work: its whole time is waiting (%lld us)",
		(long long)counted);
	counted = beside("0", 200, true);
	ok(counted < 100000, "a child that ended meanwhile: our work was ours (%lld us)",
		(long long)counted);
	return done_testing();
}
