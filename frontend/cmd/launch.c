/* bottle launch */
#include <string.h>
#include <unistd.h>

#include "approve.h"
#include "bottle.h"
#include "cancel.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "fs.h"
#include "json.h"
#include "mem.h"
#include "plan_print.h"
#include "print.h"
#include "spec.h"
#include "steps.h"
#include "strv.h"
#include "trust.h"
#include "verdict.h"

/* Options that only pass a value on to the spec. */
static const struct {
	const char *name;
	int (*set)(struct bottle_spec *spec, const char *value, struct error *err);
} spec_options[] = {
	{"image", spec_set_image},
	{"dockerfile", spec_set_dockerfile},
	{"pack", spec_set_pack},
	{"bundle-image", spec_set_bundle_image},
	{"publish", spec_set_publish},
	{"env", spec_add_env},
	{"mount", spec_add_mount},
	{"allow-mount", spec_add_allow_mount},
	{"cpus", spec_set_cpus},
	{"memory", spec_set_memory},
	{"backend", spec_set_backend},
	{"network", spec_set_network},
};

static int apply_options(const struct cmd_args *args, struct bottle_spec *spec, struct error *err)
{
	for (size_t i = 0; i < sizeof(spec_options) / sizeof(spec_options[0]); i++) {
		const char *value;

		for (size_t k = 0; (value = cmd_value_at(args, spec_options[i].name, k)) != NULL;
			k++)
			if (spec_options[i].set(spec, value, err) != 0)
				return -1;
	}
	return 0;
}

/* Nothing of a file takes effect before it was approved: checking it touches nothing. */
static int read_spec(const struct context *ctx, const struct cmd_args *args,
	struct bottle_spec *spec, struct error *err)
{
	cleanup_trust_file struct trust_file read = TRUST_FILE_INIT;
	const char *file = cmd_value(args, "file");

	if (file == NULL && fs_exists("bottle.yaml"))
		file = "bottle.yaml";
	if (file != NULL &&
		(trust_open(file, &read, err) != 0 ||
			trust_read(&read, SPEC_FILE_MAX, -1, err) != 0 ||
			spec_parse(spec, read.path, buf_str(&read.text), read.text.len, err) != 0))
		return -1;
	if (args->operands == 1 && spec_set_name(spec, args->operand[0], err) != 0)
		return -1;
	if (apply_options(args, spec, err) != 0)
		return -1;
	if (spec_finish(spec, err) != 0)
		return file != NULL ? -1
				    : err_note(err, "why",
					      "there is no bottle.yaml in this folder, and no -f");
	if (spec->name == NULL) {
		err_set(err, EXIT_USAGE_ERROR, "launch: the bottle needs a name");
		return err_note(err, "next", "bottle launch NAME, or `name:` in bottle.yaml");
	}
	if ((file == NULL || approve(ctx, &read, !cmd_flag(args, "json"), err) == 0) &&
		approve_build(ctx, spec->agent.dockerfile, !cmd_flag(args, "json"), err) == 0)
		return 0;
	err_wrap(err, "launch");
	return err_note(err, "left", "nothing was started");
}

static int read_options(
	const struct cmd_args *args, struct bottle_options *options, struct error *err)
{
	const char *verify = cmd_value(args, "verify");

	if (verify != NULL && strcmp(verify, "quick") != 0 && strcmp(verify, "full") != 0)
		return err_set(err, EXIT_USAGE_ERROR, "launch: --verify is quick or full, not '%s'",
			verify);
	if (cmd_flag(args, "rm") && args->trailing == NULL)
		return err_set(err, EXIT_USAGE_ERROR,
			"launch: --rm stops the bottle after a CMD, and there is none");
	if (cmd_flag(args, "json") && args->trailing != NULL && !cmd_flag(args, "dry-run"))
		return err_set(err, EXIT_USAGE_ERROR,
			"launch: --json and a CMD: standard output would belong to both");
	options->full = verify != NULL && strcmp(verify, "full") == 0;
	options->keep_on_fail = cmd_flag(args, "keep-on-fail");
	return 0;
}

static void show_timing(const char *step, int64_t us, int64_t outside_us)
{
	fprintf(stderr, "  %-10s %11.3f %11.3f %9.3f\n", step, (double)us / 1e3,
		(double)outside_us / 1e3, (double)(us - outside_us) / 1e3);
}

