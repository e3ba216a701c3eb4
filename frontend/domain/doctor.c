/* The table of checks, and running them. */
#include "doctor.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cancel.h"
#include "context.h"
#include "lease.h"
#include "mem.h"
#include "task.h"

const struct doctor_check doctor_checks[] = {
	{"settings", DOCTOR_LANE_ALWAYS, DOCTOR_FOR_ALL, doctor_settings, NULL, NULL},
	{"bottle.yaml", DOCTOR_LANE_HOST, DOCTOR_FOR_ALL, doctor_asked, NULL, NULL},
	{"engine", DOCTOR_LANE_ENGINE, DOCTOR_FOR_ALL, doctor_engine, NULL, NULL},
	{"engine-age", DOCTOR_LANE_ENGINE, DOCTOR_FOR_ALL, doctor_engine_age, NULL, NULL},
	{"engine-clock", DOCTOR_LANE_ENGINE, DOCTOR_FOR_ALL, doctor_engine_clock, NULL, NULL},
	{"engines", DOCTOR_LANE_ENGINE, DOCTOR_FOR_ALL, doctor_engines, NULL, NULL},
	{"smolvm", DOCTOR_LANE_HOST, DOCTOR_FOR_SMOLVM, doctor_smolvm, NULL, NULL},
	{"kvm", DOCTOR_LANE_HOST, DOCTOR_FOR_SMOLVM, doctor_kvm, NULL, NULL},
	{"database", DOCTOR_LANE_HOST, DOCTOR_FOR_SMOLVM, doctor_database, NULL, NULL},
	{"guest", DOCTOR_LANE_HOST, DOCTOR_FOR_ALL, doctor_guest, NULL, NULL},
	{"helper", DOCTOR_LANE_HOST, DOCTOR_FOR_ALL, doctor_helper, NULL, NULL},
	{"aliases", DOCTOR_LANE_HOST, DOCTOR_FOR_SMOLVM, doctor_aliases, doctor_add_aliases,
		"add the pool's missing addresses"},
	{"publish", DOCTOR_LANE_ENGINE, DOCTOR_FOR_SMOLVM, doctor_publish, NULL, NULL},
	{"container", DOCTOR_LANE_LAST, DOCTOR_FOR_DOCKER, doctor_container, NULL, NULL},
	{"filter", DOCTOR_LANE_LAST, DOCTOR_FOR_SMOLVM, doctor_filter, NULL, NULL},
	{"listeners", DOCTOR_LANE_LAST, DOCTOR_FOR_SMOLVM, doctor_listeners, NULL, NULL},
	{"published", DOCTOR_LANE_LAST, DOCTOR_FOR_SMOLVM, doctor_published, NULL, NULL},
	{"folders", DOCTOR_LANE_HOST, DOCTOR_FOR_ALL, doctor_folders, doctor_close_folders,
		"close these folders to other users (mode 0700)"},
	{"leftovers", DOCTOR_LANE_LAST, DOCTOR_FOR_ALL, doctor_leftovers, doctor_remove_leftovers,
		"remove them, as bottle gc -f does"},
	{"disk", DOCTOR_LANE_HOST, DOCTOR_FOR_ALL, doctor_disk, NULL, NULL},
	{"clock", DOCTOR_LANE_ALWAYS, DOCTOR_FOR_ALL, doctor_clock, NULL, NULL},
	{NULL, DOCTOR_LANE_ALWAYS, 0, NULL, NULL, NULL},
};

static void forget(struct doctor_finding *finding)
{
	free(finding->text);
	free(finding->cause);
	free(finding->fix);
	strv_clear(&finding->details);
	*finding = (struct doctor_finding){DOCTOR_SKIP, NULL, STRV_INIT, NULL, NULL};
}

static void run_one(struct doctor *doctor, size_t index)
{
	const struct doctor_check *check = &doctor_checks[index];
	struct doctor_finding *finding = &doctor->finding[index];

	forget(finding);
	if (cancel_asked())
		doctor_say(finding, DOCTOR_SKIP, "interrupted");
	else if (doctor->unopened.code != EXIT_OK && check->lane != DOCTOR_LANE_ALWAYS)
		doctor_say(finding, DOCTOR_SKIP, "needs the settings, which are not good");
	else
		check->run(doctor, finding);
}

static void run_lane(struct doctor *doctor, enum doctor_lane lane)
{
	for (size_t i = 0; doctor_checks[i].name != NULL; i++)
		if (doctor_checks[i].lane == lane)
			run_one(doctor, i);
}

