/* Defaults and checks of a whole spec. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bundle.h"
#include "childenv.h"
#include "engine_exec.h"
#include "err.h"
#include "mem.h"
#include "slug.h"
#include "spec.h"
#include "spec_check.h"
#include "spec_grammar.h"

/* Whether the file gives KEY, so that no default goes there. */
static bool given(const struct bottle_spec *spec, const char *key)
{
	return spec_yaml_line(&spec->source, key) != 0;
}

static void default_u32(struct bottle_spec *spec, const char *key, uint32_t *field, uint32_t value)
{
	if (*field == 0 && !given(spec, key))
		*field = value;
}

static void fill_defaults(struct bottle_spec *spec)
{
	struct spec_bundle *bundle = &spec->bundle;

	spec->version = 1;
	default_u32(spec, "agent.cpus", &spec->agent.cpus, SPEC_CPUS);
	default_u32(spec, "agent.memory", &spec->agent.memory, SPEC_MEMORY);
	default_u32(spec, "bundle.egress_port", &bundle->egress_port, SPEC_EGRESS_PORT);
	/* A file that says what to publish says all of it. */
	if (!given(spec, "bundle.publish"))
		default_u32(spec, "bundle.publish", &bundle->publish.port[SPEC_PORT_PROXY],
			SPEC_PROXY_PORT);
	if (bundle->image == NULL)
		bundle->image = xstrdup(SPEC_BUNDLE_IMAGE);
	if (!given(spec, "bundle.daemons")) {
		strv_push(&bundle->daemons, "egress");
		strv_push(&bundle->daemons, "pipelock");
	}
}

/* A container has a network of its own kind, and is made of an image as it is. */
static int check_container(struct bottle_spec *spec, struct error *err)
{
	if (spec->backend != SPEC_BACKEND_DOCKER)
		return 0;
	if (spec->network != SPEC_NETWORK_ALIAS)
		return spec_yaml_error(&spec->source, err, "network",
			"with backend docker the agent shares a closed network with its bundle: "
			"allowed is alias, or nothing");
	if (spec->agent.pack != NULL)
		return spec_yaml_error(&spec->source, err, "agent.pack",
			"a pack is smolvm's: with backend docker allowed is image or dockerfile");
	for (size_t i = 0; i < spec->agent.secret_env.count; i++) {
		const char *name = spec->agent.secret_env.item[i];
		cleanup_free char *key = xasprintf("agent.secret_env[%zu]", i);

		if (engine_exec_is_own(name))
			return spec_yaml_error(&spec->source, err, key,
				"%s would change the docker command itself: allowed are other "
				"names",
				name);
	}
	return 0;
}

static int check_top(struct bottle_spec *spec, struct error *err)
{
	cleanup_error struct error why = ERROR_INIT;

	if (spec->name != NULL && slug_check(spec->name, &why) != 0)
		return spec_yaml_error(&spec->source, err, "name", "%s", why.message);
	return check_container(spec, err);
}

static int check_file(struct bottle_spec *spec, const char *key, char **path, struct error *err)
{
	cleanup_free char *folder = spec_folder(spec, err);
	struct stat st;

	if (folder == NULL || spec_resolve(spec, folder, key, path, err) != 0)
		return -1;
	if (stat(*path, &st) != 0 || !S_ISREG(st.st_mode))
		return spec_yaml_error(
			&spec->source, err, key, "%s: allowed is a regular file", *path);
	return 0;
}

static int check_workload(struct bottle_spec *spec, struct error *err)
{
	struct {
		const char *key, *name;
		char **value;
	} source[] = {
		{"agent.image", "image", &spec->agent.image},
		{"agent.dockerfile", "dockerfile", &spec->agent.dockerfile},
		{"agent.pack", "pack", &spec->agent.pack},
	};
	int found = -1;

	for (int i = 0; i < 3; i++) {
		if (*source[i].value == NULL)
			continue;
		if (found >= 0)
			return spec_yaml_error(&spec->source, err, source[i].key,
				"%s is given too: allowed is exactly one of image, dockerfile, "
				"pack",
				source[found].name);
		found = i;
	}
	if (found < 0) {
		spec_yaml_error(&spec->source, err, "agent",
			"nothing to run: allowed is exactly one of image, dockerfile, pack");
		return err_note(
			err, "next", "give one in the file, or --image, --dockerfile or --pack");
	}
	if (found > 0)
		return check_file(spec, source[found].key, source[found].value, err);
	if (!spec_image_valid(spec->agent.image))
		return spec_yaml_error(&spec->source, err, "agent.image", "%s", SPEC_IMAGE_RULE);
	return 0;
}

