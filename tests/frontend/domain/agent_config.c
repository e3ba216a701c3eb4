/* The agent's container as a document: what an engine that obeys says of it passes, and whatever an engine, a default
 * or somebody between could add to it is refused by name. */
#include "agent_config.h"

#include <stdlib.h>
#include <unistd.h>

#include "context.h"
#include "err.h"
#include "lease.h"
#include "mem.h"
#include "spec.h"
#include "tap.h"

static struct lease lease;

static json_t *body_of(struct bottle_spec *spec, bool read_only, struct error *err)
{
	json_auto_t *labels = json_pack("{s:s}", "io.bot-bottle.slug", "web");
	struct agent_config config = {.spec = spec,
		.lease = &lease,
		.labels = labels,
		.image = "sha256:1",
		.network = "c0ffee",
		.guest = "/home/u/.cache/bot-bottle/guest/1",
		.read_only = read_only};

	return agent_config_body(&config, err);
}

/* What docker 20.10 makes of BODY: all of that, and its own defaults. */
static json_t *inspection(const json_t *body)
{
	json_t *document = json_pack("{s:s, s:{s:O, s:O, s:O, s:O, s:[s]}, s:o, s:s, s:[s]}",
		"Image", "sha256:1", "Config", "User", json_object_get(body, "User"), "Entrypoint",
		json_object_get(body, "Entrypoint"), "Cmd", json_object_get(body, "Cmd"),
		"Healthcheck", json_object_get(body, "Healthcheck"), "Env", "A=b", "HostConfig",
		json_deep_copy(json_object_get(body, "HostConfig")), "Path",
		"/.bottle/bottle-guest", "Args", "hold");
	json_auto_t *defaults = json_loads(
		"{\"AutoRemove\": false, \"CapAdd\": null, \"CgroupnsMode\": \"host\", \"Cgroup\": "
		"\"\", \"ConsoleSize\": [0, 0], \"Devices\": [], \"DnsOptions\": [], \"IpcMode\": "
		"\"private\", \"Isolation\": \"\", \"Links\": null, \"LogConfig\": {\"Type\": "
		"\"json-file\", \"Config\": {}}, \"MaskedPaths\": [\"/proc/kcore\"], "
		"\"MemorySwappiness\": null, \"OomKillDisable\": false, \"PidMode\": \"\", "
		"\"PortBindings\": {}, \"Privileged\": false, \"PublishAllPorts\": false, "
		"\"ReadonlyPaths\": [\"/proc/sys\"], \"ReadonlyRootfs\": false, \"Runtime\": "
		"\"runc\", \"ShmSize\": 67108864, \"Ulimits\": [], \"UsernsMode\": \"\"}",
		0, NULL);

	json_object_update_missing(json_object_get(document, "HostConfig"), defaults);
	return document;
}

