/* The whole-record comparison: a machine as asked for passes, and nothing else does. */
#include "vmdb_fixture.h"

static struct strv hold = STRV_INIT, env = STRV_INIT;
static const struct vmdb_mount mounts[] = {{"/home/u/src", "/workspace", false}};

static struct vmdb_template asked(void)
{
	return (struct vmdb_template){
		.name = "t9",
		.cpus = 2,
		.memory_mib = 1024,
		.mounts = mounts,
		.mount_count = 1,
		.env = &env,
		.policy = {.cidr = "127.0.0.16/32", .dns = "127.255.255.255", .cmd = &hold},
	};
}

/* The record of 1.32.2, patched as a launch does. */
static void put_good(struct fixture *f)
{
	cleanup_free char *row = fixture_file("1.32.2-born.json");
	struct vmdb_template t = asked();
	struct error err = ERROR_INIT;

	fixture_put(f, "t9", row);
	if (vmdb_patch(&f->vmdb, "t9", &t.policy, &err) != 0)
		fixture_die(err.message);
}

static int compare(struct fixture *f, struct error *err)
{
	struct vmdb_template t = asked();

	return vmdb_compare(&f->vmdb, &t, NULL, err);
}

/* Keys and values that smolvm 1.32.2 stored for its own flags, and guesses at what may come. */
static const struct {
	const char *key, *json, *words;
} widenings[] = {
	{"network", "false", "network: expected true, found false"},
	{"network", "1", "network: expected true, found 1"},
	{"network", "null", "network: expected true, found null"},
	{"allowed_cidrs", "null", "allowed_cidrs: expected [\"127.0.0.16/32\"], found null"},
	{"allowed_cidrs", "[]", "allowed_cidrs: expected"},
	{"allowed_cidrs", "[\"0.0.0.0/0\"]", "found [\"0.0.0.0/0\"]"},
	{"allowed_cidrs", "[\"127.0.0.16/32\",\"127.0.0.17/32\"]", "127.0.0.17/32"},
	{"allowed_cidrs", "\"127.0.0.16/32\"", "allowed_cidrs: expected"},
	{"dns", "\"8.8.8.8\"", "dns: expected \"127.255.255.255\", found \"8.8.8.8\""},
	{"dns", "null", "dns: expected"},
	{"name", "\"other\"", "name: expected \"t9\""},
	{"state", "\"running\"", "state: expected"},
	{"state", "\"frozen\"", "state: expected"},
	{"pid", "77", "pid: expected null, found 77"},
	{"cpus", "3", "cpus: expected 2, found 3"},
	{"cpus", "\"2\"", "cpus: expected 2, found \"2\""},
	{"cpus", "2.5", "cpus: expected 2"},
	{"mem", "8192", "mem: expected 1024, found 8192"},
	{"mounts", "[]", "mounts: expected"},
	{"mounts", "[[\"/home/u/src\",\"/workspace\",true]]", "mounts: expected"},
	{"mounts", "[[\"/home/u\",\"/workspace\",false]]", "mounts: expected"},
	{"mounts", "[[\"/home/u/src\",\"/workspace\",false],[\"/\",\"/host\",false]]",
		"mounts: expected"},
	{"env", "[]", "env A: expected the value asked for, found nothing"},
	{"env", "[[\"A\",\"2\"]]", "env A: expected the value asked for, found another"},
	{"env", "[[\"A\",\"1\"],[\"A\",\"2\"]]",
		"env A: expected the value asked for, found another"},
	{"env", "[[\"A\",\"1\"],[\"LD_PRELOAD\",\"/x\"]]", "env LD_PRELOAD: expected nothing"},
	{"env", "[[\"A\",\"1\"],\"B=1\"]", "env 1: expected [name, value]"},
	{"env", "[[\"A\",\"1\",\"x\"]]", "env 0: expected [name, value]"},
	{"env", "{\"A\":\"1\"}", "env: expected an array"},
	{"entrypoint", "[\"/sbin/init\"]", "entrypoint: expected []"},
	{"cmd", "[]", "cmd: expected"},
	{"cmd", "[\"/bin/sh\"]",
		"cmd: expected [\"/bottle/bottle-guest\",\"hold\"], found [\"/bin/sh\"]"},
	{"image", "7", "image: expected a string"},
	{"workdir", "[\"x\"]", "workdir: expected a string"},
	{"user", "{}", "user: expected a string"},
	{"stop_signal", "9", "stop_signal: expected a string"},
	{"source_smolmachine", "\"/tmp/x.smolmachine\"", "source_smolmachine: expected nothing"},
	{"restart.policy", "\"always\"", "restart.policy: expected never, found \"always\""},
	{"restart.policy", "\"on-failure\"", "restart.policy: expected never"},
	{"restart.policy", "true", "restart.policy: expected never"},
	{"restart.max_retries", "3", "restart.max_retries"},
	{"restart.command", "\"x\"", "restart.command"},
	{"restart", "\"always\"", "restart: expected an object"},
	{"restart", "[]", "restart: expected an object"},
	{"block_io", "\"async\"", "block_io: expected sync, found \"async\""},
	{"disk_durability", "\"deferred\"", "disk_durability"},
	{"init_completed", "\"x\"", "init_completed: expected true or false"},
	{"pid_start_time", "\"x\"", "pid_start_time: expected a number"},
	/* off by default, each as its flag stores it */
	{"ports", "[[3000,4000]]",
		"ports: expected nothing, the key is not one that was asked for, found "
		"[[3000,4000]]"},
	{"udp_ports", "[[4000,4000]]", "udp_ports"},
	{"published_sockets",
		"[{\"direction\":\"mount\",\"guest_path\":\"/x\",\"host_path\":\"/tmp/x.sock\"}]",
		"published_sockets: expected []"},
	{"disks", "[{\"path\":\"/dev/sda\",\"read_only\":true,\"format\":\"raw\"}]", "disks"},
	{"disk_volumes", "[\"/var/lib/x\"]", "disk_volumes"},
	{"staged_mounts", "[[0,\"/tmp\",\"/w\"]]", "staged_mounts"},
	{"remote_volumes", "[{\"remote\":\"s3\"}]", "remote_volumes"},
	{"egress_rules", "[{\"cidr\":\"0.0.0.0/0\",\"action\":\"allow\"}]", "egress_rules"},
	{"block_private", "[\"10.0.0.0/8\"]", "block_private"},
	{"dns_filter_hosts", "[\"*.example\"]", "dns_filter_hosts"},
	{"dns_options", "[\"timeout:1\"]", "dns_options"},
	{"network_name", "\"shared\"", "network_name"},
	{"network_backend", "\"tsi\"", "network_backend"},
	{"guest_subnet", "\"10.200.0.0/30\"", "guest_subnet"},
	{"credential_policy", "{\"credentials\":[]}", "credential_policy"},
	{"secret_refs", "{\"TOK\":{\"from_env\":\"HOME\"}}", "secret_refs"},
	{"ssh_agent", "true",
		"ssh_agent: expected nothing, the key is not one that was asked for, found true"},
	{"docker_socket", "true", "docker_socket"},
	{"gpu", "true", "gpu"},
	{"cuda", "true", "cuda"},
	{"rosetta", "true", "rosetta"},
	{"nested_virt", "true", "nested_virt"},
	{"init", "[\"curl x|sh\"]", "init: expected"},
	{"health_cmd", "[\"/bin/sh\"]", "health_cmd"},
	{"golden", "\"other\"", "golden"},
	{"forkable", "true", "forkable"},
	{"fork_env", "[[\"A\",\"1\"]]", "fork_env"},
	{"labels", "{\"a\":\"b\"}", "labels"},
	{"shm_size", "\"12m\"", "shm_size"},
	{"stop_on_exit", "true", "stop_on_exit"},
	{"ephemeral", "true", "ephemeral"},
	{"runtime_managed", "true", "runtime_managed"},
	{"storage_gb", "500", "storage_gb"},
	/* of no engine that we know */
	{"tunnel", "true",
		"tunnel: expected nothing, the key is not one that was asked for, found true"},
	{"tunnel", "\"x\"", "tunnel"},
	{"tunnel", "1", "tunnel"},
	{"tunnel", "-1", "tunnel"},
	{"tunnel", "0.5", "tunnel"},
	{"tunnel", "18446744073709551615", "tunnel"},
	{"tunnel", "[0]", "tunnel"},
	{"tunnel", "[[]]", "tunnel"},
	{"tunnel", "{\"on\":false}", "tunnel"},
};

