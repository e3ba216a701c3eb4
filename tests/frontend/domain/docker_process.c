/* What the kernel says of a container's first process, in the form of proc(5). */
#include "docker_process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "tap.h"

#define STATUS(ids, caps, closed, filter)                                                        \
	"Name:\tbottle-guest\nUid:\t" ids                                                        \
	"\nGid:\t7\t7\t7\t7\nCapEff:\t0000000000000000\nCapBnd:\t" caps "\nNoNewPrivs:\t" closed \
	"\nSeccomp:\t" filter "\nSeccomp_filters:\t1\n"
#define OWN "7\t7\t7\t7"
#define NONE "0000000000000000"

static const struct {
	const char *name, *status;
	bool confined;
} cases[] = {
	{"as it must be", STATUS(OWN, NONE, "1", "2"), true},
	{"root", STATUS("0\t0\t0\t0", NONE, "1", "2"), false},
	{"root by its saved number", STATUS("7\t7\t0\t7", NONE, "1", "2"), false},
	{"somebody else", STATUS("70\t70\t70\t70", NONE, "1", "2"), false},
	{"a capability", STATUS(OWN, "0000000000001000", "1", "2"), false},
	{"new privileges", STATUS(OWN, NONE, "0", "2"), false},
	{"no filter", STATUS(OWN, NONE, "1", "0"), false},
	{"the strict mode, which is no filter", STATUS(OWN, NONE, "1", "1"), false},
	{"a kernel that does not tell", "Name:\tx\nUid:\t" OWN "\n", false},
	{"nothing", "", false},
};

int main(void)
{
	char *what = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_free char *said = NULL;

		ok(docker_process_judge(cases[i].status, 7, &said) == cases[i].confined, "%s: %s",
			cases[i].name, cases[i].confined ? "passes" : "fails");
	}
	ok(docker_process_is_confined(0, 7, &what) && what == NULL, "no process: nothing is known");
	ok(!docker_process_is_confined(getpid(), geteuid(), &what) && what != NULL,
		"this process is no such one");
	free(what);
	return done_testing();
}
