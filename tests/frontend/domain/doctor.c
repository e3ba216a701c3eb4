/* The table of checks: no finding without a text, no skip that counts as ok. What each check finds is tested
 * with a real engine, in tests/native/doctor.t. */
#include "doctor.h"

#include "context.h"
#include "mem.h"
#include "tap.h"

static void test_table(void)
{
	size_t count = 0;

	for (; doctor_checks[count].name != NULL; count++) {
		const struct doctor_check *check = &doctor_checks[count];

		ok(strlen(check->name) <= 12 && check->run != NULL, "%s fits its column",
			check->name);
		ok((check->repair != NULL) == (check->offer != NULL),
			"%s: a repair has a question, and a question a repair", check->name);
		for (size_t i = 0; i < count; i++)
			if (strcmp(doctor_checks[i].name, check->name) == 0)
				ok(false, "%s stands twice", check->name);
	}
	ok(count <= DOCTOR_MAX, "%zu checks have room in %d", count, DOCTOR_MAX);
}

static void test_unopened(void)
{
	struct context ctx = CONTEXT_INIT;
	struct doctor doctor = {.ctx = &ctx};
	cleanup_error struct error err = ERROR_INIT;
	size_t all = 0;

	err_set(&doctor.unopened, EXIT_CONFIG, "config.yaml:3: wrong");
	err_note(&doctor.unopened, "why", "a reason");
	err_note(&doctor.unopened, "next", "a line");
	doctor_run(&doctor, &err);
	is_int(err.code, EXIT_OK, "wrong settings are a finding, not an error");
	for (; doctor_checks[all].name != NULL; all++) {
		const struct doctor_finding *at = &doctor.finding[all];
		bool always = doctor_checks[all].lane == DOCTOR_LANE_ALWAYS;

		ok(at->text != NULL && (always || at->state == DOCTOR_SKIP), "%s %s",
			doctor_checks[all].name, always ? "was run" : "is skipped, with a reason");
		ok(!doctor_repairable(&doctor, all), "and there is nothing to repair");
	}
	is_str(doctor.finding[0].text, "config.yaml:3: wrong", "the message is the finding");
	is_str(doctor.finding[0].cause, "a reason", "why is the cause");
	is_str(doctor.finding[0].fix, "a line", "next is the fix");
	is_int((long long)doctor_count(&doctor, DOCTOR_FAIL), 1, "one failed");
	is_int((long long)doctor_count(&doctor, DOCTOR_OK), 1, "the clock alone is ok");
	is_int((long long)doctor_count(&doctor, DOCTOR_SKIP), (long long)all - 2,
		"the rest counts as skipped");
	doctor_clear(&doctor);
}

static void test_words(void)
{
	is_str(doctor_state_name(DOCTOR_OK), "ok", "ok");
	is_str(doctor_state_name(DOCTOR_WARN), "warn", "warn");
	is_str(doctor_state_name(DOCTOR_FAIL), "FAIL", "FAIL");
	is_str(doctor_state_name(DOCTOR_SKIP), "skip", "skip");
}

int main(void)
{
	test_table();
	test_unopened();
	test_words();
	return done_testing();
}