static void test_widenings(struct fixture *f)
{
	static const char *const harmless[] = {"null", "false", "0", "0.0", "\"\"", "[]", "{}"};
	struct error err = ERROR_INIT;

	put_good(f);
	accepted(compare(f, &err), &err, "a machine as it was asked for");
	for (size_t i = 0; i < sizeof(widenings) / sizeof(widenings[0]); i++) {
		cleanup_free char *name =
			xasprintf("refuses %s = %s", widenings[i].key, widenings[i].json);

		put_good(f);
		fixture_set(f, "t9", widenings[i].key, widenings[i].json);
		refused(compare(f, &err), &err, EXIT_REFUSED, widenings[i].words, name);
	}
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		cleanup_free char *name =
			xasprintf("accepts an unknown key that is %s", harmless[i]);

		put_good(f);
		fixture_set(f, "t9", "tunnel", harmless[i]);
		accepted(compare(f, &err), &err, name);
	}
}

static void test_missing_keys(struct fixture *f)
{
	static const char *const needed[] = {"name", "state", "network", "allowed_cidrs", "dns",
		"cpus", "mem", "mounts", "cmd", "env"};
	static const char *const optional[] = {"user", "restart", "workdir", "created_at",
		"published_sockets", "entrypoint", "block_io", "pid"};
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		cleanup_free char *name = xasprintf("refuses a record without %s", needed[i]);
		cleanup_free char *sql =
			xasprintf("UPDATE vms SET data ="
				  " CAST(json_remove(CAST(data AS TEXT), '$.%s') AS BLOB)",
				needed[i]);

		put_good(f);
		fixture_sql(f, sql);
		refused(compare(f, &err), &err, EXIT_REFUSED, needed[i], name);
	}
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++) {
		cleanup_free char *name = xasprintf("accepts a record without %s", optional[i]);
		cleanup_free char *sql =
			xasprintf("UPDATE vms SET data ="
				  " CAST(json_remove(CAST(data AS TEXT), '$.%s') AS BLOB)",
				optional[i]);

		put_good(f);
		fixture_sql(f, sql);
		accepted(compare(f, &err), &err, name);
	}
}

