/* A modelled Linux machine with one process: the helper. Its rights, descriptors, limits and signals as the
 * helper changes them, the loopback device, and what it wrote. Every call is numbered and written down; one of
 * them can be made to fail or to lie, and another root can act before any of them. */
#ifndef MODEL_MACHINE_H
#define MODEL_MACHINE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "lo.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_FAIL, /* the call does nothing and returns -1 with FAULT_ERRNO */
	FAULT_SKEW, /* getresuid() and getresgid() answer with another saved id; nothing else is wrong */
	FAULT_LIE, /* the call does nothing and returns 0, as an inherited filter can make it */
};

/* A text that is cut at its end. */
struct record {
	unsigned len;
	char at[131072];
};

struct machine {
	/* What execve(2) and the system hand over; machine_reset() sets what a good installation has. */
	uid_t uid[3]; /* real, effective, saved */
	gid_t gid[3];
	unsigned groups, last_cap;
	size_t write_max; /* what one write(2) takes */
	uint64_t bounding;
	uint32_t permitted, effective, inheritable;
	int secure; /* AT_SECURE */
	uid_t owner;
	mode_t mode;
	bool nosuid, stat_fails, no_new_privs, setgroups_denied, log_missing, stdout_full,
		stderr_full;
	uint32_t open_fds; /* a bit each */
	struct lo lo;
	/* What goes wrong. */
	unsigned fault_at;
	enum fault_kind fault_kind;
	int fault_errno;
	bool guard;    /* argv cannot be read before the seal: who tries dies of SIGSEGV */
	bool quiet;    /* no trace is kept */
	bool filtered; /* a filter of root's before ours: PR_CAPBSET_READ never ends */
	void (*before)(struct machine *, unsigned call, void *);
	void *before_arg;
	/* What it did. */
	bool ambient, dumpable, sealed, fault_hit;
	unsigned calls, alarm_seconds, writes;
	int exit_code;
	uint64_t blocked, ignored, pending;
	struct record trace, out, err, log, broken;
	jmp_buf end;
};

/* The one that the calls act on. */
extern struct machine machine;

/* A good installation: setuid root, called by user 1000 of group 100, descriptors 0 to 2 and 7 open. */
void machine_reset(void);

/* Runs the helper with these arguments, ended by NULL, from the state that is there. */
void machine_run(int argc, const char *const *argv);

__attribute__((format(printf, 2, 3))) void record_add(struct record *record, const char *fmt, ...);

/* Makes a guarded argv readable. */
void machine_unguard(void);

/* Notes that a rule was broken. */
__attribute__((format(printf, 1, 2))) void machine_broken(const char *fmt, ...);

#endif
