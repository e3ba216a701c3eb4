/* Any bytes as the file in which smolvm notes what it booted: agent.config.json when the first byte is even, else
 * boot-config.json beside a good one. */
#include "vmdb.h"

#include <jansson.h>

#include "err.h"
#include "fs.h"
#include "fuzz.h"

#define CIDR "127.0.0.16/32"

static const char good[] =
	"{\"version\":1,\"mounts\":[],\"ports\":[],\"resources\":{\"cpus\":1,\"memory_mib\":512,"
	"\"network\":true,\"allowed_cidrs\":[\"127.0.0.16/32\"],\"dns\":\"127.255.255.255\"}}";

static void check_narrow(const uint8_t *data, size_t size)
{
	json_auto_t *json = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
	const json_t *resources = json_object_get(json, "resources");
	const json_t *cidrs = json_object_get(resources, "allowed_cidrs");

	FUZZ_RULE(json_is_true(json_object_get(resources, "network")));
	FUZZ_RULE(json_array_size(cidrs) == 1 &&
		  strcmp(json_string_value(json_array_get(cidrs, 0)), CIDR) == 0);
	FUZZ_RULE(json_array_size(json_object_get(json, "ports")) == 0);
	FUZZ_RULE(json_array_size(json_object_get(json, "mounts")) == 0);
	FUZZ_RULE(json_array_size(json_object_get(json, "published_sockets")) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct strv none = STRV_INIT;
	static char *agent, *boot;
	static struct vmdb vmdb;
	struct vmdb_template want = {.name = "m",
		.cpus = 1,
		.memory_mib = 512,
		.policy = {.cidr = CIDR, .dns = "127.255.255.255", .cmd = &none}};
	cleanup_error struct error err = ERROR_INIT;
	bool is_boot;

	if (size == 0)
		return 0;
	if (agent == NULL) {
		cleanup_free char *folder = NULL;

		vmdb.cache = xstrdup(fuzz_folder());
		folder = vmdb_machine_dir(&vmdb, "m");
		FUZZ_RULE(fs_private_dir(folder, &err) == 0);
		agent = xasprintf("%s/agent.config.json", folder);
		boot = xasprintf("%s/boot-config.json", folder);
	}
	is_boot = data[0] & 1;
	unlink(boot);
	if (is_boot)
		fuzz_file(agent, (const uint8_t *)good, strlen(good));
	fuzz_file(is_boot ? boot : agent, data + 1, size - 1);
	if (vmdb_check_effective(&vmdb, &want, 0, &err) == 0)
		check_narrow(data + 1, size - 1);
	return 0;
}
