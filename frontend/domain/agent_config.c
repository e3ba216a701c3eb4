/* The agent's container as a document.
 *
 * It runs as the user who launches, never as root: what root writes in a folder of the host is root's there, and a
 * setuid file of root's would be one for everyone on this host. No capability, no new privileges, no port, no device,
 * no name of the host's resolver. No code of the image runs before the probes: neither its entry point nor its health
 * check. */
#include "agent_config.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "guest.h"
#include "lease.h"
#include "mem.h"
#include "names.h"
#include "spec.h"

enum {
	PIDS_MAX = 4096,
	CPU_PERIOD = 100000, /* microseconds, the kernel's default */
};

static int add_text(json_t *list, const char *text, const char *key, struct error *err)
{
	if (json_array_append_new(list, json_string(text)) == 0)
		return 0;
	return err_set(err, EXIT_DATA, "%s: not UTF-8, which the engine's API cannot carry", key);
}

static int add_binds(json_t *list, const struct agent_config *config, struct error *err)
{
	const struct spec_mounts *mounts = &config->spec->agent.mounts;
	cleanup_free char *own = xasprintf("%s:%s:ro", config->guest, GUEST_FOLDER);

	if (add_text(list, own, "the guest program", err) != 0)
		return -1;
	for (size_t i = 0; i < mounts->count; i++) {
		const struct spec_mount *mount = &mounts->item[i];
		cleanup_free char *key = xasprintf("agent.mounts[%zu]", i);
		cleanup_free char *text = xasprintf(
			"%s:%s%s", mount->host, mount->guest, mount->read_only ? ":ro" : "");

		if (add_text(list, text, key, err) != 0)
			return -1;
	}
	return 0;
}

/* Processors as a quota: NanoCpus is refused where the host has fewer. */
static json_t *host_config(const struct agent_config *config, json_t *binds)
{
	const struct spec_agent *agent = &config->spec->agent;
	json_int_t memory = (json_int_t)agent->memory << 20;
	json_t *host = json_pack(
		"{s:O, s:s, s:{s:s, s:i}, s:[s], s:[s], s:i, s:I, s:I, s:i, s:I, s:[s], s:[s]}",
		"Binds", binds, "NetworkMode", config->network, "RestartPolicy", "Name", "no",
		"MaximumRetryCount", 0, "CapDrop", "ALL", "SecurityOpt", "no-new-privileges:true",
		"PidsLimit", (int)PIDS_MAX, "Memory", memory, "MemorySwap", memory, "CpuPeriod",
		(int)CPU_PERIOD, "CpuQuota", (json_int_t)agent->cpus * CPU_PERIOD, "Dns",
		config->lease->inside.bundle_ip, "DnsSearch", ".");

	if (config->read_only) {
		json_object_set_new(host, "ReadonlyRootfs", json_true());
		json_object_set_new(
			host, "Tmpfs", json_pack("{s:s, s:s}", "/tmp", "mode=1777", "/run", ""));
	}
	return host;
}

json_t *agent_config_body(const struct agent_config *config, struct error *err)
{
	json_auto_t *labels = json_deep_copy(config->labels), *env = json_array();
	json_auto_t *binds = json_array();
	const struct strv *given = &config->spec->agent.env;
	cleanup_free char *user = xasprintf("%u:%u", (unsigned)geteuid(), (unsigned)getegid());

	if (add_binds(binds, config, err) != 0)
		return NULL;
	for (size_t i = 0; i < given->count; i++)
		if (add_text(env, given->item[i], "agent.env", err) != 0)
			return NULL;
	json_object_set_new(labels, LABEL_ALIAS, json_string(config->lease->alias));
	return json_pack("{s:s, s:O, s:O, s:s, s:[s], s:[s], s:{s:[s]}, s:o,"
			 " s:{s:{s:{s:s, s:{s:s}}}}}",
		"Image", config->image, "Labels", labels, "Env", env, "User", user, "Entrypoint",
		GUEST_PROGRAM, "Cmd", "hold", "Healthcheck", "Test", "NONE", "HostConfig",
		host_config(config, binds), "NetworkingConfig", "EndpointsConfig", config->network,
		"NetworkID", config->network, "IPAMConfig", "IPv4Address",
		config->lease->inside.agent_ip);
}