static int check_range(struct bottle_spec *spec, const char *key, uint32_t value, uint32_t min,
	uint32_t max, const char *rule, struct error *err)
{
	if (value >= min && value <= max)
		return 0;
	return spec_yaml_error(&spec->source, err, key, "got %u: %s", value, rule);
}

/* Names of "K=V" entries. Only those of the file can be wrong; -e has been checked. */
static int check_env(
	struct bottle_spec *spec, const char *list, const struct strv *env, struct error *err)
{
	for (size_t i = 0; i < env->count; i++) {
		size_t len = strcspn(env->item[i], "=");
		cleanup_free char *key = xasprintf("%s.%.*s", list, (int)len, env->item[i]);

		if (!spec_env_name_valid(env->item[i], len))
			return spec_yaml_error(&spec->source, err, key, "no name of a variable: %s",
				SPEC_ENV_NAME_RULE);
	}
	return 0;
}

static bool has_name(const struct strv *env, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < env->count; i++)
		if (strncmp(env->item[i], name, len) == 0 && env->item[i][len] == '=')
			return true;
	return false;
}

/* Bare names. A wrong one is not repeated: it may be the secret itself, put in the place of its
 * name. */
static int check_names(struct bottle_spec *spec, const char *list, const struct strv *names,
	const char *other_list, const struct strv *other, struct error *err)
{
	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->item[i];
		cleanup_free char *key = xasprintf("%s[%zu]", list, i);

		if (!spec_env_name_valid(name, strlen(name)))
			return spec_yaml_error(&spec->source, err, key,
				"not a bare name (the value comes from the environment): %s",
				SPEC_ENV_NAME_RULE);
		if (has_name(other, name))
			return spec_yaml_error(&spec->source, err, key,
				"%s is in %s too: allowed is one of the two", name, other_list);
		for (size_t j = 0; j < i; j++)
			if (strcmp(names->item[j], name) == 0)
				return spec_yaml_error(&spec->source, err, key,
					"%s is listed twice: allowed is once", name);
	}
	return 0;
}

static int check_agent(struct bottle_spec *spec, struct error *err)
{
	struct spec_agent *agent = &spec->agent;

	if (check_workload(spec, err) != 0 ||
		check_range(spec, "agent.cpus", agent->cpus, 1, SPEC_CPUS_MAX, SPEC_CPUS_RULE,
			err) != 0 ||
		check_range(spec, "agent.memory", agent->memory, SPEC_MEMORY_MIN, SPEC_MEMORY_MAX,
			SPEC_MEMORY_RULE, err) != 0 ||
		check_env(spec, "agent.env", &agent->env, err) != 0)
		return -1;
	for (size_t i = 0; i < agent->secret_env.count; i++) {
		const char *name = agent->secret_env.item[i];
		cleanup_free char *key = xasprintf("agent.secret_env[%zu]", i);

		/* smolvm takes the value out of its own environment. */
		if (childenv_is_loader(name))
			return spec_yaml_error(&spec->source, err, key,
				"%s would change smolvm itself: allowed are names that do not "
				"begin with SMOLVM_, LD_ or DYLD_",
				name);
	}
	return check_names(
		spec, "agent.secret_env", &agent->secret_env, "agent.env", &agent->env, err);
}

