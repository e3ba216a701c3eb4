/* Which backend is asked for, and which of them this host is ready for. */
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "doctor.h"
#include "fs.h"
#include "mem.h"
#include "names.h"
#include "spec.h"
#include "trust.h"

const struct doctor_backend doctor_backends[] = {
	{BACKEND_SMOLVM, DOCTOR_FOR_SMOLVM},
	{BACKEND_DOCKER, DOCTOR_FOR_DOCKER},
	{NULL, 0},
};

static unsigned bit_of(enum spec_backend backend)
{
	return backend == SPEC_BACKEND_DOCKER ? DOCTOR_FOR_DOCKER : DOCTOR_FOR_SMOLVM;
}

static const char *name_of(unsigned bit)
{
	return bit == DOCTOR_FOR_DOCKER ? BACKEND_DOCKER : BACKEND_SMOLVM;
}

int doctor_ask(struct doctor *doctor, const char *backend, struct error *err)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;

	if (spec_set_backend(&spec, backend, err) != 0)
		return -1;
	doctor->asked = bit_of(spec.backend);
	doctor->asked_by_option = true;
	return 0;
}

/* Of FILE, only if a launch would take it. */
static int read_backend(
	const struct context *ctx, const char *file, unsigned *ret, struct error *err)
{
	cleanup_trust_file struct trust_file read = TRUST_FILE_INIT;
	cleanup_trust_record struct trust_record was = {0};
	cleanup_spec struct bottle_spec spec = BOTTLE_SPEC_INIT;

	if (trust_open(file, &read, err) != 0 || trust_read(&read, SPEC_FILE_MAX, -1, err) != 0 ||
		spec_parse(&spec, read.path, buf_str(&read.text), read.text.len, err) != 0 ||
		trust_find(ctx, &read, &was, err) != 0)
		return -1;
	if (!trust_given(&read, &was))
		return trust_refuse(&read, &was, err);
	*ret = bit_of(spec.backend);
	return 0;
}

void doctor_asked(struct doctor *doctor, struct doctor_finding *ret)
{
	const char *file = doctor->file ? doctor->file : "bottle.yaml";
	cleanup_error struct error err = ERROR_INIT;

	if (doctor->asked_by_option) {
		doctor_say(ret, DOCTOR_OK, "%s is asked for, by --backend", name_of(doctor->asked));
		return;
	}
	doctor->asked = 0;
	if (doctor->file == NULL && !fs_exists(file)) {
		doctor_say(ret, DOCTOR_OK, "none here, and no --backend: any backend will do");
		return;
	}
	if (read_backend(doctor->ctx, file, &doctor->asked, &err) == 0) {
		doctor_say(ret, DOCTOR_OK, "%s is asked for, by %s", name_of(doctor->asked), file);
		return;
	}
	/* One that merely lies here may be anybody's. */
	doctor_say_error(ret, doctor->file ? DOCTOR_FAIL : DOCTOR_WARN, &err);
	if (doctor->file == NULL && ret->cause == NULL)
		doctor_cause(ret, "what it asks for does not count: any backend will do");
}

bool doctor_backend_ready(const struct doctor *doctor, const struct doctor_backend *backend)
{
	for (size_t i = 0; doctor_checks[i].name != NULL; i++)
		if ((doctor_checks[i].backends & backend->bit) != 0 &&
			doctor->finding[i].state == DOCTOR_FAIL)
			return false;
	return true;
}

void doctor_backend_list(const struct doctor *doctor, const struct doctor_backend *backend,
	enum doctor_state state, struct strv *ret)
{
	for (size_t i = 0; doctor_checks[i].name != NULL; i++)
		if ((doctor_checks[i].backends & backend->bit) != 0 &&
			doctor->finding[i].state == state)
			strv_push(ret, doctor_checks[i].name);
}

char *doctor_backend_line(const struct doctor *doctor, const struct doctor_backend *backend)
{
	cleanup_strv struct strv failed = STRV_INIT, skipped = STRV_INIT;
	cleanup_free char *names = NULL;
	bool asked = (doctor->asked & backend->bit) != 0;

	doctor_backend_list(doctor, backend, DOCTOR_FAIL, &failed);
	doctor_backend_list(doctor, backend, DOCTOR_SKIP, &skipped);
	names = strv_join(failed.count ? &failed : &skipped, ", ");
	return xasprintf("backend %s: %s%s%s%s%s", backend->name,
		failed.count ? "not ready" : "ready",
		failed.count    ? " ("
		: skipped.count ? " (not tried: "
				: "",
		names, failed.count || skipped.count ? ")" : "", asked ? ", asked for" : "");
}

bool doctor_ready(const struct doctor *doctor)
{
	unsigned asked = doctor->asked ? doctor->asked : DOCTOR_FOR_ALL;

	for (size_t i = 0; doctor_backends[i].name != NULL; i++)
		if ((doctor_backends[i].bit & asked) != 0 &&
			doctor_backend_ready(doctor, &doctor_backends[i]))
			return true;
	return false;
}

char *doctor_conclusion(const struct doctor *doctor)
{
	const struct doctor_backend *at = doctor_backends;

	if (!doctor_ready(doctor))
		return xstrdup("NOT ready");
	/* The first one is what a launch takes unless it is told. */
	if (doctor->asked != 0 || doctor_backend_ready(doctor, at))
		return xstrdup("ready");
	while (!doctor_backend_ready(doctor, at))
		at++;
	return xasprintf("ready with --backend %s", at->name);
}
