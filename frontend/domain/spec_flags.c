/* The command line's side of a spec. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "num.h"
#include "slug.h"
#include "spec.h"
#include "spec_check.h"
#include "spec_grammar.h"
#include "spec_schema.h"

/* Puts a copy of VALUE in *FIELD, whose line in the file no longer matters. */
static void replace(struct bottle_spec *spec, char **field, const char *path, const char *value)
{
	free(*field);
	*field = xstrdup(value);
	spec_yaml_forget(&spec->source, path);
}

int spec_set_name(struct bottle_spec *spec, const char *value, struct error *err)
{
	if (slug_check(value, err) != 0)
		return -1;
	replace(spec, &spec->name, "name", value);
	return 0;
}

int spec_set_backend(struct bottle_spec *spec, const char *value, struct error *err)
{
	int backend;

	if (!spec_backend_parse(value, &backend))
		return err_set(err, EXIT_USAGE_ERROR,
			"--backend: got '%.40s': allowed are smolvm, docker", value);
	spec->backend = (enum spec_backend)backend;
	spec_yaml_forget(&spec->source, "backend");
	return 0;
}

int spec_set_network(struct bottle_spec *spec, const char *value, struct error *err)
{
	int network;

	if (!spec_network_parse(value, &network))
		return err_set(err, EXIT_USAGE_ERROR,
			"--network: got '%.40s': allowed are alias, sealed", value);
	spec->network = (enum spec_network)network;
	spec_yaml_forget(&spec->source, "network");
	return 0;
}

/* Makes KEY (one of image, dockerfile, pack) the agent's only source. Takes VALUE. */
static int set_workload(
	struct bottle_spec *spec, const char *key, char **field, char *value, struct error *err)
{
	struct spec_agent *agent = &spec->agent;

	if (spec->workload_key != NULL && strcmp(spec->workload_key, key) != 0) {
		free(value);
		return err_set(err, EXIT_USAGE_ERROR, "--%s and --%s exclude each other",
			spec->workload_key, key);
	}
	free(agent->image);
	free(agent->dockerfile);
	free(agent->pack);
	agent->image = agent->dockerfile = agent->pack = NULL;
	spec_yaml_forget(&spec->source, "agent.image");
	spec_yaml_forget(&spec->source, "agent.dockerfile");
	spec_yaml_forget(&spec->source, "agent.pack");
	*field = value;
	spec->workload_key = key;
	return 0;
}

/* VALUE counted from the working directory; NULL with *err set. */
static char *absolute(const char *flag, const char *value, struct error *err)
{
	cleanup_free char *folder = NULL;

	if (*value == '\0') {
		err_set(err, EXIT_USAGE_ERROR, "%s: the path is empty", flag);
		return NULL;
	}
	if (*value == '/')
		return xstrdup(value);
	folder = getcwd(NULL, 0);
	if (folder == NULL) {
		err_errno(err, EXIT_USAGE_ERROR, "%s: find the working directory", flag);
		return NULL;
	}
	return xasprintf("%s/%s", folder, value);
}

int spec_set_image(struct bottle_spec *spec, const char *value, struct error *err)
{
	if (!spec_image_valid(value))
		return err_set(
			err, EXIT_USAGE_ERROR, "--image: '%.60s': %s", value, SPEC_IMAGE_RULE);
	return set_workload(spec, "image", &spec->agent.image, xstrdup(value), err);
}

int spec_set_dockerfile(struct bottle_spec *spec, const char *value, struct error *err)
{
	char *path = absolute("--dockerfile", value, err);

	if (path == NULL)
		return -1;
	return set_workload(spec, "dockerfile", &spec->agent.dockerfile, path, err);
}

int spec_set_pack(struct bottle_spec *spec, const char *value, struct error *err)
{
	char *path = absolute("--pack", value, err);

	if (path == NULL)
		return -1;
	return set_workload(spec, "pack", &spec->agent.pack, path, err);
}

int spec_set_cpus(struct bottle_spec *spec, const char *value, struct error *err)
{
	if (!parse_u32(value, 1, SPEC_CPUS_MAX, &spec->agent.cpus))
		return err_set(
			err, EXIT_USAGE_ERROR, "--cpus: got '%.40s': %s", value, SPEC_CPUS_RULE);
	spec_yaml_forget(&spec->source, "agent.cpus");
	return 0;
}

int spec_set_memory(struct bottle_spec *spec, const char *value, struct error *err)
{
	if (!parse_u32(value, SPEC_MEMORY_MIN, SPEC_MEMORY_MAX, &spec->agent.memory))
		return err_set(err, EXIT_USAGE_ERROR, "--memory: got '%.40s': %s", value,
			SPEC_MEMORY_RULE);
	spec_yaml_forget(&spec->source, "agent.memory");
	return 0;
}

