/* The engine's own note of what it booted: real files of 1.32.2, and what must not be in them. */
#include "vmdb_fixture.h"

#include <jansson.h>
#include <sys/time.h>

#include "clock.h"

static struct strv hold = STRV_INIT;
static const struct vmdb_mount mounts[] = {{"/home/u/src", "/workspace", false}};

static struct vmdb_template asked(void)
{
	return (struct vmdb_template){
		.name = "t10",
		.cpus = 2,
		.memory_mib = 1024,
		.mounts = mounts,
		.mount_count = 1,
		.policy = {.cidr = "127.0.0.16/32", .dns = "127.255.255.255", .cmd = &hold},
	};
}

static char *path_of(struct fixture *f, const char *name)
{
	cleanup_free char *dir = vmdb_machine_dir(&f->vmdb, "t10");

	return xasprintf("%s/%s", dir, name);
}

static void put_text(struct fixture *f, const char *name, const char *text)
{
	cleanup_free char *path = path_of(f, name);
	struct error err = ERROR_INIT;

	if (fs_write(path, text, strlen(text), &err) != 0)
		fixture_die(err.message);
}

/* Writes the real file with OBJECT.KEY set to VALUE; OBJECT "" is the file's top. */
static void put(
	struct fixture *f, const char *name, const char *object, const char *key, const char *value)
{
	cleanup_free char *file = xasprintf("1.32.2-%s", name);
	cleanup_free char *text = fixture_file(file);
	cleanup_free char *changed = NULL;
	json_t *json = json_loads(text, 0, NULL), *in = json;

	if (*object != '\0')
		in = json_object_get(json, object);
	if (key != NULL && json_is_array(in))
		in = json_array_get(in, 0);
	if (key != NULL)
		json_object_set_new(in, key, json_loads(value, JSON_DECODE_ANY, NULL));
	changed = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	put_text(f, name, changed);
}

static int check(struct fixture *f, int64_t since, struct error *err)
{
	struct vmdb_template t = asked();

	return vmdb_check_effective(&f->vmdb, &t, since, err);
}

static const struct {
	const char *object, *key, *value, *words;
} changes[] = {
	{"resources", "allowed_cidrs", "null",
		"resources.allowed_cidrs: expected [\"127.0.0.16/32\"], found null"},
	{"resources", "allowed_cidrs", "[\"0.0.0.0/0\"]", "resources.allowed_cidrs: expected"},
	{"resources", "allowed_cidrs", "[\"127.0.0.16/32\",\"1.1.1.1/32\"]", "1.1.1.1/32"},
	{"resources", "network", "false", "resources.network: expected true"},
	{"resources", "dns", "\"8.8.8.8\"", "resources.dns: expected"},
	{"resources", "dns", "null", "resources.dns: expected"},
	{"resources", "cpus", "4", "resources.cpus: expected 2"},
	{"resources", "memory_mib", "8192", "resources.memory_mib: expected 1024"},
	{"resources", "network_backend", "\"tsi\"",
		"resources.network_backend: expected virtio-net"},
	{"resources", "network_name", "\"shared\"", "resources.network_name"},
	{"resources", "egress_rules", "[{\"cidr\":\"0.0.0.0/0\"}]", "resources.egress_rules"},
	{"resources", "gpu", "true", "resources.gpu"},
	{"resources", "cuda", "true", "resources.cuda"},
	{"resources", "tunnel", "1", "resources.tunnel"},
	{"", "resources", "null", "resources: expected an object"},
	{"", "mounts", "[]", "mounts: expected 1 mounts"},
	{"", "mounts", "[7]", "mounts.0.source: expected"},
	{"mounts", "source", "\"/home/u\"", "mounts.0.source: expected \"/home/u/src\""},
	{"mounts", "target", "\"/\"", "mounts.0.target"},
	{"mounts", "read_only", "true", "mounts.0.read_only: expected false"},
	{"mounts", "staged", "true", "mounts.0.staged"},
	{"", "ports", "[{\"host\":3000,\"guest\":4000}]", "ports: expected nothing"},
	{"", "tunnel", "\"x\"", "tunnel"},
};