static void show_timings(const struct bottle_timings *timings)
{
	int64_t us = timings->total_us, outside_us = timings->outside_us;

	fprintf(stderr, "  %-10s %11s %11s %9s  (ms; waiting is for engine, smolvm and guest)\n",
		"STEP", "TIME", "WAITING", "OWN");
	for (size_t i = 0; i < timings->count; i++) {
		const struct bottle_timing *step = &timings->step[i];

		show_timing(step->step, step->us, step->outside_us);
		us -= step->us;
		outside_us -= step->outside_us;
	}
	show_timing("other", us, outside_us);
	show_timing("total", timings->total_us, timings->outside_us);
	fprintf(stderr, "  %-10s %11.3f  (computed by bottle itself, since it was started)\n",
		"cpu", (double)timings->cpu_us / 1e3);
}

/* The line after which the agent's own command runs. On stderr when stdout belongs to that command. */
static void show_ready(const struct verdict *verdict, FILE *out)
{
	cleanup_strv struct strv urls = STRV_INIT;

	print_line(out, "%s is ready on %s: verified, %s", verdict->slug,
		verdict_bundle_at(verdict), verdict->text);
	print_services(verdict, out);
	print_untried(&verdict->probes, out);
	print_proxy_open(&verdict->proxy, out);
	verdict_proxy(verdict, NULL, &urls); /* the token is for `bottle env` */
	verdict_urls(verdict, &urls);
	for (size_t i = 0; i < urls.count; i++)
		if (urls.item[i][0] >= 'A' && urls.item[i][0] <= 'Z')
			print_line(out, "  %s", urls.item[i]);
}

/* What stands after --, in ARGV; ENV is empty. */
static struct bottle_command make_command(
	const struct cmd_args *args, struct strv *argv, const struct strv *env)
{
	bool tty = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

	strv_push_all(argv, (const char *const *)args->trailing);
	return (struct bottle_command){.argv = argv, .env = env, .tty = tty, .interactive = tty};
}

static int run_command(struct context *ctx, const struct cmd_args *args,
	const struct verdict *verdict, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
	struct bottle_command command = make_command(args, &argv, &env);
	cleanup_error struct error stopping = ERROR_INIT;
	bool found;
	int code;

	code = bottle_exec(ctx, verdict, &command, &code, err) == 0 ? code : -1;
	if (cmd_flag(args, "rm"))
		cancel_tolerate(
			cancel_count()); /* what ended CMD is no reason to leave the bottle */
	if (cmd_flag(args, "rm") && bottle_stop(ctx, verdict->slug, &found, &stopping) != 0) {
		if (code >= 0)
			err_print(&stopping, stderr);
		else
			err_note(err, "left", "%s", stopping.message);
	}
	return code;
}

static int plan(struct context *ctx, const struct cmd_args *args, const struct bottle_spec *spec,
	struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT, env = STRV_INIT;
	struct bottle_command command;
	json_t *document = NULL;

	if (args->trailing != NULL)
		command = make_command(args, &argv, &env);
	if (bottle_plan(ctx, spec->name, spec, args->trailing ? &command : NULL, &document, err) !=
		0)
		return -1;
	if (cmd_flag(args, "json"))
		json_print(document);
	else
		print_plan(document);
	return EXIT_OK;
}

int cmd_launch(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_spec struct bottle_spec spec = BOTTLE_SPEC_INIT;
	cleanup_verdict struct verdict verdict = {0};
	struct bottle_options options;
	struct bottle_timings timings;
	cleanup_steps struct steps steps = STEPS_INIT;

	if (read_options(args, &options, err) != 0 ||
		context_open(&ctx, cmd_value(args, "engine"), err) != 0 ||
		read_spec(&ctx, args, &spec, err) != 0)
		return -1;
	ctx.engine_unproven = cmd_flag(args, "engine-unproven");
	steps_start(&steps, &ctx);
	if (cmd_flag(args, "dry-run"))
		return plan(&ctx, args, &spec, err);
	if (bottle_launch(&ctx, spec.name, &spec, &options, &verdict, &timings, err) != 0)
		return -1;
	steps_stop(&steps);
	if (cmd_flag(args, "timings"))
		show_timings(&timings);
	if (cmd_flag(args, "json") && args->trailing == NULL)
		json_print_launch(&verdict, &timings);
	else
		show_ready(&verdict, args->trailing ? stderr : stdout);
	if (args->trailing == NULL)
		return EXIT_OK;
	fflush(stdout);
	return run_command(&ctx, args, &verdict, err);
}
