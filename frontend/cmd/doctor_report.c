/* Collecting, redacting, writing. */
#include "doctor_report.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "buf.h"
#include "context.h"
#include "doctor.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "printable.h"
#include "redact.h"
#include "strv.h"

enum { REPORT_MAX = 1 << 20 };

static void add_findings(struct strv *lines, const struct doctor *doctor)
{
	for (size_t i = 0; doctor_checks[i].name != NULL; i++) {
		const struct doctor_finding *at = &doctor->finding[i];

		strv_pushf(lines, "%-4s  %-12s  %s", doctor_state_name(at->state),
			doctor_checks[i].name, at->text);
		for (size_t k = 0; k < at->details.count; k++)
			strv_pushf(lines, "        -      %s", at->details.item[k]);
		if (at->cause != NULL)
			strv_pushf(lines, "        cause  %s", at->cause);
		if (at->fix != NULL)
			strv_pushf(lines, "        fix    %s", at->fix);
	}
}

static void add_settings(struct strv *lines, const struct settings *settings)
{
	for (int i = 0; i < SETTINGS_KEY_COUNT; i++) {
		enum settings_key key = (enum settings_key)i;
		cleanup_free char *value = settings_value(settings, key);
		cleanup_free char *origin = settings_origin_text(settings, key);

		strv_pushf(lines, "  %-16s %s (%s%s)", settings_name(key),
			*value ? value : "not set", origin,
			settings->source[key].locked ? ", locked" : "");
	}
}

static char *compose(const struct doctor *doctor, const struct utsname *host)
{
	cleanup_strv struct strv lines = STRV_INIT, clean = STRV_INIT;

	strv_pushf(&lines, "bottle %s on %s %s %s", BOTTLE_VERSION, host->sysname, host->release,
		host->machine);
	add_findings(&lines, doctor);
	for (const struct doctor_backend *at = doctor_backends; at->name != NULL; at++)
		strv_take(&lines, doctor_backend_line(doctor, at));
	if (doctor->unopened.code == EXIT_OK) {
		strv_push(&lines, "settings");
		add_settings(&lines, &doctor->ctx->settings);
	}
	strv_push(&lines,
		"Names of folders, containers and processes are in here. Read it before you "
		"send it.");
	for (size_t i = 0; i < lines.count; i++)
		strv_take(&clean, printable_line(lines.item[i]));
	strv_push(&clean, "");
	return strv_join(&clean, "\n");
}

int doctor_report(const struct doctor *doctor, const char *path, struct error *err)
{
	const struct passwd *user = getpwuid(geteuid());
	struct utsname host = {.nodename = ""};
	struct redact names = {getenv("HOME"), user ? user->pw_name : NULL, host.nodename};
	cleanup_free char *text = NULL, *clean = NULL, *without = NULL;

	(void)uname(&host);
	text = compose(doctor, &host);
	clean = redact(&names, text);
	/* The home of the password database, where HOME says another. */
	names.home = user ? user->pw_dir : NULL;
	without = redact(&names, clean);
	if (path != NULL)
		return fs_write(path, without, strlen(without), err) == 0
			       ? 0
			       : err_wrap(err, "report %s", path);
	fputs(without, stdout);
	return 0;
}
