/* A bottle's supervisor (watch.h) as others see it: the launch that starts it, and the commands that must know
 * whether it lives. It holds a lock file in the bottle's folder for as long as it does. */
#ifndef DOMAIN_SUPERVISOR_H
#define DOMAIN_SUPERVISOR_H

#include <stdbool.h>
#include <sys/types.h>

#include "proc.h"

struct context;
struct error;
struct watch;

/* One that this launch has started. */
struct supervisor {
	struct proc proc;
	int to, from; /* its stdin and stdout */
	bool told, watching;
};

#define SUPERVISOR_INIT                         \
	{                                       \
		PROC_INIT, -1, -1, false, false \
	}

/* Starts the program, which then waits for what to watch: early, so that it is there when it is needed. */
int supervisor_start(const struct context *ctx, const char *slug, struct supervisor *supervisor,
	struct error *err);

/* Tells it what to watch. */
int supervisor_tell(struct supervisor *supervisor, const struct watch *watch, struct error *err);

/* Waits until it watches, and serves a sealed bottle's sockets. */
int supervisor_wait(struct supervisor *supervisor, struct error *err);

/* After a failure: notes in *err, as "why", what it lost if that is what ended the VM. */
void supervisor_explain(struct supervisor *supervisor, struct error *err);

/* The launch is over: the supervisor stays. */
int supervisor_release(struct supervisor *supervisor, struct error *err);

/* Lets go. One that was told what to watch, and not released, then takes the launch for dead and removes what is
 * left of it; one that was not told is ended. */
void supervisor_clear(struct supervisor *supervisor);

/* How long a command waits for a bottle's lock: a supervisor that removes the bottle may have it (milliseconds). */
int supervisor_lock_ms(const struct context *ctx, const char *slug);

/* Its pid, 0 = none lives. */
pid_t supervisor_pid(const struct context *ctx, const char *slug);

/* Waits, not for long, until the supervisor with PID, of a bottle that is gone, has ended too. */
void supervisor_await_end(pid_t pid);

/* The supervisor's own side: a descriptor that holds the lock. */
int supervisor_hold(const struct context *ctx, const char *slug, struct error *err);

/* Says that listeners of ours are on the bottle's address, for as long as the descriptor is open. -1 when it
 * cannot be said. */
int supervisor_mark_probing(const struct context *ctx, const char *slug, struct error *err);
bool supervisor_is_probing(const struct context *ctx, const char *slug);

#endif
