/* Progress of a launch, on stderr. On a terminal the step under way is one line, with the time that it takes, and
 * is written anew in its place; one that took over half a second stays. Elsewhere, and on a terminal that is dumb,
 * there are only whole lines: those steps, and what is begun that may take minutes. */
#ifndef CMD_STEPS_H
#define CMD_STEPS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "printable.h"
#include "task.h"

struct context;

struct steps {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct task ticker;
	bool live;   /* the terminal can take a line back */
	bool ending; /* for the ticker */
	const char *step;
	char *what; /* under way; step is NULL between steps */
	int64_t since;
	const char *hint_step; /* what is done beside, or in, this step */
	char *hint;
	struct printable_stream foreign; /* of steps_output */
	char *rest;                      /* its last line, which has not ended yet */
};

#define STEPS_INIT                                                                   \
	{                                                                            \
		.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER, \
		.ticker = TASK_INIT, .live = false                                   \
	}
#define cleanup_steps __attribute__((cleanup(steps_stop)))

/* Hooks STEPS into the context's progress, warnings too. */
void steps_start(struct steps *steps, struct context *ctx);

/* For progress.output after that: shows foreign bytes line by line, harmless for a terminal, a pipe and a file.
 * ARG is a struct steps. */
void steps_output(void *arg, const char *bytes, size_t len);

/* Takes back what is shown of a step that did not end. To be called before anything else is printed, and before the
 * context is of no use. Twice is fine. */
void steps_stop(struct steps *steps);

#endif
