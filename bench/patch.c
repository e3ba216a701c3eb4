/* patch MACHINE [TIMES]: how long the transaction takes that writes a policy into smolvm's record of MACHINE, which
 * does not run. Each time another address, so that each time something is written; median and worst, in ms. */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "err.h"
#include "strv.h"
#include "vmdb.h"

enum { TIMES_MAX = 1000 };

static int ascending(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

int main(int argc, char **argv)
{
	static int64_t took[TIMES_MAX];
	const int times = argc > 2 ? atoi(argv[2]) : 100;
	cleanup_vmdb struct vmdb vmdb = VMDB_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_strv struct strv cmd = STRV_INIT;

	if (argc < 2 || times < 1 || times > TIMES_MAX)
		return fprintf(stderr, "usage: patch MACHINE [TIMES, up to %d]\n", TIMES_MAX), 64;
	strv_push(&cmd, "/.bottle/bottle-guest");
	strv_push(&cmd, "hold");
	if (vmdb_locate(&vmdb, &err) != 0)
		return err_print(&err, stderr), 1;
	for (int i = 0; i < times; i++) {
		const struct vmdb_policy policy = {
			i % 2 ? "127.0.0.17/32" : "127.0.0.16/32", "127.255.255.255", &cmd};
		int64_t begin = clock_us();

		if (vmdb_patch(&vmdb, argv[1], &policy, &err) != 0)
			return err_print(&err, stderr), 1;
		took[i] = clock_us() - begin;
	}
	qsort(took, (size_t)times, sizeof(took[0]), ascending);
	printf("%.3f ms median, %.3f ms worst of %d\n", (double)took[times / 2] / 1e3,
		(double)took[times - 1] / 1e3, times);
	return 0;
}