static bool is_nothing(const json_t *value)
{
	const char *key;
	json_t *part;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_TRUE:
		return false;
	case JSON_STRING:
		return *json_string_value(value) == '\0';
	case JSON_INTEGER:
	case JSON_REAL:
		return json_number_value(value) == 0;
	case JSON_ARRAY:
		json_array_foreach (value, i, part)
			if (!is_nothing(part))
				return false;
		return true;
	case JSON_OBJECT:
		json_object_foreach ((json_t *)value, key, part)
			if (!is_nothing(part))
				return false;
		return true;
	}
	return false;
}

/* Where engines and their administrators put defaults of their own, none of which lets a container out: the
 * log's driver, limits, the runtime, the name of a control group's mode, a tiny init. */
static bool is_harmless(const char *key)
{
	static const char *const keys[] = {"LogConfig", "ShmSize", "ConsoleSize", "CgroupnsMode",
		"Runtime", "Isolation", "Ulimits", "Init", "OomScoreAdj", "MemorySwappiness"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

/* /proc and /sys are masked by these lists; none at all is how an engine says "unconfined". */
static bool is_mask(const char *key)
{
	return strcmp(key, "MaskedPaths") == 0 || strcmp(key, "ReadonlyPaths") == 0;
}

/* An engine whose kernel cannot limit swap takes that wish back, and keeps the limit on memory itself (moby,
 * daemon/daemon_unix.go, verifyPlatformContainerResources; seen with Debian 12's kernel and Docker 20.10). */
static bool is_swap_without_limit(const char *key, const json_t *value)
{
	return strcmp(key, "MemorySwap") == 0 && json_is_integer(value) &&
	       json_integer_value(value) == -1;
}

static bool is_right(const char *key, const json_t *value, const json_t *wanted)
{
	const char *text = json_string_value(value);

	if (wanted != NULL)
		return json_equal(value, wanted) || is_swap_without_limit(key, value);
	if (is_mask(key))
		return json_array_size(value) > 0;
	if (strcmp(key, "IpcMode") == 0)
		return text != NULL && (*text == '\0' || strcmp(text, "private") == 0);
	return is_harmless(key) || is_nothing(value);
}

static int not_as_asked(const char *key, const json_t *value, struct error *err)
{
	cleanup_free char *text =
		value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : xstrdup("missing");

	err_set(err, EXIT_REFUSED, "the engine made the agent's container with %s %.200s", key,
		text ? text : "?");
	return err_note(err, "why", "that is not what it was asked for");
}

/* Every key of WANTED must be in GOT, and equal. */
static int compare_part(const json_t *got, const json_t *wanted, struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)wanted, key, value)
		if (!json_equal(json_object_get(got, key), value))
			return not_as_asked(key, json_object_get(got, key), err);
	return 0;
}

int agent_config_compare(const json_t *document, const json_t *body, struct error *err)
{
	static const char *const config_keys[] = {"User", "Entrypoint", "Cmd"};
	const json_t *host = json_object_get(document, "HostConfig");
	const json_t *config = json_object_get(document, "Config");
	const json_t *wanted = json_object_get(body, "HostConfig");
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)wanted, key, value)
		if (!is_right(key, json_object_get(host, key), value))
			return not_as_asked(key, json_object_get(host, key), err);
	json_object_foreach ((json_t *)host, key, value)
		if (json_object_get(wanted, key) == NULL && !is_right(key, value, NULL))
			return not_as_asked(key, value, err);
	/* What the image says of intervals stays; no test, no check. */
	if (compare_part(json_object_get(config, "Healthcheck"),
		    json_object_get(body, "Healthcheck"), err) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(config_keys) / sizeof(config_keys[0]); i++) {
		value = json_object_get(config, config_keys[i]);
		if (!json_equal(value, json_object_get(body, config_keys[i])))
			return not_as_asked(config_keys[i], value, err);
	}
	value = json_object_get(document, "Image");
	return json_equal(value, json_object_get(body, "Image"))
		       ? 0
		       : not_as_asked("Image", value, err);
}

void agent_config_digest(const json_t *document, char hex[static SHA256_HEX_LEN])
{
	static const char *const keys[] = {"HostConfig", "Config", "Image", "Path", "Args"};
	json_auto_t *parts = json_object();
	cleanup_free char *text = NULL;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_set(parts, keys[i], json_object_get(document, keys[i]));
	text = json_dumps(parts, JSON_COMPACT | JSON_SORT_KEYS);
	sha256_hex(text ? text : "", text ? strlen(text) : 0, hex);
}
