/* What the command line adds to a spec, and what it may not say. */
#include "spec.h"

#include <stdlib.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "tap.h"

#define FILE_TEXT                                                                           \
	"version: 1\nname: web\nagent:\n  image: a\n  env: {A: file, B: file}\n  cpus: 2\n" \
	"bundle:\n  publish: {proxy: 80}\n"

typedef int setter(struct bottle_spec *, const char *, struct error *);

static const struct {
	const char *name;
	setter *set;
	const char *value, *message;
} bad[] = {
	{"a bad name", spec_set_name, "Web",
		"'Web' cannot name a bottle: only a-z, 0-9 and - are allowed"},
	{"an unknown backend", spec_set_backend, "qemu",
		"--backend: got 'qemu': allowed are smolvm, docker"},
	{"an unknown network", spec_set_network, "",
		"--network: got '': allowed are alias, sealed"},
	{"an image that is an option", spec_set_image, "-v",
		"--image: '-v': allowed is an image reference: up to 255 printable characters, no "
		"space, no "
		"leading -"},
	{"an image of no character", spec_set_image, "",
		"--image: '': allowed is an image reference: up to 255 printable characters, no "
		"space, no "
		"leading -"},
	{"a non-ASCII bundle image", spec_set_bundle_image, "\xc3\xa9",
		"--bundle-image: '\xc3\xa9': allowed is an image reference: up to 255 printable "
		"characters, "
		"no space, no leading -"},
	{"an empty dockerfile", spec_set_dockerfile, "", "--dockerfile: the path is empty"},
	{"an empty folder to allow", spec_add_allow_mount, "", "--allow-mount: the path is empty"},
	{"an empty pack", spec_set_pack, "", "--pack: the path is empty"},
	{"no cpus", spec_set_cpus, "0", "--cpus: got '0': allowed are 1 to 255"},
	{"256 cpus", spec_set_cpus, "256", "--cpus: got '256': allowed are 1 to 255"},
	{"cpus in words", spec_set_cpus, "two", "--cpus: got 'two': allowed are 1 to 255"},
	{"memory with a unit", spec_set_memory, "4G",
		"--memory: got '4G': allowed are 256 to 1048576 (MiB)"},
	{"a port alone", spec_set_publish, "8888",
		"--publish: got '8888': allowed are proxy=PORT, git=PORT, supervise=PORT"},
	{"a name alone", spec_set_publish, "proxy",
		"--publish: got 'proxy': allowed are proxy=PORT, git=PORT, supervise=PORT"},
	{"egress published", spec_set_publish, "egress=9099",
		"--publish: got 'egress=9099': allowed are proxy=PORT, git=PORT, supervise=PORT"},
	{"a name cut short", spec_set_publish, "prox=1",
		"--publish: got 'prox=1': allowed are proxy=PORT, git=PORT, supervise=PORT"},
	{"port 0", spec_set_publish, "git=0", "--publish: got 'git=0': allowed are 1 to 65535"},
	{"an address with a port", spec_set_publish, "git=0.0.0.0:1",
		"--publish: got 'git=0.0.0.0:1': allowed are 1 to 65535"},
	{"a variable without name, not repeating it", spec_add_env, "=sk-123",
		"-e: what stands before '=' is no name of a variable: allowed are letters, digits "
		"and _, not "
		"beginning with a digit"},
	{"a bare secret, not repeating it", spec_add_env, "sk-123",
		"-e: what stands before '=' is no name of a variable: allowed are letters, digits "
		"and _, not "
		"beginning with a digit"},
	{"a variable that is not set", spec_add_env, "BOTTLE_NOT_SET",
		"-e BOTTLE_NOT_SET: not set in this environment: allowed is BOTTLE_NOT_SET=VALUE, "
		"or setting "
		"it first"},
	{"a mount without guest", spec_add_mount, "/usr",
		"--mount: got '/usr': allowed is HOST:GUEST or HOST:GUEST:ro, no ':' in a path"},
	{"a mount without host", spec_add_mount, ":/w",
		"--mount: got ':/w': allowed is HOST:GUEST or HOST:GUEST:ro, no ':' in a path"},
	{"a mount with an empty guest", spec_add_mount, "/usr::ro",
		"--mount: got '/usr::ro': allowed is HOST:GUEST or HOST:GUEST:ro, no ':' in a "
		"path"},
	{"a mount with another option", spec_add_mount, "/usr:/w:rw",
		"--mount: got '/usr:/w:rw': allowed is HOST:GUEST or HOST:GUEST:ro, no ':' in a "
		"path"},
	{"a mount with two options", spec_add_mount, "/usr:/w:ro:ro",
		"--mount: got '/usr:/w:ro:ro': allowed is HOST:GUEST or HOST:GUEST:ro, no ':' in a "
		"path"},
	{"a mount that ends in a colon", spec_add_mount, "/usr:/w:",
		"--mount: got '/usr:/w:': allowed is HOST:GUEST or HOST:GUEST:ro, no ':' in a "
		"path"},
};

static void test_refusals(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct bottle_spec spec = BOTTLE_SPEC_INIT;
		struct error err = ERROR_INIT;

		spec_parse(&spec, "bottle.yaml", FILE_TEXT, strlen(FILE_TEXT), &err);
		ok(bad[i].set(&spec, bad[i].value, &err) == -1 && err.code == EXIT_USAGE_ERROR,
			"refuses %s", bad[i].name);
		is_str(err.message, bad[i].message, "  and says what is allowed");
		err_clear(&err);
		is_int(spec_finish(&spec, &err), 0, "  and leaves the spec good");
		spec_clear(&spec);
		err_clear(&err);
	}
}

