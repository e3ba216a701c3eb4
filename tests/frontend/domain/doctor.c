/* The table of checks: no finding without a text, no skip that counts as ok. What each check finds is tested
 * with a real engine, in tests/native/doctor.t and backends.t. */
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
		ok(check->backends != 0 && (check->backends & ~(unsigned)DOCTOR_FOR_ALL) == 0,
			"%s is for a backend", check->name);
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

static struct doctor_finding *finding_of(struct doctor *doctor, const char *name)
{
	for (size_t i = 0; doctor_checks[i].name != NULL; i++)
		if (strcmp(doctor_checks[i].name, name) == 0)
			return &doctor->finding[i];
	return NULL;
}

static void line_is(const struct doctor *doctor, size_t backend, const char *want, const char *rule)
{
	cleanup_free char *line = doctor_backend_line(doctor, &doctor_backends[backend]);

	is_str(line, want, rule);
}

static void all_are(struct doctor *doctor, enum doctor_state state)
{
	for (size_t i = 0; doctor_checks[i].name != NULL; i++)
		doctor->finding[i].state = state;
}

/* Names of checks, and whether a failing one leaves a backend ready. */
static void test_backends(void)
{
	static const struct {
		const char *check;
		bool smolvm, docker;
	} cases[] = {{"settings", false, false}, {"engine", false, false}, {"guest", false, false},
		{"helper", false, false}, {"folders", false, false}, {"disk", false, false},
		{"smolvm", false, true}, {"kvm", false, true}, {"database", false, true},
		{"aliases", false, true}, {"publish", false, true}, {"listeners", false, true},
		{"container", true, false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct doctor doctor = {.ctx = NULL};

		all_are(&doctor, DOCTOR_WARN);
		finding_of(&doctor, cases[i].check)->state = DOCTOR_FAIL;
		ok(doctor_backend_ready(&doctor, &doctor_backends[0]) == cases[i].smolvm,
			"%s fails: smolvm is%s ready", cases[i].check,
			cases[i].smolvm ? "" : " not");
		ok(doctor_backend_ready(&doctor, &doctor_backends[1]) == cases[i].docker,
			"%s fails: docker is%s ready", cases[i].check,
			cases[i].docker ? "" : " not");
		ok(doctor_ready(&doctor) == (cases[i].smolvm || cases[i].docker),
			"and any of them counts when none is asked for");
		doctor.asked = DOCTOR_FOR_SMOLVM;
		ok(doctor_ready(&doctor) == cases[i].smolvm, "asked for smolvm, it alone counts");
		doctor.asked = DOCTOR_FOR_DOCKER;
		ok(doctor_ready(&doctor) == cases[i].docker, "asked for docker, it alone counts");
	}
}

static void test_lines(void)
{
	struct doctor doctor = {.ctx = NULL};

	all_are(&doctor, DOCTOR_OK);
	line_is(&doctor, 0, "backend smolvm: ready", "all is well");
	line_is(&doctor, 1, "backend docker: ready", "for both");
	finding_of(&doctor, "publish")->state = DOCTOR_SKIP;
	line_is(&doctor, 0, "backend smolvm: ready (not tried: publish)", "a skip is told");
	finding_of(&doctor, "smolvm")->state = DOCTOR_FAIL;
	finding_of(&doctor, "kvm")->state = DOCTOR_FAIL;
	doctor.asked = DOCTOR_FOR_SMOLVM;
	line_is(&doctor, 0, "backend smolvm: not ready (smolvm, kvm), asked for",
		"a failure is told, and what is asked for");
	line_is(&doctor, 1, "backend docker: ready", "which are the other one's matter");
}

static void conclusion_is(const struct doctor *doctor, const char *want, const char *rule)
{
	cleanup_free char *text = doctor_conclusion(doctor);

	is_str(text, want, rule);
}

static void test_conclusion(void)
{
	struct doctor doctor = {.ctx = NULL};

	all_are(&doctor, DOCTOR_OK);
	conclusion_is(&doctor, "ready", "all is well");
	finding_of(&doctor, "container")->state = DOCTOR_FAIL;
	conclusion_is(&doctor, "ready", "what a launch takes unless it is told is ready");
	finding_of(&doctor, "kvm")->state = DOCTOR_FAIL;
	conclusion_is(&doctor, "NOT ready", "none is");
	finding_of(&doctor, "container")->state = DOCTOR_OK;
	conclusion_is(&doctor, "ready with --backend docker", "it must be named");
	doctor.asked = DOCTOR_FOR_DOCKER;
	conclusion_is(&doctor, "ready", "it is asked for");
	doctor.asked = DOCTOR_FOR_SMOLVM;
	conclusion_is(&doctor, "NOT ready", "the other one is asked for");
}

static void test_asking(void)
{
	static const char *const wrong[] = {"", "Docker", "docker ", "podman", "smolvm,docker"};
	struct doctor doctor = {.ctx = NULL};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;

		ok(doctor_ask(&doctor, wrong[i], &err) == -1 && doctor.asked == 0,
			"refuses the backend '%s'", wrong[i]);
		is_int(err.code, EXIT_USAGE_ERROR, "as bad usage");
	}
	ok(doctor_ask(&doctor, "docker", NULL) == 0 && doctor.asked == DOCTOR_FOR_DOCKER, "docker");
	ok(doctor_ask(&doctor, "smolvm", NULL) == 0 && doctor.asked == DOCTOR_FOR_SMOLVM, "smolvm");
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
	test_backends();
	test_lines();
	test_conclusion();
	test_asking();
	test_words();
	return done_testing();
}