static void test_report(struct fixture *f)
{
	struct error err = ERROR_INIT;
	size_t lines = 0;

	put_good(f);
	fixture_set(f, "t9", "ssh_agent", "true");
	fixture_set(f, "t9", "cpus", "9");
	fixture_set(f, "t9", "env", "[[\"A\",\"hunter2\"]]");
	ok(compare(f, &err) == -1, "three differences");
	for (size_t i = 0; i < err.note_count; i++) {
		lines += strcmp(err.notes[i].key, "differs") == 0;
		ok(strstr(err.notes[i].text, "hunter2") == NULL, "  no value of env in line %zu",
			i);
	}
	is_int((long long)lines, 3, "  three lines");
	err_clear(&err);
}

static void test_pack(struct fixture *f)
{
	static const char *const pair =
		"[[\"PATH\",\"/bin\"],[\"A\",\"image\"],[\"B\",\"\"],[\"A\",\"1\"],"
		"[\"PATH\",\"/sbin\"]]";
	struct vmdb_template t = asked();
	struct error err = ERROR_INIT;
	cleanup_vmdb_machine struct vmdb_machine seen = VMDB_MACHINE_INIT;

	t.pack = "/home/u/x.smolmachine";
	put_good(f);
	refused(vmdb_compare(&f->vmdb, &t, &seen, &err), &err, EXIT_REFUSED, "source_smolmachine",
		"refuses a row that does not name the pack");
	fixture_set(f, "t9", "source_smolmachine", "\"/home/u/x.smolmachine\"");
	fixture_set(f, "t9", "env", pair);
	fixture_set(f, "t9", "workdir", "\"/srv\"");
	fixture_set(f, "t9", "user", "\"node\"");
	fixture_set(f, "t9", "stop_signal", "\"SIGQUIT\"");
	accepted(
		vmdb_compare(&f->vmdb, &t, &seen, &err), &err, "a pack with env, workdir and user");
	is_str(seen.pack, "/home/u/x.smolmachine", "  its pack");
	fixture_set(f, "t9", "env", "[[\"A\",\"1\"],[\"A\",\"image\"]]");
	refused(vmdb_compare(&f->vmdb, &t, &seen, &err), &err, EXIT_REFUSED, "env A",
		"refuses a variable of ours that the image overrides");
	is_str(seen.pack, "/home/u/x.smolmachine", "  and leaves what was seen before");
	fixture_set(f, "t9", "env", "[[\"A\",\"1\"]]");
	fixture_set(f, "t9", "source_smolmachine", "\"/home/u/y.smolmachine\"");
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED, "y.smolmachine",
		"refuses another pack");
}

