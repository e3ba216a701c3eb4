/* Any object over what an engine that obeys says of the agent's container. What then still passes for the container
 * that was asked for has no more power than that one, by another reading of it than the program's. */
#include "agent_config.h"

#include "context.h"
#include "err.h"
#include "fuzz.h"
#include "lease.h"
#include "spec.h"

static json_t *body_of(void)
{
	json_auto_t *labels = json_pack("{s:s}", "io.bot-bottle.slug", "web");
	cleanup_spec struct bottle_spec spec = BOTTLE_SPEC_INIT;
	cleanup_error struct error err = ERROR_INIT;
	static struct lease lease;
	struct agent_config config = {.spec = &spec,
		.lease = &lease,
		.labels = labels,
		.image = "sha256:1",
		.network = "c0ffee",
		.guest = "/g"};
	json_t *body;

	spec.agent.cpus = 1;
	spec.agent.memory = 512;
	body = agent_config_body(&config, &err);
	FUZZ_RULE(body != NULL);
	return body;
}

static json_t *inspection(const json_t *body)
{
	json_t *copy = json_deep_copy(body);
	json_t *document = json_pack("{s:s, s:O, s:O}", "Image", "sha256:1", "Config", copy,
		"HostConfig", json_object_get(copy, "HostConfig"));

	json_decref(copy);
	FUZZ_RULE(document != NULL);
	return document;
}

static bool empty(const json_t *value)
{
	const char *text = json_string_value(value);

	return value == NULL || json_is_null(value) || json_is_false(value) ||
	       (text != NULL && *text == '\0') ||
	       (json_is_number(value) && !json_number_value(value));
}

/* An array or object in which there is at most something empty: [""], {"a": null}. */
static bool all_empty(const json_t *value)
{
	const char *key;
	json_t *part;
	size_t i;

	json_array_foreach (value, i, part)
		if (!empty(part) && !all_empty(part))
			return false;
	json_object_foreach ((json_t *)(uintptr_t)value, key, part)
		if (!empty(part) && !all_empty(part))
			return false;
	return empty(value) || json_is_array(value) || json_is_object(value);
}

static void check_host(const json_t *host)
{
	static const char *const none[] = {"Privileged", "CapAdd", "Devices", "DeviceRequests",
		"DeviceCgroupRules", "GroupAdd", "PidMode", "UsernsMode", "UTSMode", "VolumesFrom",
		"Mounts", "PortBindings", "PublishAllPorts", "CgroupParent", "Sysctls",
		"ExtraHosts", "Links", "OomKillDisable"};
	const char *ipc = json_string_value(json_object_get(host, "IpcMode"));

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		FUZZ_RULE(all_empty(json_object_get(host, none[i])));
	FUZZ_RULE(strcmp(json_string_value(json_object_get(host, "NetworkMode")), "c0ffee") == 0);
	FUZZ_RULE(json_array_size(json_object_get(host, "CapDrop")) == 1);
	FUZZ_RULE(json_array_size(json_object_get(host, "SecurityOpt")) == 1);
	FUZZ_RULE(json_array_size(json_object_get(host, "Binds")) == 1);
	FUZZ_RULE(ipc == NULL || *ipc == '\0' || strcmp(ipc, "private") == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static json_t *body;
	json_auto_t *over = json_loadb((const char *)data, size, 0, NULL), *document = NULL;
	char before[SHA256_HEX_LEN], after[SHA256_HEX_LEN];
	cleanup_error struct error err = ERROR_INIT;

	if (!json_is_object(over))
		return 0;
	if (body == NULL)
		body = body_of();
	document = inspection(body);
	FUZZ_RULE(agent_config_compare(document, body, &err) == 0);
	agent_config_digest(document, before);
	json_object_update_recursive(document, over);
	agent_config_digest(document, after);
	if (agent_config_compare(document, body, &err) == 0)
		check_host(json_object_get(document, "HostConfig"));
	else
		FUZZ_RULE(err.code == EXIT_REFUSED && strcmp(before, after) != 0);
	return 0;
}