/* Of boot-config.json alone. */
static const struct {
	const char *key, *value;
} boot_widenings[] = {
	{"ssh_agent_socket", "\"/run/ssh\""},
	{"expose_docker", "true"},
	{"published_sockets",
		"[{\"direction\":\"mount\",\"guest_path\":\"/x\",\"host_path\":\"/y\"}]"},
	{"dns_filter_hosts", "[\"x\"]"},
	{"pack_idmap_source", "\"/x\""},
	{"extra_disks", "[[\"/dev/sda\",false,\"raw\"]]"},
	{"pod_netns", "\"/run/netns/x\""},
	{"credentials", "{\"a\":1}"},
	{"external_interceptor", "{\"a\":1}"},
	{"mediated_egress", "true"},
	{"cuda", "true"},
	{"remote_volumes", "[1]"},
	{"rootfs_path", "7"},
};

/* What is looked up again after a boot is what the file says, not what was asked for. */
static void test_sources(struct fixture *f)
{
	cleanup_strv struct strv sources = STRV_INIT, none = STRV_INIT;
	struct error err = ERROR_INIT;
	cleanup_free char *path = path_of(f, "agent.config.json");

	put(f, "agent.config.json", "mounts", "source", "\"/elsewhere\"");
	accepted(vmdb_effective_sources(&f->vmdb, "t10", &sources, &err), &err,
		"the sources of mounts are read");
	is_int((long long)sources.count, 1, "each of them");
	is_str(sources.count == 1 ? sources.item[0] : NULL, "/elsewhere", "as the file has it");
	unlink(path);
	refused(vmdb_effective_sources(&f->vmdb, "t10", &none, &err), &err, EXIT_REFUSED,
		"agent.config.json", "without the file there are none");
}

static void test_changes(struct fixture *f)
{
	struct error err = ERROR_INIT;

	put(f, "agent.config.json", "", NULL, NULL);
	accepted(check(f, 0, &err), &err,
		"agent.config.json of 1.32.2 as asked for, boot-config.json gone");
	put(f, "boot-config.json", "", NULL, NULL);
	accepted(check(f, 0, &err), &err, "with the boot-config.json of 1.32.2");
	for (size_t i = 0; i < 2 * sizeof(changes) / sizeof(changes[0]); i++) {
		const char *file = i % 2 ? "boot-config.json" : "agent.config.json";
		cleanup_free char *name = xasprintf("refuses %s: %s.%s = %s", file,
			changes[i / 2].object, changes[i / 2].key, changes[i / 2].value);

		put(f, file, changes[i / 2].object, changes[i / 2].key, changes[i / 2].value);
		refused(check(f, 0, &err), &err, EXIT_REFUSED, changes[i / 2].words, name);
		put(f, file, "", NULL, NULL);
	}
	for (size_t i = 0; i < sizeof(boot_widenings) / sizeof(boot_widenings[0]); i++) {
		cleanup_free char *name = xasprintf("refuses boot-config.json: %s = %s",
			boot_widenings[i].key, boot_widenings[i].value);

		put(f, "boot-config.json", "", boot_widenings[i].key, boot_widenings[i].value);
		refused(check(f, 0, &err), &err, EXIT_REFUSED, boot_widenings[i].key, name);
	}
	put(f, "boot-config.json", "", NULL, NULL);
}