static void test_override(void)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;
	cleanup_free char *here = getcwd(NULL, 0);

	setenv("FROM_US", "ours", 1);
	spec_parse(&spec, "bottle.yaml", FILE_TEXT, strlen(FILE_TEXT), &err);
	is_int(spec_set_name(&spec, "other", &err), 0, "--name");
	is_int(spec_set_image(&spec, "b:1", &err), 0, "--image");
	is_int(spec_set_image(&spec, "c:1", &err), 0, "--image again: the last one counts");
	is_int(spec_set_cpus(&spec, "8", &err), 0, "--cpus");
	is_int(spec_set_memory(&spec, "256", &err), 0, "--memory");
	is_int(spec_set_bundle_image(&spec, "d:1", &err), 0, "--bundle-image");
	is_int(spec_set_publish(&spec, "git=9418", &err), 0, "--publish adds a name");
	is_int(spec_set_publish(&spec, "proxy=81", &err), 0, "--publish replaces a name");
	is_int(spec_add_env(&spec, "A=flag", &err), 0, "-e replaces a variable of the file");
	is_int(spec_add_env(&spec, "C=x=y", &err), 0, "-e with '=' in the value");
	is_int(spec_add_env(&spec, "D=", &err), 0, "-e with an empty value");
	is_int(spec_add_env(&spec, "FROM_US", &err), 0, "-e with a bare name");
	is_int(spec_add_mount(&spec, ".:/w", &err), 0, "--mount of a relative folder");
	is_int(spec_add_mount(&spec, "/usr:/v:ro", &err), 0, "--mount with :ro");
	is_int(spec_finish(&spec, &err), 0, "together they are a good spec");
	is_str(spec.name, "other", "the name");
	is_str(spec.agent.image, "c:1", "the image");
	is_int(spec.agent.cpus, 8, "cpus");
	is_int(spec.agent.memory, 256, "memory");
	is_str(spec.bundle.image, "d:1", "the bundle's image");
	is_int(spec.bundle.publish.port[SPEC_PORT_PROXY], 81, "proxy");
	is_int(spec.bundle.publish.port[SPEC_PORT_GIT], 9418, "git");
	is_int((long long)spec.agent.env.count, 5, "five variables");
	is_str(spec.agent.env.item[0], "B=file", "the file's other variable stays");
	is_str(spec.agent.env.item[1], "A=flag", "the flag's value");
	is_str(spec.agent.env.item[2], "C=x=y", "the whole value");
	is_str(spec.agent.env.item[3], "D=", "the empty value");
	is_str(spec.agent.env.item[4], "FROM_US=ours", "our environment's value");
	is_str(spec.agent.mounts.item[0].host, here, "a relative folder counts from here");
	ok(!spec.agent.mounts.item[0].read_only, "writable without :ro");
	ok(spec.agent.mounts.item[1].read_only, "read-only with it");
	spec_clear(&spec);
	err_clear(&err);
}

static void test_workload(void)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;

	spec_parse(&spec, "bottle.yaml", FILE_TEXT, strlen(FILE_TEXT), &err);
	is_int(spec_set_pack(&spec, "/etc/passwd", &err), 0, "--pack replaces the file's image");
	is_str(spec.agent.image, NULL, "which is gone");
	is_int(spec_set_image(&spec, "x", &err), -1, "--pack and --image");
	is_str(err.message, "--pack and --image exclude each other", "exclude each other");
	is_int(spec_set_dockerfile(&spec, "x", &err), -1, "--pack and --dockerfile");
	is_str(err.message, "--pack and --dockerfile exclude each other", "too");
	is_int(spec_finish(&spec, &err), 0, "the pack is taken");
	is_str(spec.agent.pack, "/etc/passwd", "with its real path");
	spec_clear(&spec);

	is_int(spec_set_dockerfile(&spec, "/nonexistent", &err), 0, "a missing dockerfile");
	is_int(spec_finish(&spec, &err), -1, "is refused in the end");
	is_str(err.message, "agent.dockerfile: /nonexistent: No such file or directory",
		"without a line of a file");
	is_int(err.code, EXIT_DATA, "as bad data");
	spec_clear(&spec);
	err_clear(&err);
}

/* A spec of flags alone, and errors that no longer blame the file. */
static void test_lines(void)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;

	is_int(spec_set_image(&spec, "a", &err), 0, "without a file");
	is_int(spec_finish(&spec, &err), 0, "an image is enough");
	is_int(spec.bundle.publish.port[SPEC_PORT_PROXY], 8888, "and defaults apply");
	spec_clear(&spec);

	spec_parse(&spec, "bottle.yaml", FILE_TEXT, strlen(FILE_TEXT), &err);
	spec_set_publish(&spec, "proxy=9099", &err);
	is_int(spec_finish(&spec, &err), -1, "--publish of the egress port is refused");
	is_str(err.message,
		"bundle.publish.proxy: 9099 is bundle.egress_port, which is never published: "
		"allowed is any "
		"other port",
		"and the file's line is not blamed");
	spec_clear(&spec);

	spec_set_image(&spec, "a", &err);
	spec_set_backend(&spec, "docker", &err);
	is_int(spec_finish(&spec, &err), 0, "--backend docker");
	is_int(spec.backend, SPEC_BACKEND_DOCKER, "is taken");
	spec_clear(&spec);
	err_clear(&err);
}

int main(void)
{
	test_refusals();
	test_override();
	test_workload();
	test_lines();
	return done_testing();
}
