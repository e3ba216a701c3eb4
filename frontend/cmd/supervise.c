/* bottle supervise: what launch starts, not what people type. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "context.h"
#include "err.h"
#include "mem.h"
#include "supervisor.h"
#include "watch.h"

/* One line from the launcher; false when it went away before it had one. */
static bool read_line(char *line, size_t size)
{
	size_t len = 0;

	while (len + 1 < size && read(STDIN_FILENO, line + len, 1) == 1)
		if (line[len++] == '\n') {
			line[len] = '\0';
			return true;
		}
	return false;
}

int cmd_supervise(const struct cmd_args *args, struct error *err)
{
	const char *name = args->operand[0];
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_watch struct watch watch = {0};
	cleanup_fd int held = -1;
	char line[4096];

	if (isatty(STDIN_FILENO)) {
		err_set(err, EXIT_USAGE_ERROR, "supervise: launch starts it");
		return err_note(err, "next", "bottle launch %s", name);
	}
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	if (!read_line(line, sizeof(line)))
		return EXIT_OK;
	if (watch_parse(line, &watch, err) != 0 || context_open(&ctx, watch.engine, err) != 0)
		return err_wrap(err, "supervise %s", name);
	if (strcmp(watch.slug, name) != 0)
		return err_set(
			err, EXIT_USAGE_ERROR, "supervise %s: told to watch %s", name, watch.slug);
	held = supervisor_hold(&ctx, name, err);
	if (held < 0 || watch_run(&ctx, &watch, STDIN_FILENO, STDOUT_FILENO, err) != 0)
		return err_wrap(err, "supervise %s", name);
	return EXIT_OK;
}