static void test_files(struct fixture *f)
{
	cleanup_free char *agent = path_of(f, "agent.config.json");
	cleanup_free char *boot = path_of(f, "boot-config.json");
	cleanup_free char *aside = path_of(f, "aside");
	struct timeval old[2] = {{clock_epoch() - 60, 0}, {clock_epoch() - 60, 0}};
	struct error err = ERROR_INIT;
	int64_t since = 0;

	put(f, "agent.config.json", "", NULL, NULL);
	accepted(vmdb_forget_policy(&f->vmdb, "t10", &since, &err), &err, "forget");
	ok(access(agent, F_OK) != 0 && access(boot, F_OK) != 0, "  removes both files");
	ok(since >= clock_epoch() - 5 && since <= clock_epoch(), "  says when");
	accepted(vmdb_forget_policy(&f->vmdb, "t10", &since, &err), &err,
		"forget where there is nothing");
	accepted(vmdb_forget_policy(&f->vmdb, "never-made", &since, &err), &err,
		"forget without a folder");
	refused(check(f, since, &err), &err, EXIT_REFUSED, "No such file",
		"refuses a start that left no file");
	put(f, "agent.config.json", "", NULL, NULL);
	accepted(check(f, since, &err), &err, "a file written after forget");
	utimes(agent, old);
	refused(check(f, since, &err), &err, EXIT_REFUSED, "older than this start",
		"refuses a stale file");
	put(f, "agent.config.json", "", NULL, NULL);
	put(f, "boot-config.json", "", NULL, NULL);
	utimes(boot, old);
	refused(check(f, since, &err), &err, EXIT_REFUSED, "older than this start",
		"refuses a stale boot-config.json");
	unlink(boot);
	put_text(f, "agent.config.json", "{\"version\":1,");
	refused(check(f, since, &err), &err, EXIT_REFUSED, "not a JSON object",
		"refuses half a file");
	put_text(f, "agent.config.json", "[]");
	refused(check(f, since, &err), &err, EXIT_REFUSED, "not a JSON object", "refuses an array");
	put_text(f, "agent.config.json", "{}");
	refused(check(f, since, &err), &err, EXIT_REFUSED, "resources: expected an object",
		"refuses an empty object");
	put_text(f, "agent.config.json", "{\"resources\":{},\"resources\":{}}");
	refused(check(f, since, &err), &err, EXIT_REFUSED, "duplicate",
		"refuses a key that occurs twice");
	put(f, "agent.config.json", "", NULL, NULL);
	rename(agent, aside);
	if (symlink(aside, agent) != 0)
		fixture_die("symlink");
	refused(check(f, since, &err), &err, EXIT_REFUSED, "not a regular file",
		"refuses a symbolic link");
	unlink(agent);
	mkfifo(agent, 0600);
	refused(check(f, since, &err), &err, EXIT_REFUSED, "not a regular file", "refuses a pipe");
	unlink(agent);
	mkdir(agent, 0700);
	refused(vmdb_forget_policy(&f->vmdb, "t10", &since, &err), &err, EXIT_REFUSED,
		"remove the old", "forget fails where it cannot remove");
	rmdir(agent);
}

static void test_read(struct fixture *f)
{
	struct vmdb_network network = {false, false, STRV_INIT, NULL};
	struct error err = ERROR_INIT;

	put(f, "agent.config.json", "", NULL, NULL);
	accepted(vmdb_effective_policy(&f->vmdb, "t10", 0, &network, &err), &err,
		"reads the effective policy");
	ok(network.network && !network.unrestricted && network.cidrs.count == 1 &&
			strcmp(network.cidrs.item[0], "127.0.0.16/32") == 0 &&
			network.dns != NULL && strcmp(network.dns, "127.255.255.255") == 0,
		"  as it is in the file");
	put(f, "agent.config.json", "resources", "allowed_cidrs", "null");
	accepted(vmdb_effective_policy(&f->vmdb, "t10", 0, &network, &err), &err,
		"reads an open policy");
	ok(network.unrestricted, "  and says that it is open");
	vmdb_network_clear(&network);
}

int main(void)
{
	struct fixture f;
	cleanup_free char *dir = NULL;

	strv_push(&hold, "hold");
	fixture_init(&f);
	dir = vmdb_machine_dir(&f.vmdb, "t10");
	mkdir(dir, 0700);
	test_sources(&f);
	test_changes(&f);
	test_files(&f);
	test_read(&f);
	fixture_clear(&f);
	strv_clear(&hold);
	return done_testing();
}
