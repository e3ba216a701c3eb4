/* One function that runs beside the caller until it is joined: for steps that do not depend on each
 * other. The function owns what it is given until then. */
#ifndef BASE_TASK_H
#define BASE_TASK_H

#include <pthread.h>
#include <stdbool.h>

#include "err.h"

struct task {
	pthread_t thread;
	bool running;
	int (*run)(void *arg, struct error *err);
	void *arg;
	int result;
	struct error err;
};

#define TASK_INIT                                   \
	{                                           \
		.running = false, .err = ERROR_INIT \
	}

int task_start(
	struct task *task, int (*run)(void *arg, struct error *err), void *arg, struct error *err);

/* Waits for the end; returns what the function returned and moves its error to *err. 0 when none runs. */
int task_join(struct task *task, struct error *err);

#endif
