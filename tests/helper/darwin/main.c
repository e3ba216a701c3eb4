/* bottle-netd on a model of macOS: the whole program, run some hundred thousand times in one process. */
#include <stdio.h>
#include <unistd.h>

#include "state.h"

int main(void)
{
	unsigned faults, races;

	alarm(60);
	test_behaviour();
	faults = test_faults();
	races = test_races();
	printf("# audit: darwin %lu runs of the whole program on a model of xnu, %lu requests "
	       "checked byte by "
	       "byte, %u faults, %u races; modelled, not run\n",
		total_runs, total_requests, faults, races);
	return done();
}