static int run_engine_lane(void *arg, struct error *err)
{
	(void)err;
	run_lane(arg, DOCTOR_LANE_ENGINE);
	return 0;
}

void doctor_run(struct doctor *doctor, struct error *err)
{
	cleanup_error struct error none = ERROR_INIT;
	struct task engine = TASK_INIT;
	bool beside = task_start(&engine, run_engine_lane, doctor, &none) == 0;

	run_lane(doctor, DOCTOR_LANE_ALWAYS);
	run_lane(doctor, DOCTOR_LANE_HOST);
	if (beside)
		(void)task_join(&engine, &none);
	else
		run_lane(doctor, DOCTOR_LANE_ENGINE);
	run_lane(doctor, DOCTOR_LANE_LAST);
	if (cancel_asked())
		err_set(err, (enum exit_code)(EXIT_SIGNAL_BASE + cancel_signal()), "interrupted");
}

bool doctor_repairable(const struct doctor *doctor, size_t index)
{
	enum doctor_state state = doctor->finding[index].state;

	return doctor_checks[index].repair != NULL &&
	       (state == DOCTOR_WARN || state == DOCTOR_FAIL);
}

int doctor_repair(struct doctor *doctor, size_t index, struct error *err)
{
	int result = doctor_checks[index].repair(doctor, err);

	run_one(doctor, index);
	return result == 0 ? 0 : err_wrap(err, "repair %s", doctor_checks[index].name);
}

size_t doctor_count(const struct doctor *doctor, enum doctor_state state)
{
	size_t count = 0;

	for (size_t i = 0; doctor_checks[i].name != NULL; i++)
		count += doctor->finding[i].state == state;
	return count;
}

const char *doctor_state_name(enum doctor_state state)
{
	static const char *const names[] = {"skip", "ok", "warn", "FAIL"};

	return names[state];
}

void doctor_clear(struct doctor *doctor)
{
	for (size_t i = 0; i < DOCTOR_MAX; i++)
		forget(&doctor->finding[i]);
	err_clear(&doctor->unopened);
}

void doctor_say(struct doctor_finding *ret, enum doctor_state state, const char *fmt, ...)
{
	va_list ap;

	ret->state = state;
	free(ret->text);
	va_start(ap, fmt);
	ret->text = xvasprintf(fmt, ap);
	va_end(ap);
}

void doctor_cause(struct doctor_finding *ret, const char *fmt, ...)
{
	va_list ap;

	free(ret->cause);
	va_start(ap, fmt);
	ret->cause = xvasprintf(fmt, ap);
	va_end(ap);
}

void doctor_fix(struct doctor_finding *ret, const char *fmt, ...)
{
	va_list ap;

	free(ret->fix);
	va_start(ap, fmt);
	ret->fix = xvasprintf(fmt, ap);
	va_end(ap);
}

void doctor_say_error(struct doctor_finding *ret, enum doctor_state state, const struct error *err)
{
	const char *why = err_find_note(err, "why"), *next = err_find_note(err, "next");

	doctor_say(ret, state, "%s", err->message);
	if (why != NULL)
		doctor_cause(ret, "%s", why);
	if (next != NULL)
		doctor_fix(ret, "%s", next);
}

void doctor_say_no_image(struct doctor_finding *ret, const char *name)
{
	doctor_say(ret, DOCTOR_SKIP, "there is no image %s to try it with (--bundle-image)", name);
}

void doctor_say_left(struct doctor_finding *ret, const struct error *err)
{
	doctor_say(
		ret, DOCTOR_FAIL, "the container of the proof was not removed: %s", err->message);
	doctor_fix(ret, "bottle gc -f");
}

bool doctor_needs_engine(const struct doctor *doctor, struct doctor_finding *ret)
{
	if (!doctor->engine_up)
		doctor_say(ret, DOCTOR_SKIP, "needs the engine, which does not answer");
	return doctor->engine_up;
}

unsigned doctor_free_octet(struct doctor *doctor)
{
	const struct settings *settings = &doctor->ctx->settings;
	cleanup_error struct error none = ERROR_INIT;
	char *holders[LEASE_OCTETS] = {NULL};
	unsigned found = 0;

	if (lease_holders(doctor->ctx, holders, &none) != 0)
		return 0;
	/* From the end: launches take the lowest. */
	for (unsigned octet = settings->pool_last; octet >= settings->pool_first && found == 0;
		octet--)
		found = holders[octet] == NULL ? octet : 0;
	for (size_t i = 0; i < LEASE_OCTETS; i++)
		free(holders[i]);
	return found;
}
