/* Supervisors from outside. */
#include "supervisor.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cancel.h"
#include "childenv.h"
#include "clock.h"
#include "context.h"
#include "err.h"
#include "journal.h"
#include "lockfile.h"
#include "machine.h"
#include "mem.h"
#include "outside.h"
#include "self.h"
#include "strv.h"
#include "watch.h"

enum {
	WATCHING_MS = 30000, /* an engine under emulation took seconds to answer */
	END_MS = 2000,
	REMOVAL_MS = 60000, /* smolvm stop and delete, and the engine, under emulation */
};

static char *lock_path(const struct context *ctx, const char *slug, const char *name)
{
	return xasprintf("%s/%s/%s", ctx->state_root, slug, name);
}

int supervisor_start(const struct context *ctx, const char *slug, struct supervisor *supervisor,
	struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
	cleanup_free char *program = NULL;
	cleanup_fd int child_in = -1, child_out = -1;
	struct proc_spec spec = PROC_SPEC_INIT;

	if (self_program(&program, err) != 0 || proc_pipe(&child_in, &supervisor->to, err) != 0 ||
		proc_pipe(&supervisor->from, &child_out, err) != 0)
		return -1;
	strv_push(&argv, program);
	if (geteuid() == 0)
		strv_push(&argv, "--as-root"); /* so was this launch */
	strv_push(&argv, "supervise");
	strv_push(&argv, slug);
	childenv_fill(&env, &ctx->mounted, NULL);
	spec.argv = &argv;
	spec.env = &env;
	spec.stdin_fd = steal_fd(&child_in);
	spec.stdout_fd = steal_fd(&child_out);
	return proc_start(&supervisor->proc, &spec, err) == 0 ? 0 : err_wrap(err, "supervisor");
}

static int say(int fd, const char *text, struct error *err)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text)
		       ? 0
		       : err_errno(err, EXIT_OS, "talk to the supervisor");
}

int supervisor_tell(struct supervisor *supervisor, const struct watch *watch, struct error *err)
{
	cleanup_free char *line = watch_print(watch);

	if (say(supervisor->to, line, err) != 0)
		return -1;
	supervisor->told = true;
	return 0;
}

/* What it printed before it ended. */
static int gave_up(struct supervisor *supervisor, struct error *err)
{
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_free char *last = NULL;

	supervisor->proc.deadline = clock_ms() + END_MS;
	(void)proc_wait(&supervisor->proc, &ignored);
	last = proc_last_line(&supervisor->proc);
	return err_set(err,
		supervisor->proc.exit_code == EXIT_DEADLINE ? EXIT_DEADLINE : EXIT_UNAVAILABLE,
		"the supervisor gave up: %s", last);
}

int supervisor_wait(struct supervisor *supervisor, struct error *err)
{
	struct pollfd waiting[] = {{supervisor->from, POLLIN, 0}, {cancel_fd(), POLLIN, 0}};
	int64_t deadline = clock_ms() + WATCHING_MS;
	char word;

	if (supervisor->watching)
		return 0;
	outside_enter();
	while (waiting[0].revents == 0 && !cancel_asked() && clock_ms() < deadline)
		if (poll(waiting, 2, WATCHING_MS / 100) > 0 && waiting[1].revents != 0 &&
			!cancel_asked())
			cancel_drain();
	outside_leave();
	if (cancel_asked())
		return err_set(
			err, (enum exit_code)(EXIT_SIGNAL_BASE + cancel_signal()), "interrupted");
	if (waiting[0].revents == 0)
		return err_set(err, EXIT_DEADLINE, "the supervisor does not watch after %d s",
			WATCHING_MS / 1000);
	supervisor->watching = read(supervisor->from, &word, 1) == 1;
	return supervisor->watching ? 0 : gave_up(supervisor, err);
}

void supervisor_explain(struct supervisor *supervisor, struct error *err)
{
	struct pollfd waiting = {supervisor->from, POLLIN, 0};
	char text[1024], *why;
	ssize_t got;

	if (supervisor->from < 0 || !supervisor->told || poll(&waiting, 1, 0) != 1)
		return;
	got = read(supervisor->from, text, sizeof(text) - 1);
	text[got > 0 ? got : 0] = '\0';
	why = strchr(text, '\n'); /* behind "watching" */
	if (why == NULL || *++why == '\0')
		return;
	why[strcspn(why, "\n")] = '\0';
	err_note(err, "why", "%s", why);
}

int supervisor_release(struct supervisor *supervisor, struct error *err)
{
	return say(supervisor->to, "ready\n", err);
}

void supervisor_clear(struct supervisor *supervisor)
{
	mem_cleanup_fd(&supervisor->to);
	mem_cleanup_fd(&supervisor->from);
	if (supervisor->told)
		proc_leave(&supervisor->proc);
	proc_clear(&supervisor->proc);
}

int supervisor_lock_ms(const struct context *ctx, const char *slug)
{
	return supervisor_pid(ctx, slug) != 0 ? REMOVAL_MS : JOURNAL_LOCK_MS;
}

pid_t supervisor_pid(const struct context *ctx, const char *slug)
{
	cleanup_free char *path = lock_path(ctx, slug, "supervisor");

	return lockfile_holder(path);
}

void supervisor_await_end(pid_t pid)
{
	struct machine_process process = {pid, 0};
	int64_t deadline = clock_ms() + END_MS;

	while (machine_process_alive(&process) && clock_ms() < deadline)
		clock_sleep_ms(5);
}

int supervisor_hold(const struct context *ctx, const char *slug, struct error *err)
{
	cleanup_free char *path = lock_path(ctx, slug, "supervisor");

	return lockfile_hold(path, false, err);
}

int supervisor_mark_probing(const struct context *ctx, const char *slug, struct error *err)
{
	cleanup_free char *path = lock_path(ctx, slug, "probing");

	return lockfile_hold(path, true, err);
}

bool supervisor_is_probing(const struct context *ctx, const char *slug)
{
	cleanup_free char *path = lock_path(ctx, slug, "probing");

	return lockfile_holder(path) != 0;
}