static int check_publish(struct bottle_spec *spec, struct error *err)
{
	const struct spec_bundle *bundle = &spec->bundle;

	if (check_range(spec, "bundle.egress_port", bundle->egress_port, 1, 65535, SPEC_PORT_RULE,
		    err) != 0)
		return -1;
	if (bundle->egress_port == BUNDLE_LEASE_PORT)
		return spec_yaml_error(&spec->source, err, "bundle.egress_port",
			"%u is the lease port, which every bottle publishes: allowed is any other "
			"port",
			bundle->egress_port);
	for (int i = 0; i < SPEC_PORT_COUNT; i++) {
		uint32_t port = bundle->publish.port[i];
		cleanup_free char *key =
			xasprintf("bundle.publish.%s", spec_port_name((enum spec_port)i));

		if (port == 0 && !given(spec, key))
			continue;
		if (check_range(spec, key, port, 1, 65535, SPEC_PORT_RULE, err) != 0)
			return -1;
		if (port == bundle->egress_port)
			return spec_yaml_error(&spec->source, err, key,
				"%u is bundle.egress_port, which is never published: allowed is "
				"any other "
				"port",
				port);
		if (port == BUNDLE_LEASE_PORT)
			return spec_yaml_error(&spec->source, err, key,
				"%u is the lease port of every bottle: allowed is any other port",
				port);
		for (int j = 0; j < i; j++)
			if (bundle->publish.port[j] == port)
				return spec_yaml_error(&spec->source, err, key,
					"%u is published as %s too: allowed are distinct ports",
					port, spec_port_name((enum spec_port)j));
	}
	return 0;
}

/* BOT_BOTTLE_ is how we talk to the bundle (its daemon list, its token); which of two values an
 * engine would hand on is not for a file to try. */
static int check_reserved(struct bottle_spec *spec, struct error *err)
{
	static const char prefix[] = "BOT_BOTTLE_";
	const struct spec_bundle *bundle = &spec->bundle;

	for (size_t i = 0; i < bundle->env.count + bundle->forward_env.count; i++) {
		bool bare = i >= bundle->env.count;
		const char *name = bare ? bundle->forward_env.item[i - bundle->env.count]
					: bundle->env.item[i];
		cleanup_free char *key = NULL;

		if (strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		key = bare ? xasprintf("bundle.forward_env[%zu]", i - bundle->env.count)
			   : xasprintf("bundle.env.%.*s", (int)strcspn(name, "="), name);
		return spec_yaml_error(&spec->source, err, key,
			"names that begin with %s are set by bottle: allowed are others", prefix);
	}
	return 0;
}

static int check_daemons(struct bottle_spec *spec, struct error *err)
{
	const struct strv *daemons = &spec->bundle.daemons;

	for (size_t i = 0; i < daemons->count; i++) {
		cleanup_free char *key = xasprintf("bundle.daemons[%zu]", i);

		if (!spec_daemon_valid(daemons->item[i]))
			return spec_yaml_error(&spec->source, err, key, "'%.60s': %s",
				daemons->item[i], SPEC_DAEMON_RULE);
	}
	return 0;
}

static int check_bundle(struct bottle_spec *spec, struct error *err)
{
	struct spec_bundle *bundle = &spec->bundle;

	if (!spec_image_valid(bundle->image))
		return spec_yaml_error(&spec->source, err, "bundle.image", "%s", SPEC_IMAGE_RULE);
	if (check_daemons(spec, err) != 0 ||
		check_env(spec, "bundle.env", &bundle->env, err) != 0 ||
		check_names(spec, "bundle.forward_env", &bundle->forward_env, "bundle.env",
			&bundle->env, err) != 0 ||
		check_reserved(spec, err) != 0)
		return -1;
	return check_publish(spec, err);
}

int spec_finish(struct bottle_spec *spec, struct error *err)
{
	if (given(spec, "version") && spec->version != 1)
		return spec_yaml_error(
			&spec->source, err, "version", "got %u: allowed is 1", spec->version);
	fill_defaults(spec);
	if (check_top(spec, err) != 0 || check_agent(spec, err) != 0 ||
		check_bundle(spec, err) != 0)
		return -1;
	return spec_check_mounts(spec, err);
}