static void test_other_templates(struct fixture *f)
{
	static const struct vmdb_socket sockets[] = {{"/run/u/proxy.sock", "/run/egress.sock"}};
	struct vmdb_template t = asked();
	struct error err = ERROR_INIT;

	put_good(f);
	t.cpus = t.memory_mib = 0;
	accepted(vmdb_compare(&f->vmdb, &t, NULL, &err), &err,
		"0 cpus and memory take what the pack says");
	t.image = "alpine";
	accepted(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, "the image that was asked for");
	t.image = "debian";
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED,
		"image: expected \"debian\", found \"alpine\"", "another image");

	t = asked();
	t.running = true;
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED,
		"state: expected \"running\"", "after start, a machine that does not run");
	fixture_set(f, "t9", "state", "\"running\"");
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED,
		"pid: expected a process", "after start, a machine without a pid");
	fixture_set(f, "t9", "pid", "4711");
	fixture_set(f, "t9", "pid_start_time", "1234");
	fixture_set(f, "t9", "init_completed", "true");
	accepted(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, "after start, a running machine");

	t = asked();
	t.policy = (struct vmdb_policy){.cmd = &hold, .sealed = true};
	t.sockets = sockets;
	t.socket_count = 1;
	put_good(f);
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED,
		"network: expected false", "sealed: refuses a machine with network");
	accepted(vmdb_patch(&f->vmdb, "t9", &t.policy, &err), &err, "sealed: closed");
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED,
		"published_sockets: expected", "sealed: refuses a machine without its socket");
	fixture_set(f, "t9", "published_sockets",
		"[{\"direction\":\"mount\","
		"\"guest_path\":\"/run/egress.sock\",\"host_path\":\"/run/u/proxy.sock\"}]");
	accepted(vmdb_compare(&f->vmdb, &t, NULL, &err), &err,
		"sealed: the socket as 1.32.2 stores it");
	fixture_set(f, "t9", "allowed_cidrs", "[]");
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED,
		"allowed_cidrs: expected nothing",
		"sealed: refuses an empty list, which 1.32.2 takes for a card that leads nowhere");
	fixture_set(f, "t9", "allowed_cidrs", "[\"127.0.0.16/32\"]");
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED,
		"allowed_cidrs: expected nothing",
		"sealed: refuses a list, which 0.8.0 takes for network");
}

static void test_real_rows(struct fixture *f)
{
	static const char *const files[] = {"0.8.0.json", "1.7.4.json", "1.32.2.json"};
	static const char *const names[] = {"q2", "q", "t1"};
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < 3; i++) {
		cleanup_free char *row = fixture_file(files[i]);
		cleanup_strv struct strv a = STRV_INIT;
		struct vmdb_template t = {.name = names[i],
			.policy = {
				.cidr = "127.0.0.16/32", .dns = "127.255.255.255", .cmd = &hold}};

		t.pack = i == 1 ? "/home/u/x.smolmachine" : NULL;
		if (i == 2)
			strv_push(&a, "A=1");
		t.env = &a;
		fixture_put(f, names[i], row);
		refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED, "cmd",
			"before the patch");
		accepted(vmdb_patch(&f->vmdb, names[i], &t.policy, &err), &err, "  patch");
		accepted(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, files[i]);
	}
}

/* The record of a machine made from a pack, as 1.32.2 left it after a start. */
static void test_real_running(struct fixture *f)
{
	static const struct vmdb_mount src[] = {{"/home/u/src", "/workspace", true}};
	cleanup_free char *row = fixture_file("1.32.2-running.json");
	cleanup_strv struct strv cmd = STRV_INIT;
	struct error err = ERROR_INIT;
	struct vmdb_template t = {
		.name = "zz9",
		.cpus = 1,
		.memory_mib = 512,
		.mounts = src,
		.mount_count = 1,
		.env = &env,
		.pack = "/home/u/x.smolmachine",
		.policy = {.cidr = "127.0.0.16/32", .dns = "127.255.255.255", .cmd = &cmd},
		.running = true,
	};

	strv_push(&cmd, "/bin/sleep");
	strv_push(&cmd, "1000");
	fixture_put(f, "zz9", row);
	accepted(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, "a real running row of 1.32.2");
	t.running = false;
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_REFUSED, "found 3176",
		"  is refused where nothing should run yet");
}

static void test_broken(struct fixture *f)
{
	struct error err = ERROR_INIT;
	struct vmdb_template t = asked();

	t.name = "nobody";
	refused(vmdb_compare(&f->vmdb, &t, NULL, &err), &err, EXIT_UNAVAILABLE, "no record",
		"no such machine");
	put_good(f);
	fixture_sql(f, "UPDATE vms SET data = CAST(data AS TEXT)");
	refused(compare(f, &err), &err, EXIT_UNAVAILABLE, "stored as text", "a TEXT value");
}

int main(void)
{
	struct fixture f;

	strv_push(&hold, "/bottle/bottle-guest");
	strv_push(&hold, "hold");
	strv_push(&env, "A=0");
	strv_push(&env, "A=1");
	fixture_init(&f);
	test_widenings(&f);
	test_missing_keys(&f);
	test_report(&f);
	test_pack(&f);
	test_other_templates(&f);
	test_real_rows(&f);
	test_real_running(&f);
	test_broken(&f);
	fixture_clear(&f);
	strv_clear(&hold);
	strv_clear(&env);
	return done_testing();
}