static const struct {
	const char *name, *part, *key, *value;
} changed[] = {
	{"all privileges", "HostConfig", "Privileged", "true"},
	{"a capability", "HostConfig", "CapAdd", "[\"NET_ADMIN\"]"},
	{"fewer capabilities dropped", "HostConfig", "CapDrop", "[\"NET_RAW\"]"},
	{"none dropped", "HostConfig", "CapDrop", "null"},
	{"new privileges", "HostConfig", "SecurityOpt", "[]"},
	{"no filter of system calls", "HostConfig", "SecurityOpt",
		"[\"no-new-privileges:true\", \"seccomp=unconfined\"]"},
	{"the host's network", "HostConfig", "NetworkMode", "\"host\""},
	{"another network", "HostConfig", "NetworkMode", "\"bridge\""},
	{"the host's processes", "HostConfig", "PidMode", "\"host\""},
	{"another container's processes", "HostConfig", "PidMode", "\"container:1\""},
	{"the host's shared memory", "HostConfig", "IpcMode", "\"host\""},
	{"somebody's shared memory", "HostConfig", "IpcMode", "\"container:1\""},
	{"shared memory for others", "HostConfig", "IpcMode", "\"shareable\""},
	{"the host's name", "HostConfig", "UTSMode", "\"host\""},
	{"the host's users", "HostConfig", "UsernsMode", "\"host\""},
	{"a device", "HostConfig", "Devices", "[{\"PathOnHost\": \"/dev/kvm\"}]"},
	{"a rule for devices", "HostConfig", "DeviceCgroupRules", "[\"c 1:3 rwm\"]"},
	{"a GPU", "HostConfig", "DeviceRequests", "[{\"Count\": -1}]"},
	{"a published port", "HostConfig", "PortBindings",
		"{\"80/tcp\": [{\"HostIp\": \"\", \"HostPort\": \"80\"}]}"},
	{"all ports published", "HostConfig", "PublishAllPorts", "true"},
	{"one more bind", "HostConfig", "Binds",
		"[\"/home/u/.cache/bot-bottle/guest/1:/.bottle:ro\", \"/:/host\"]"},
	{"no bind of ours", "HostConfig", "Binds", "null"},
	{"a mount of the other kind", "HostConfig", "Mounts", "[{\"Source\": \"/\"}]"},
	{"somebody's volumes", "HostConfig", "VolumesFrom", "[\"1\"]"},
	{"a link", "HostConfig", "Links", "[\"/1:/1\"]"},
	{"a host's name", "HostConfig", "ExtraHosts", "[\"host.docker.internal:host-gateway\"]"},
	{"another resolver", "HostConfig", "Dns", "[\"8.8.8.8\"]"},
	{"no resolver", "HostConfig", "Dns", "[]"},
	{"a search domain", "HostConfig", "DnsSearch", "[\"lan\"]"},
	{"a group", "HostConfig", "GroupAdd", "[\"docker\"]"},
	{"a system setting", "HostConfig", "Sysctls", "{\"net.ipv4.ip_forward\": \"1\"}"},
	{"a restart", "HostConfig", "RestartPolicy", "{\"Name\": \"always\"}"},
	{"more memory", "HostConfig", "Memory", "0"},
	{"more swap", "HostConfig", "MemorySwap", "2147483648"},
	{"no word of swap", "HostConfig", "MemorySwap", "null"},
	{"more processes", "HostConfig", "PidsLimit", "0"},
	{"/proc as it is", "HostConfig", "MaskedPaths", "null"},
	{"/proc to be written", "HostConfig", "ReadonlyPaths", "[]"},
	{"a key that nobody knows", "HostConfig", "Teleport", "{\"To\": [\"\", 1]}"},
	{"another user", "Config", "User", "\"4242:0\""},
	{"the image's entry point", "Config", "Entrypoint", "[\"/bin/sh\"]"},
	{"another command", "Config", "Cmd", "null"},
	{"the image's health check", "Config", "Healthcheck", "{\"Test\": [\"CMD\", \"/x\"]}"},
	{"no word of a health check", "Config", "Healthcheck", "null"},
};

static const struct {
	const char *name, *key, *value;
} harmless[] = {
	{"a key that nobody knows, with nothing in it", "Teleport",
		"{\"To\": [\"\", 0, {}, [], null, false]}"},
	{"another log driver", "LogConfig", "{\"Type\": \"journald\"}"},
	{"another runtime", "Runtime", "\"runsc\""},
	{"limits of the daemon", "Ulimits", "[{\"Name\": \"nofile\", \"Soft\": 1}]"},
	{"a tiny init", "Init", "true"},
	{"an engine's empty IpcMode", "IpcMode", "\"\""},
	{"no limit on swap, where a kernel has none", "MemorySwap", "-1"},
};

