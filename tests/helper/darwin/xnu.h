/* A model of the macOS kernel, as far as bottle-netd can see it: written from xnu's documented behaviour and
 * its sources (kern_prot.c, kern_exec.c, in.c, if_loop.c), never compared with a running one.
 *
 * A test fills in `xnu`, calls xnu_run() and reads the outcome. No type of macOS is named here, so that a test
 * can include the headers of the system it runs on. */
#ifndef TESTS_HELPER_DARWIN_XNU_H
#define TESTS_HELPER_DARWIN_XNU_H

#include <stdbool.h>
#include <stdint.h>

enum {
	XNU_ADDRS = 12,
	XNU_GROUPS = 16,
	XNU_FDS = 20480,
	XNU_CALLS = 1000,
	XNU_TEXT = 1024,
};

#define XNU_HOME 0x7f000001U /* 127.0.0.1 */
#define XNU_ANSWER (-9)      /* as result of a lie: what the call returns when it works */

/* FD_LOG is a FD_UNIX that is connected to the system's log. */
enum xnu_fd { FD_CLOSED, FD_CALLER, FD_NULL, FD_INET, FD_UNIX, FD_LOG };

/* What another root does to lo0. */
enum xnu_act {
	ACT_NONE,
	ACT_ADD,      /* the address in question, /32 */
	ACT_ADD_WIDE, /* the same with the mask of its class */
	ACT_REMOVE,
	ACT_FIRST,     /* another address, before all others */
	ACT_NEIGHBOUR, /* another address of the pool */
	ACT_ADD_HOME,
	ACT_REMOVE_HOME,
	ACT_FLUSH,
	ACT_DOWN,
	ACT_UP,
	ACT_COUNT,
};

struct xnu_addr {
	uint32_t number, mask; /* host order */
};

struct xnu {
	/* Before execve(2): the caller, the file, the limits. */
	unsigned ruid, rgid, owner, file_gid, mode;
	unsigned group_count, groups[XNU_GROUPS]; /* the first is the effective group */
	bool nosuid, traced, lent; /* lent: euid 0 came from the parent, not from the file */
	bool hidden;               /* the program's own path cannot be found */
	bool keeps;                /* an old xnu: setreuid(2) leaves the saved uid */
	unsigned fd_limit;
	int open_max;
	unsigned char fd[XNU_FDS];
	bool alarm_pending, waits, deaf; /* waits: nobody reads fd 1; deaf: there is no log */

	/* lo0, and which of macOS's answers to adding what is there: true is the old one, EEXIST. */
	bool up, running, old;
	unsigned count;
	struct xnu_addr at[XNU_ADDRS];

	/* What happens to one call, counted from 1: it fails with ERROR, or returns RESULT and does nothing. With
	 * AGAIN, to all later calls of its name too. */
	struct {
		unsigned at;
		int error, result;
		bool again;
	} fault;
	/* What happens before two of them. */
	struct {
		unsigned at;
		enum xnu_act act;
	} acts[2];
	unsigned
		stray; /* this memcpy(3) is followed by a write to the two bytes before its target ... */
	int stray_len, stray_family; /* ... of these values */

	/* What is asked for: ADD, and the numbers that may be written. */
	bool add;
	unsigned asked_count;
	uint32_t asked[XNU_ADDRS];

	/* The outcome. */
	int code;          /* exit code; -14: ended by SIGALRM */
	const char *wrong; /* the first thing that must never happen, or NULL */
	char out[XNU_TEXT], err[XNU_TEXT], log[XNU_TEXT];
	unsigned calls;
	const char *name[XNU_CALLS]; /* of each call */
	bool raised[XNU_CALLS];      /* was the effective uid root and the caller not */
	unsigned copies;             /* addresses made */
	unsigned requests, writes;   /* ioctls; those of them that change something */
	/* What the last answers told: is the first address asked for there, is 127.0.0.1, is lo0 up. */
	bool seen, seen_home, seen_up;

	/* The process. */
	unsigned caller; /* the real uid that execve(2) found */
	unsigned euid, svuid, egid, svgid;
	bool sugid, parsed;
	bool timeless; /* the limit of processor time is lifted */
	uint32_t blocked;
	bool alarm_ignored, alarm_on;
};

extern struct xnu xnu;

/* Lets bottle-netd run from execve(2) to its end, with ARGV. */
void xnu_run(int argc, char **argv);

/* When set, runs instead of main(). */
extern int (*xnu_instead)(void);

/* What the parts of the model tell each other. */

/* Begins a call. True when it is to return *ret at once, because a fault is due. */
bool xnu_enter(const char *name, int works, int *ret);
#define CALL(name, works)                             \
	do {                                          \
		int result_;                          \
		if (xnu_enter(name, works, &result_)) \
			return result_;               \
	} while (0)
void xnu_wrong(const char *what);
void xnu_quiet(const char *what); /* wrong, unless the ids in effect are the caller's */
void xnu_gone(
	const char *what); /* wrong, unless all user ids are; no fault of one call excuses it */
int xnu_error(int number); /* sets errno, returns -1 */
void xnu_act(enum xnu_act act);
_Noreturn void xnu_end(int code);

#endif
