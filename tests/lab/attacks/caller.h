/* What a hostile caller does before it executes its victim, as words on caller's command line. */
#ifndef ATTACKS_CALLER_H
#define ATTACKS_CALLER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { MANY = 16 };

struct limit {
	int resource;
	struct rlimit value;
};

/* A system call that the kernel is made to answer with ERRNO_ (0: success) instead of doing it; with ARG >= 0 only
 * when that argument is VALUE. */
struct fake {
	uint32_t call;
	int arg;
	uint32_t value;
	uint32_t errno_;
};

enum act { ACT_NONE, ACT_KILL, ACT_RUN, ACT_PARK, ACT_KEYS, ACT_SWAP };

/* Where to stop the victim, when root traces it, and what to do there. */
struct stop {
	long from,
		to; /* the calls of these numbers, counted from 1 after execve(2); 0: by NR and COMMAND */
	long nr;      /* or the first call of this number */
	long command; /* and with this second argument; 0: any */
	enum act act;
	const char *what; /* the command line; the number of the call to make instead */
};

struct plan {
	bool have_user;
	uid_t uid;
	gid_t gid;
	gid_t groups[MANY];
	size_t group_count;
	struct limit limits[MANY];
	size_t limit_count;
	struct fake fakes[MANY];
	size_t fake_count;
	char *env[MANY];
	size_t env_count;
	bool env_null, env_big;
	const char *argv0;
	bool argc0, many_fds, session, tty, memfd, by_fd, traced, no_new_privs, leave, ignored,
		blocked, pending, timers, lazy;
	const char *closed, *in, *out, *err, *cgroup, *chdir, *chroot;
	long personality, bound, seconds;
	struct stop stop;
	char **argv; /* of the victim; argv[0] is its path */
};

/* Reads one word, or dies. */
void plan_word(struct plan *plan, char *word);

/* Becomes what the plan says and executes the victim. Returns only when that fails, with errno. */
void child_become(const struct plan *plan, int slave);

/* Makes the kernel lie. The caller has CAP_SYS_ADMIN, so no_new_privs is not needed and setuid bits still work. */
void fake_install(const struct fake *fakes, size_t count);

/* Follows PID, which has stopped itself before it executes the victim, and returns its wait status. MASTER is the
 * terminal it sits at, or -1. COUNT receives the number of calls that the victim began. */
int trace_follow(pid_t pid, const struct stop *stop, int master, long *count);

/* Dies with a message: this program's own trouble, never the victim's. */
_Noreturn void broken(const char *what);

#endif
