/* What the tests on the model start from, run and compare. */
#ifndef TESTS_HELPER_DARWIN_STATE_H
#define TESTS_HELPER_DARWIN_STATE_H

#include "xnu.h"

/* Who calls and how it is installed; to be combined. Without: user 501, group 20, root's file 4750. */
enum {
	USER = 0,
	ROOT = 1 << 0,     /* the caller is root */
	PLAIN = 1 << 1,    /* no setuid bit */
	OWNER = 1 << 2,    /* the file is user 505's */
	NOSUID = 1 << 3,   /* on a file system that ignores the bit */
	TRACED = 1 << 4,   /* by a debugger, so the bit is ignored */
	HIDDEN = 1 << 5,   /* the program's own path cannot be found */
	LENT = 1 << 6,     /* root in effect came from the parent */
	SETGID = 1 << 7,   /* group 80's, 6750 */
	DOWN = 1 << 8,     /* lo0 is */
	OLD = 1 << 9,      /* a macOS that answers EEXIST */
	HELD = 1 << 10,    /* descriptors are inherited, far above the limit too */
	DEAF = 1 << 11,    /* no system log */
	WAITS = 1 << 12,   /* nobody reads standard output */
	CLOSED = 1 << 13,  /* descriptors 0 to 2 are */
	KEEPS = 1 << 15,   /* an old xnu whose setreuid(2) leaves the saved uid */
	LOWERED = 1 << 14, /* descriptors are inherited, the limit is below them */
	LIMITED = 1 << 16, /* descriptors are limited to 0; times n + 1: to n */
};

extern unsigned long total_runs, total_requests;

/* Fills in xnu. LO is what lo0 has, in its order: "1/8 16/32" is 127.0.0.1/8 and 127.0.0.16/32, "far" is
 * 10.0.0.9. COMMAND is an argument vector, "add 16 17": numbers are spelled out as addresses. */
void start(unsigned how, const char *lo, const char *command);
/* Runs what was started. */
void go(void);
/* What lo0 has, as LO above. */
const char *lo_now(void);
/* The names of the calls from FROM on, those which a change of ids or lo0 hangs on; a + is root in effect. */
const char *trace(const char *from);

/* One line of TAP. DETAIL goes to standard error when it is not held, NULL for none. */
void check(bool held, const char *name, const char *detail);
int done(void);

/* The first of many things that did not hold, for check(). */
struct first {
	char text[400];
};
void first_note(struct first *first, const char *name, const char *what);

void test_behaviour(void);
unsigned test_faults(void);
unsigned test_races(void);

#endif