static void test_refusals(const json_t *body)
{
	for (size_t i = 0; i < sizeof(changed) / sizeof(changed[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;
		json_auto_t *document = inspection(body);
		json_t *value = json_loads(changed[i].value, JSON_DECODE_ANY, NULL);

		json_object_set_new(
			json_object_get(document, changed[i].part), changed[i].key, value);
		ok(agent_config_compare(document, body, &err) == -1 && err.code == EXIT_REFUSED &&
				strstr(err.message, strcmp(changed[i].key, "Healthcheck") == 0
							    ? "Test"
							    : changed[i].key) != NULL,
			"refuses %s, by its key", changed[i].name);
	}
}

static void test_missing(const json_t *body)
{
	const char *key;
	json_t *value;

	json_object_foreach (json_object_get(body, "HostConfig"), key, value) {
		cleanup_error struct error err = ERROR_INIT;
		json_auto_t *document = inspection(body);

		json_object_del(json_object_get(document, "HostConfig"), key);
		ok(agent_config_compare(document, body, &err) == -1, "refuses without %s", key);
	}
}

static void test_harmless(const json_t *body)
{
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;
		json_auto_t *document = inspection(body);

		json_object_set_new(json_object_get(document, "HostConfig"), harmless[i].key,
			json_loads(harmless[i].value, JSON_DECODE_ANY, NULL));
		ok(agent_config_compare(document, body, &err) == 0, "takes %s", harmless[i].name);
	}
}

static void test_digest(const json_t *body)
{
	json_auto_t *document = inspection(body), *other = inspection(body);
	char first[SHA256_HEX_LEN], second[SHA256_HEX_LEN];

	json_object_set_new(other, "State", json_pack("{s:s}", "Status", "running"));
	agent_config_digest(document, first);
	agent_config_digest(other, second);
	is_str(second, first, "digest: what changes while it runs is not in it");
	json_object_set_new(json_object_get(other, "HostConfig"), "PidsLimit", json_integer(1));
	agent_config_digest(other, second);
	ok(strcmp(first, second) != 0, "digest: a limit is");
}

static void test_body(struct bottle_spec *spec)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *me = xasprintf("%u:%u", (unsigned)geteuid(), (unsigned)getegid());
	json_auto_t *body = body_of(spec, false, &err), *strict = body_of(spec, true, &err);
	json_t *host = json_object_get(body, "HostConfig");

	is_str(json_string_value(json_object_get(body, "User")), me, "body: as this user");
	is_int((int)json_array_size(json_object_get(host, "Binds")), 3,
		"body: ours and two mounts");
	is_str(json_string_value(json_array_get(json_object_get(host, "Binds"), 1)), "/a:/b",
		"body: a writable mount");
	is_str(json_string_value(json_array_get(json_object_get(host, "Binds"), 2)), "/c:/d:ro",
		"body: a read-only one");
	is_str(json_string_value(json_array_get(json_object_get(host, "Dns"), 0)), "10.213.1.10",
		"body: the resolver to be asked is the bundle, where nobody resolves");
	ok(json_object_get(host, "PortBindings") == NULL, "body: no port");
	ok(json_is_true(json_object_get(json_object_get(strict, "HostConfig"), "ReadonlyRootfs")),
		"body: a read-only root where the image wants it");
	test_refusals(body);
	test_missing(body);
	test_harmless(body);
	test_digest(body);
	strv_push(&spec->agent.env, "BAD=\xff");
	ok(body_of(spec, false, &err) == NULL && err.code == EXIT_DATA,
		"body: a value that is not UTF-8 is refused");
}

int main(void)
{
	struct spec_mount mounts[] = {
		{(char *)"/a", (char *)"/b", false}, {(char *)"/c", (char *)"/d", true}};
	struct context ctx = {.settings = {.subnet_block = {{10, 213, 0, 0}}}};
	struct bottle_spec spec = {.agent = {.cpus = 2,
					   .memory = 512,
					   .mounts = {mounts, sizeof(mounts) / sizeof(mounts[0])}}};
	cleanup_error struct error err = ERROR_INIT;
	json_auto_t *body = NULL, *document = NULL;

	lease_describe(&ctx, 16, true, &lease);
	body = body_of(&spec, false, &err);
	document = inspection(body);
	is_int(agent_config_compare(document, body, &err), 0, "what was asked for passes");
	test_body(&spec);
	strv_clear(&spec.agent.env);
	return done_testing();
}
