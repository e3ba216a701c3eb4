/* bottle doctor */
#include "doctor.h"

#include <stdio.h>
#include <string.h>

#include "ask.h"
#include "cancel.h"
#include "command.h"
#include "context.h"
#include "doctor_report.h"
#include "err.h"
#include "json.h"
#include "mem.h"
#include "print.h"

static void print_finding(const struct doctor *doctor, size_t index)
{
	const struct doctor_finding *at = &doctor->finding[index];
	cleanup_free char *lead =
		xasprintf("%-4s  %-12s  ", doctor_state_name(at->state), doctor_checks[index].name);

	print_wrapped(stdout, lead, at->text);
	if (at->state == DOCTOR_OK)
		return;
	for (size_t i = 0; i < at->details.count; i++)
		print_wrapped(stdout, "        -      ", at->details.item[i]);
	if (at->cause != NULL)
		print_wrapped(stdout, "        cause  ", at->cause);
	/* Whole, so that it can be copied. */
	if (at->fix != NULL)
		print_line(stdout, "        fix    %s", at->fix);
}

static void print_all(const struct doctor *doctor)
{
	cleanup_free char *conclusion = doctor_conclusion(doctor);

	for (size_t i = 0; doctor_checks[i].name != NULL; i++)
		print_finding(doctor, i);
	for (const struct doctor_backend *at = doctor_backends; at->name != NULL; at++) {
		cleanup_free char *line = doctor_backend_line(doctor, at);

		print_line(stdout, "%s", line);
	}
	printf("%s: %zu ok, %zu warn, %zu failed, %zu skipped\n", conclusion,
		doctor_count(doctor, DOCTOR_OK), doctor_count(doctor, DOCTOR_WARN),
		doctor_count(doctor, DOCTOR_FAIL), doctor_count(doctor, DOCTOR_SKIP));
}

static json_t *finding_json(const struct doctor *doctor, size_t index)
{
	const struct doctor_finding *at = &doctor->finding[index];
	const char *state = at->state == DOCTOR_FAIL ? "fail" : doctor_state_name(at->state);
	json_t *details = json_array();

	for (size_t i = 0; i < at->details.count; i++)
		json_array_append_new(details, json_string(at->details.item[i]));
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:b}", "name", doctor_checks[index].name,
		"state", state, "text", at->text, "details", details, "cause", json_text(at->cause),
		"fix", json_text(at->fix), "repairable", doctor_repairable(doctor, index));
}

static json_t *names_json(
	const struct doctor *doctor, const struct doctor_backend *backend, enum doctor_state state)
{
	cleanup_strv struct strv names = STRV_INIT;
	json_t *list = json_array();

	doctor_backend_list(doctor, backend, state, &names);
	for (size_t i = 0; i < names.count; i++)
		json_array_append_new(list, json_string(names.item[i]));
	return list;
}

static json_t *backends_json(const struct doctor *doctor)
{
	json_t *list = json_array();

	for (const struct doctor_backend *at = doctor_backends; at->name != NULL; at++)
		json_array_append_new(
			list, json_pack("{s:s, s:b, s:b, s:o, s:o}", "name", at->name, "asked",
				      (doctor->asked & at->bit) != 0, "ready",
				      doctor_backend_ready(doctor, at), "failed",
				      names_json(doctor, at, DOCTOR_FAIL), "skipped",
				      names_json(doctor, at, DOCTOR_SKIP)));
	return list;
}

static void show_json(const struct doctor *doctor)
{
	json_t *checks = json_array();

	for (size_t i = 0; doctor_checks[i].name != NULL; i++)
		json_array_append_new(checks, finding_json(doctor, i));
	json_print(json_pack("{s:s, s:b, s:o, s:{s:i, s:i, s:i, s:i}, s:o}", "schema",
		"bottle.doctor/1", "ready", doctor_ready(doctor), "backends", backends_json(doctor),
		"counts", "ok", (int)doctor_count(doctor, DOCTOR_OK), "warn",
		(int)doctor_count(doctor, DOCTOR_WARN), "fail",
		(int)doctor_count(doctor, DOCTOR_FAIL), "skip",
		(int)doctor_count(doctor, DOCTOR_SKIP), "checks", checks));
}

