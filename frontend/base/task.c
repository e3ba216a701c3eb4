/* A step on a thread of its own. */
#include "task.h"

#include <errno.h>

static void *task_main(void *arg)
{
	struct task *task = arg;

	task->result = task->run(task->arg, &task->err);
	return NULL;
}

int task_start(
	struct task *task, int (*run)(void *arg, struct error *err), void *arg, struct error *err)
{
	*task = (struct task)TASK_INIT;
	task->run = run;
	task->arg = arg;
	errno = pthread_create(&task->thread, NULL, task_main, task);
	if (errno != 0)
		return err_errno(err, EXIT_OS, "start a thread");
	task->running = true;
	return 0;
}

int task_join(struct task *task, struct error *err)
{
	if (!task->running)
		return 0;
	pthread_join(task->thread, NULL);
	task->running = false;
	if (task->result != 0) {
		err_clear(err);
		*err = task->err;
		task->err = (struct error)ERROR_INIT;
	}
	return task->result;
}