int spec_set_bundle_image(struct bottle_spec *spec, const char *value, struct error *err)
{
	if (!spec_image_valid(value))
		return err_set(err, EXIT_USAGE_ERROR, "--bundle-image: '%.60s': %s", value,
			SPEC_IMAGE_RULE);
	replace(spec, &spec->bundle.image, "bundle.image", value);
	return 0;
}

int spec_set_publish(struct bottle_spec *spec, const char *value, struct error *err)
{
	const char *equals = strchr(value, '=');
	size_t len = equals != NULL ? (size_t)(equals - value) : 0;

	for (int i = 0; i < SPEC_PORT_COUNT; i++) {
		const char *name = spec_port_name((enum spec_port)i);
		cleanup_free char *path = xasprintf("bundle.publish.%s", name);

		if (len != strlen(name) || strncmp(value, name, len) != 0)
			continue;
		if (spec->bundle.publish.given[i])
			return err_set(err, EXIT_USAGE_ERROR, "--publish: %s is given twice", name);
		spec->bundle.publish.given[i] = true;
		if (!parse_u32(equals + 1, 1, 65535, &spec->bundle.publish.port[i]))
			return err_set(err, EXIT_USAGE_ERROR, "--publish: got '%.60s': %s", value,
				SPEC_PORT_RULE);
		spec_yaml_forget(&spec->source, path);
		return 0;
	}
	return err_set(err, EXIT_USAGE_ERROR,
		"--publish: got '%.60s': allowed are proxy=PORT, git=PORT, supervise=PORT", value);
}

/* Removes the entry of the LEN-byte name at NAME. */
static void drop_env(struct strv *env, const char *name, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < env->count; i++) {
		if (strncmp(env->item[i], name, len) == 0 && env->item[i][len] == '=')
			free(env->item[i]);
		else
			env->item[kept++] = env->item[i];
	}
	env->count = kept;
	if (env->item != NULL)
		env->item[kept] = NULL;
}

int spec_add_env(struct bottle_spec *spec, const char *value, struct error *err)
{
	size_t len = strcspn(value, "=");
	cleanup_free char *name = xstrndup(value, len);
	cleanup_free char *path = xasprintf("agent.env.%s", name);
	const char *content = value[len] == '=' ? value + len + 1 : getenv(name);

	/* The text is not repeated: a secret given without its name would be in it. */
	if (!spec_env_name_valid(value, len))
		return err_set(err, EXIT_USAGE_ERROR,
			"-e: what stands before '=' is no name of a variable: %s",
			SPEC_ENV_NAME_RULE);
	if (content == NULL)
		return err_set(err, EXIT_USAGE_ERROR,
			"-e %s: not set in this environment: allowed is %s=VALUE, or setting it "
			"first",
			name, name);
	drop_env(&spec->agent.env, value, len);
	strv_pushf(&spec->agent.env, "%s=%s", name, content);
	spec_yaml_forget(&spec->source, path);
	return 0;
}

int spec_add_mount(struct bottle_spec *spec, const char *value, struct error *err)
{
	struct spec_mounts *mounts = &spec->agent.mounts;
	size_t host_len = strcspn(value, ":");
	const char *guest = value[host_len] == ':' ? value + host_len + 1 : "";
	size_t guest_len = strcspn(guest, ":");
	cleanup_free char *host = xstrndup(value, host_len);
	char *path;

	if (host_len == 0 || guest_len == 0 ||
		(guest[guest_len] == ':' && strcmp(guest + guest_len, ":ro") != 0))
		return err_set(err, EXIT_USAGE_ERROR,
			"--mount: got '%.200s': allowed is HOST:GUEST or HOST:GUEST:ro, no ':' in "
			"a path",
			value);
	path = absolute("--mount", host, err);
	if (path == NULL)
		return -1;
	mounts->item = xrealloc(mounts->item, mounts->count + 1, sizeof(*mounts->item));
	mounts->item[mounts->count++] = (struct spec_mount){
		.host = path,
		.guest = xstrndup(guest, guest_len),
		.read_only = guest[guest_len] == ':',
	};
	return 0;
}

int spec_add_allow_mount(struct bottle_spec *spec, const char *value, struct error *err)
{
	char *path = absolute("--allow-mount", value, err);

	if (path == NULL)
		return -1;
	strv_take(&spec->allow_mounts, path);
	return 0;
}
