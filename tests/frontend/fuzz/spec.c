/* Any bytes as a bottle.yaml. */
#include "spec.h"

#include "err.h"
#include "fuzz.h"
#include "slug.h"

static void check_ports(const struct bottle_spec *spec)
{
	for (int i = 0; i < SPEC_PORT_COUNT; i++) {
		FUZZ_RULE(spec->bundle.publish.port[i] <= 65535);
		FUZZ_RULE(spec->bundle.publish.port[i] != spec->bundle.egress_port);
	}
}

static void check_mounts(const struct spec_mounts *mounts, bool bundle)
{
	for (size_t i = 0; i < mounts->count; i++) {
		FUZZ_RULE(mounts->item[i].host[0] == '/' && mounts->item[i].guest[0] == '/');
		FUZZ_RULE(strchr(mounts->item[i].host, ':') == NULL);
		FUZZ_RULE(strchr(mounts->item[i].guest, ':') == NULL);
		FUZZ_RULE(mounts->item[i].read_only || !bundle);
	}
}

static void check_env(const struct strv *env)
{
	for (size_t i = 0; i < env->count; i++)
		FUZZ_RULE(env->item[i][0] != '=' && strchr(env->item[i], '=') != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char file[300];
	cleanup_spec struct bottle_spec spec = BOTTLE_SPEC_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *bytes = fuzz_text(data, size);

	if (file[0] == '\0') {
		FUZZ_RULE(chdir(fuzz_folder()) == 0 && mkdir("src", 0700) == 0);
		snprintf(file, sizeof(file), "%s/bottle.yaml", fuzz_folder());
	}
	if (spec_parse(&spec, file, bytes, strlen(bytes), &err) != 0 ||
		spec_finish(&spec, &err) != 0) {
		FUZZ_RULE(err.code == EXIT_DATA && err.message != NULL);
		return 0;
	}
	FUZZ_RULE((spec.agent.image != NULL) + (spec.agent.dockerfile != NULL) +
			  (spec.agent.pack != NULL) ==
		  1);
	FUZZ_RULE(spec.agent.image == NULL || spec.agent.image[0] != '-');
	FUZZ_RULE(spec.bundle.image != NULL && spec.bundle.image[0] != '-');
	FUZZ_RULE(spec.name == NULL || slug_valid(spec.name));
	FUZZ_RULE(spec.agent.cpus > 0 && spec.agent.memory > 0);
	check_ports(&spec);
	check_mounts(&spec.agent.mounts, false);
	check_mounts(&spec.bundle.mounts, true);
	check_env(&spec.agent.env);
	check_env(&spec.bundle.env);
	return 0;
}