/* Asks before each repair, unless ASSUME_YES. One that fails does not keep the others. */
static int repair(struct doctor *doctor, bool assume_yes, struct error *err)
{
	size_t offered = 0;

	for (size_t i = 0; doctor_checks[i].name != NULL && !cancel_asked(); i++) {
		cleanup_free char *question =
			xasprintf("%s: %s", doctor_checks[i].name, doctor_checks[i].offer);
		cleanup_error struct error failed = ERROR_INIT;

		if (!doctor_repairable(doctor, i))
			continue;
		offered++;
		if (!assume_yes) {
			fflush(stdout);
			print_finding(doctor, i);
			fflush(stdout);
		}
		if (!assume_yes && !ask_yes(question))
			continue;
		if (doctor_repair(doctor, i, &failed) != 0)
			err_print(&failed, stderr);
		else
			fprintf(stderr, "repaired: %s\n", doctor_checks[i].name);
	}
	if (offered == 0)
		fputs("nothing that bottle can repair itself\n", stderr);
	return cancel_asked() ? err_set(err, (enum exit_code)(EXIT_SIGNAL_BASE + cancel_signal()),
					"interrupted")
			      : 0;
}

static int check_usage(const struct cmd_args *args, struct error *err)
{
	const char *report = cmd_value(args, "report");

	if (cmd_flag(args, "yes") && !cmd_flag(args, "fix"))
		return err_set(err, EXIT_USAGE_ERROR, "doctor: --yes is for --fix");
	if (report != NULL && report[0] == '\0')
		return err_set(err, EXIT_USAGE_ERROR, "doctor: --report needs a file, or -");
	if (report != NULL && strcmp(report, "-") == 0 && cmd_flag(args, "json"))
		return err_set(err, EXIT_USAGE_ERROR,
			"doctor: --report - and --json both want standard output");
	if (!cmd_flag(args, "fix") || cmd_flag(args, "yes") ||
		(ask_possible() && !cmd_flag(args, "json")))
		return 0;
	err_set(err, EXIT_USAGE_ERROR,
		"doctor: --fix asks before each repair, and nobody is there");
	err_note(err, "left", "nothing was checked or changed");
	return err_note(err, "next", "bottle doctor --fix on a terminal, or --fix --yes");
}

static int ask_backend(const struct cmd_args *args, struct doctor *doctor, struct error *err)
{
	const char *backend = cmd_value(args, "backend");

	if (backend != NULL && cmd_value(args, "file") != NULL)
		return err_set(err, EXIT_USAGE_ERROR,
			"doctor: --backend and --file both say which backend");
	if (backend == NULL || doctor_ask(doctor, backend, err) == 0)
		return 0;
	return err_wrap(err, "doctor");
}

/* Report, JSON or lines. */
static int show(const struct cmd_args *args, const struct doctor *doctor, struct error *err)
{
	const char *report = cmd_value(args, "report");
	bool to_stdout = report != NULL && strcmp(report, "-") == 0;

	if (report != NULL && doctor_report(doctor, to_stdout ? NULL : report, err) != 0)
		return -1;
	if (to_stdout)
		return 0;
	if (cmd_flag(args, "json"))
		show_json(doctor);
	else
		print_all(doctor);
	if (report != NULL)
		print_line(stderr, "report written to %s", report);
	return 0;
}

int cmd_doctor(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	struct doctor doctor = {.ctx = &ctx,
		.image = cmd_value(args, "bundle-image"),
		.file = cmd_value(args, "file")};
	cleanup_error struct error homeless = ERROR_INIT;
	int result;

	if (check_usage(args, err) != 0 || ask_backend(args, &doctor, err) != 0)
		return -1;
	/* Settings that are wrong are a finding, and so is a home that is not there. */
	(void)context_open(&ctx, cmd_value(args, "engine"), &doctor.unopened);
	ctx.engine_unproven = cmd_flag(args, "engine-unproven");
	if (doctor.unopened.code == EXIT_OK)
		(void)context_vmdb(&ctx, &homeless);
	doctor_run(&doctor, err);
	result = err->code == EXIT_OK ? 0 : -1;
	if (result == 0 && cmd_flag(args, "fix"))
		result = repair(&doctor, cmd_flag(args, "yes"), err);
	if (result == 0)
		result = show(args, &doctor, err);
	if (result == 0 && !doctor_ready(&doctor))
		result = EXIT_BAD;
	doctor_clear(&doctor);
	return result;
}
