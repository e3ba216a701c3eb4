/* Child processes: an argument vector, a named environment, capped output, a deadline. Never a shell. */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "buf.h"
#include "printable.h"

struct error;
struct strv;

enum proc_stdio {
	PROC_CAPTURE, /* stdin is /dev/null, stdout and stderr go to buffers; own process group */
	PROC_INHERIT, /* all three are ours; stays in our process group so that the terminal reaches it */
	PROC_PASS_ERR, /* as PROC_INHERIT, but stderr passes through us and its end is kept in .err; what goes
			* to a terminal of ours, stdout too, is made printable on its way */
	PROC_PASS_RAW, /* as PROC_PASS_ERR, but every byte passes unchanged */
};

struct proc_spec {
	const struct strv *argv; /* argv[0] is an absolute path */
	const struct strv *env;  /* whole environment of the child */
	enum proc_stdio stdio;
	size_t output_max; /* bytes kept of each stream; 0 = 1 MiB. More is an error */
	int deadline_ms;   /* from start; 0 = none */
	int stdin_fd; /* PROC_CAPTURE: read end given to the child, -1 = /dev/null; closed by proc_start */
	/* PROC_CAPTURE: told of what comes to the buffers, as it comes. May be NULL. */
	void (*on_output)(void *arg, const char *bytes, size_t len);
	void *on_output_arg;
	int stdout_fd; /* PROC_CAPTURE: written by the child instead of the buffer, -1 = buffer; closed by proc_start */
};

#define PROC_SPEC_INIT                          \
	{                                       \
		.stdin_fd = -1, .stdout_fd = -1 \
	}

/* A stream of the child that is handed on as it comes. */
struct proc_pass {
	bool on, clean;
	struct printable_stream stream;
};

/* One child. The buffers are the caller's to read until proc_clear. */
struct proc {
	pid_t pid; /* 0 = none */
	int out_fd, err_fd;
	struct buf out, err;
	int64_t deadline; /* clock_ms, 0 = none */
	int deadline_ms;
	bool own_group;
	struct proc_pass pass[2]; /* stdout, stderr */
	void (*on_output)(void *arg, const char *bytes, size_t len);
	void *on_output_arg;
	char *name;    /* for messages */
	int exit_code; /* valid after proc_wait returned 0: the child's, or 128 + signal */
};

#define PROC_INIT                          \
	{                                  \
		.out_fd = -1, .err_fd = -1 \
	}
#define cleanup_proc __attribute__((cleanup(proc_clear)))

/* A pipe with both ends close-on-exec and above 2, where no stream of a child is put. */
int proc_pipe(int *ret_read, int *ret_write, struct error *err);

/* Starts the child with umask 077 and no descriptor above 2. -1: it could not be executed (127 in
 * err->code when it does not exist, 126 when it may not run). */
int proc_start(struct proc *proc, const struct proc_spec *spec, struct error *err);

/* Whether it has not ended. */
bool proc_runs(const struct proc *proc);

/* Waits for the end. Returns 0 with exit_code, whatever it is; -1 on deadline (EXIT_DEADLINE), too much
 * output or a cancel request; then the child's process group has been killed and reaped. */
int proc_wait(struct proc *proc, struct error *err);

/* proc_start and proc_wait. */
int proc_run(struct proc *proc, const struct proc_spec *spec, struct error *err);

/* Lets the child live on: closes our ends and forgets it. */
void proc_leave(struct proc *proc);

/* Kills what still runs, closes descriptors, frees the buffers. */
void proc_clear(struct proc *proc);

/* The child's last stderr line (or stdout's when stderr is empty) for an error text. Caller frees. */
char *proc_last_line(const struct proc *proc);

#endif
