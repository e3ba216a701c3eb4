/* bottle exec, bottle shell */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bottle.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "print.h"
#include "strv.h"
#include "verdict.h"

/* K=V as it is; K with our own value. */
static int read_env(const struct cmd_args *args, struct strv *env, struct error *err)
{
	const char *entry;

	for (size_t i = 0; (entry = cmd_value_at(args, "env", i)) != NULL; i++) {
		const char *value = strchr(entry, '=') ? "" : getenv(entry);

		if (entry[0] == '=' || entry[0] == '\0')
			return err_set(err, EXIT_USAGE_ERROR, "exec: -e needs K=V or K");
		if (value == NULL)
			return err_set(
				err, EXIT_USAGE_ERROR, "exec: -e %s: it is not set here", entry);
		if (strchr(entry, '='))
			strv_push(env, entry);
		else
			strv_pushf(env, "%s=%s", entry, value);
	}
	return 0;
}

static int run(const struct cmd_args *args, const struct strv *argv, bool interactive, bool tty,
	struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_verdict struct verdict verdict = {0};
	cleanup_strv struct strv env = STRV_INIT;
	struct bottle_command command = {.argv = argv,
		.env = &env,
		.workdir = cmd_value(args, "workdir"),
		.user = cmd_value(args, "user"),
		.interactive = interactive,
		.tty = tty,
		.raw = cmd_flag(args, "raw")};
	int code;

	if (read_env(args, &env, err) != 0 ||
		context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return -1;
	print_warnings(&ctx);
	if ((bottle_uses_smolvm(&ctx, args->operand[0]) && context_smolvm_ask(&ctx, err) != 0) ||
		bottle_check(&ctx, args->operand[0], false, &verdict, err) != 0)
		return -1;
	return bottle_exec(&ctx, &verdict, &command, &code, err) == 0 ? code : -1;
}

int cmd_exec(const struct cmd_args *args, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;

	if (args->trailing == NULL) {
		err_set(err, EXIT_USAGE_ERROR, "exec: a command is missing");
		return err_note(err, "usage", "bottle exec %s -- CMD...", args->operand[0]);
	}
	strv_push_all(&argv, (const char *const *)args->trailing);
	return run(args, &argv, cmd_flag(args, "interactive"), cmd_flag(args, "tty"), err);
}

int cmd_shell(const struct cmd_args *args, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

	if (args->trailing != NULL)
		return err_set(err, EXIT_USAGE_ERROR,
			"shell: unexpected '%s' (bottle exec runs a command)", args->trailing[0]);
	strv_push(&argv, "/bin/sh");
	strv_push(&argv, "-l");
	return run(args, &argv, true, tty, err);
}
