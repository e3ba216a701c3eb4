/* bottle.yaml: what it may say, and the exact words when it says something else. */
#include "spec.h"

#include <stdlib.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "tap.h"

#define V "version: 1\n"
#define AGENT "version: 1\nagent:\n  image: a\n"

static int finish_text(struct bottle_spec *spec, const char *text, struct error *err)
{
	if (spec_parse(spec, "bottle.yaml", text, strlen(text), err) != 0)
		return -1;
	return spec_finish(spec, err);
}

/* TEXT is refused with EXIT_DATA and exactly MESSAGE, and the spec stays clearable. */
static void refuses(const char *name, const char *text, const char *message)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;

	ok(finish_text(&spec, text, &err) == -1 && err.code == EXIT_DATA, "refuses %s", name);
	is_str(err.message, message, "  and says what is allowed");
	spec_clear(&spec);
	err_clear(&err);
}

struct refusal {
	const char *name, *text, *message;
};

#define AGENT_KEYS "image, dockerfile, pack, env, secret_env, mounts, cpus, memory"
#define BUNDLE_KEYS "image, daemons, env, forward_env, mounts, publish, egress_port"
#define NUMBER "allowed is a whole number (decimal, unquoted, no leading zero)"

static const struct refusal structure[] = {
	{"an empty file", "", "bottle.yaml:1: the file is empty: required are version"},
	{"a file of comments", "# one\n# two\n",
		"bottle.yaml:1: the file is empty: required are version"},
	{"an empty document", "---\n",
		"bottle.yaml:2: the file: got nothing: allowed is a mapping (KEY: VALUE)"},
	{"a list at the top", "- a\n",
		"bottle.yaml:1: the file: got a list: allowed is a mapping (KEY: VALUE)"},
	{"a word at the top", "hello\n",
		"bottle.yaml:1: the file: got a single value: allowed is a mapping (KEY: VALUE)"},
	{"no version", "name: web\n", "bottle.yaml:1: missing key 'version': required are version"},
	{"version 2", "version: 2\nagent: {image: a}\n",
		"bottle.yaml:1: version: got 2: allowed is 1"},
	{"version 0", "version: 0\n", "bottle.yaml:1: version: got 0: allowed is 1"},
	{"an unknown key at the top", V "\n# why\nagnet:\n  image: a\n",
		"bottle.yaml:4: unknown key 'agnet': allowed are version, name, backend, network, "
		"agent, "
		"bundle"},
	{"an unknown key below agent", AGENT "  imgae: b\n",
		"bottle.yaml:4: agent: unknown key 'imgae': allowed are " AGENT_KEYS},
	{"an unknown key before others", V "agent:\n  Image: b\n  cpus: 1\n  memory: 512\n",
		"bottle.yaml:3: agent: unknown key 'Image': allowed are " AGENT_KEYS},
	{"an unknown key below bundle", AGENT "bundle:\n  port: 1\n",
		"bottle.yaml:5: bundle: unknown key 'port': allowed are " BUNDLE_KEYS},
	{"an unknown published name", AGENT "bundle:\n  publish:\n    git: 1\n    egress: 9099\n",
		"bottle.yaml:7: bundle.publish: unknown key 'egress': allowed are proxy, git, "
		"supervise"},
	{"an unknown key of a mount",
		AGENT "  mounts:\n    - host: .\n      guest: /w\n      ro: true\n",
		"bottle.yaml:7: agent.mounts[0]: unknown key 'ro': allowed are host, guest, "
		"read_only"},
	{"a writable bundle mount",
		AGENT "bundle:\n  mounts: [{host: ., container: /w, read_only: false}]\n",
		"bottle.yaml:5: bundle.mounts[0]: unknown key 'read_only': allowed are host, "
		"container"},
	{"a merge key", V "agent:\n  <<: {image: a}\n",
		"bottle.yaml:3: agent: unknown key '<<': allowed are " AGENT_KEYS},
	{"a mount without guest", AGENT "  mounts:\n    - host: .\n",
		"bottle.yaml:5: agent.mounts[0]: missing key 'guest': required are host, guest"},
	{"the second mount without host",
		AGENT "  mounts:\n  - {host: ., guest: /w}\n  - read_only: true\n    guest: /v\n",
		"bottle.yaml:6: agent.mounts[1]: missing key 'host': required are host, guest"},
	{"a duplicate key", AGENT "  image: b\n",
		"bottle.yaml:4: agent: duplicate key 'image', first on line 3: allowed is one"},
	{"a duplicate section", AGENT "agent:\n  image: b\n",
		"bottle.yaml:4: duplicate key 'agent', first on line 2: allowed is one"},
	{"a duplicate variable", AGENT "  env:\n    A: 1\n    B: 2\n    A: 3\n",
		"bottle.yaml:7: agent.env: duplicate key 'A', first on line 5: allowed is one"},
	{"a second document", AGENT "---\nversion: 1\n",
		"bottle.yaml:4: a second document begins: allowed is one"},
	{"an alias", V "agent:\n  image: *a\n",
		"bottle.yaml:3: anchors (&) and aliases (*) are not allowed: write the value out"},
	{"an anchor", V "agent: &a\n  image: x\n",
		"bottle.yaml:2: anchors (&) and aliases (*) are not allowed: write the value out"},
	{"an alias bomb", "a: &a [x,x]\nb: &b [*a,*a]\n",
		"bottle.yaml:1: unknown key 'a': allowed are version, name, backend, network, "
		"agent, bundle"},
	{"a tag", V "agent:\n  image: !!str 5\n",
		"bottle.yaml:3: tags (!) are not allowed: write the plain value"},
	{"a key that is a list", V "[a]: b\n",
		"bottle.yaml:2: a key is not plain text: allowed is KEY: VALUE"},
	{"a tab that indents", V "agent:\n\timage: a\n",
		"bottle.yaml:3: not valid YAML: while scanning for the next token, found character "
		"that "
		"cannot start any token: indent with spaces, never tabs, and quote text that "
		"begins with "
		"a sign"},
	{"an unclosed bracket", V "agent: {image: a\n",
		"bottle.yaml:3: not valid YAML: while parsing a flow mapping, did not find "
		"expected ',' or "
		"'}'"},
	{"a colon in plain text", V "agent:\n  image: a: b\n",
		"bottle.yaml:3: not valid YAML: mapping values are not allowed in this context"},
	{"bytes that are not UTF-8", V "name: web\n# \xff\n",
		"bottle.yaml:3: not valid YAML: invalid leading UTF-8 octet: the file must be "
		"UTF-8 text"},
	{"Latin-1 letters", V "name: caf\xe9\n",
		"bottle.yaml:2: not valid YAML: incomplete UTF-8 octet sequence: the file must be "
		"UTF-8 text"},
	{"a control character", V "name: \x01\n",
		"bottle.yaml:2: not valid YAML: control characters are not allowed: the file must "
		"be UTF-8 "
		"text"},
	{"an escaped NUL", V "agent: {image: \"a\\0b\"}\n",
		"bottle.yaml:2: agent.image: holds a control character: allowed is one line of "
		"text"},
	{"an escaped NUL in a key", V "\"agent\\0\": {image: a}\n",
		"bottle.yaml:2: a key is not plain text: allowed is KEY: VALUE"},
	{"a terminal escape", V "agent: {image: \"a\\e[2J\"}\n",
		"bottle.yaml:2: agent.image: holds a control character: allowed is one line of "
		"text"},
	{"text over two lines", V "agent:\n  image: |\n    a\n    b\n",
		"bottle.yaml:3: agent.image: holds a control character: allowed is one line of "
		"text"},
};

static const struct refusal types[] = {
	{"a word for a number", AGENT "  cpus: four\n",
		"bottle.yaml:4: agent.cpus: got 'four': " NUMBER},
	{"a number with a suffix", AGENT "  memory: 4096M\n",
		"bottle.yaml:4: agent.memory: got '4096M': " NUMBER},
	{"an octal number", AGENT "  cpus: 010\n", "bottle.yaml:4: agent.cpus: got '010': " NUMBER},
	{"a hexadecimal number", AGENT "  cpus: 0x4\n",
		"bottle.yaml:4: agent.cpus: got '0x4': " NUMBER},
	{"a negative number", AGENT "  cpus: -1\n", "bottle.yaml:4: agent.cpus: got '-1': " NUMBER},
	{"a fraction", AGENT "  cpus: 1.5\n", "bottle.yaml:4: agent.cpus: got '1.5': " NUMBER},
	{"a quoted number", AGENT "  cpus: \"4\"\n", "bottle.yaml:4: agent.cpus: got '4': " NUMBER},
	{"a number beyond 32 bits", AGENT "  cpus: 4294967297\n",
		"bottle.yaml:4: agent.cpus: got '4294967297': " NUMBER},
	{"no number", AGENT "  cpus:\n",
		"bottle.yaml:4: agent.cpus: got nothing: allowed is a whole number"},
	{"yes for true", AGENT "  mounts: [{host: ., guest: /w, read_only: yes}]\n",
		"bottle.yaml:4: agent.mounts[0].read_only: got 'yes': allowed are true, false"},
	{"a misspelt false", AGENT "  mounts: [{host: ., guest: /w, read_only: flase}]\n",
		"bottle.yaml:4: agent.mounts[0].read_only: got 'flase': allowed are true, false"},
	{"an unknown backend", AGENT "backend: qemu\n",
		"bottle.yaml:4: backend: got 'qemu': allowed are smolvm, docker"},
	{"a number for a choice", AGENT "backend: 0\n",
		"bottle.yaml:4: backend: got '0': allowed are smolvm, docker"},
	{"an unknown network", AGENT "network: host\n",
		"bottle.yaml:4: network: got 'host': allowed are alias, sealed"},
	{"agent as text", V "agent: my-agent\n",
		"bottle.yaml:2: agent: got a single value: allowed is a mapping (KEY: VALUE)"},
	{"agent as nothing", V "agent:\nname: web\n",
		"bottle.yaml:2: agent: got nothing: allowed is a mapping (KEY: VALUE)"},
	{"an image that is a list", V "agent: {image: [a]}\n",
		"bottle.yaml:2: agent.image: got a list: allowed is text"},
	{"an image that is nothing", V "agent:\n  image: ~\n",
		"bottle.yaml:3: agent.image: got nothing: allowed is text"},
	{"an empty image", V "agent:\n  image: ''\n",
		"bottle.yaml:3: agent.image: is empty: allowed is text"},
	{"a mount as text", AGENT "  mounts: ['.:/w']\n",
		"bottle.yaml:4: agent.mounts[0]: got a single value: allowed is a mapping (KEY: "
		"VALUE)"},
	{"mounts as a mapping", AGENT "  mounts: {host: ., guest: /w}\n",
		"bottle.yaml:4: agent.mounts: got a mapping: allowed is a list (- ITEM, or [ITEM, "
		"ITEM])"},
	{"env as a list", AGENT "  env: [A=1]\n",
		"bottle.yaml:4: agent.env: got a list: allowed is a mapping (KEY: VALUE)"},
	{"a variable that is a list", AGENT "  env: {A: [1]}\n",
		"bottle.yaml:4: agent.env.A: is not a single value: allowed is text"},
	{"a variable without value", AGENT "  env:\n    A:\n",
		"bottle.yaml:5: agent.env.A: has no value: allowed is text, \"\" for an empty one"},
	{"an escape in a variable", AGENT "  env: {A: \"\\e[2J\"}\n",
		"bottle.yaml:4: agent.env.A: holds a control character: allowed are tab and "
		"newline"},
	{"a NUL in a variable", AGENT "  env: {A: \"x\\0y\"}\n",
		"bottle.yaml:4: agent.env.A: holds a control character: allowed are tab and "
		"newline"},
	{"a secret as a mapping, not repeating it", AGENT "  secret_env: {TOKEN: sk-123}\n",
		"bottle.yaml:4: agent.secret_env: got a mapping: allowed is a list (- ITEM, or "
		"[ITEM, ITEM])"},
	{"a secret as text, not repeating it", AGENT "  secret_env: sk-123\n",
		"bottle.yaml:4: agent.secret_env: got a single value: allowed is a list (- ITEM, "
		"or [ITEM, "
		"ITEM])"},
};

#define ENV_RULE "allowed are letters, digits and _, not beginning with a digit"
#define IMAGE_RULE \
	"allowed is an image reference: up to 255 printable characters, no space, no leading -"
#define BARE "not a bare name (the value comes from the environment): " ENV_RULE

static const struct refusal meaning[] = {
	{"nothing to run", V,
		"agent: nothing to run: allowed is exactly one of image, dockerfile, pack"},
	{"an agent that runs nothing", V "agent:\n  cpus: 2\n",
		"bottle.yaml:2: agent: nothing to run: allowed is exactly one of image, "
		"dockerfile, pack"},
	{"an image and a pack", AGENT "  pack: ./x\n",
		"bottle.yaml:4: agent.pack: image is given too: allowed is exactly one of image, "
		"dockerfile, "
		"pack"},
	{"an image that is an option", V "agent: {image: --privileged}\n",
		"bottle.yaml:2: agent.image: " IMAGE_RULE},
	{"an image with a space", V "agent: {image: a b}\n",
		"bottle.yaml:2: agent.image: " IMAGE_RULE},
	{"a missing dockerfile", V "agent: {dockerfile: /nonexistent/Dockerfile}\n",
		"bottle.yaml:2: agent.dockerfile: /nonexistent/Dockerfile: No such file or "
		"directory"},
	{"a dockerfile that is a folder", V "agent: {dockerfile: /usr}\n",
		"bottle.yaml:2: agent.dockerfile: /usr: allowed is a regular file"},
	{"a name with capitals", AGENT "name: Web\n",
		"bottle.yaml:4: name: 'Web' cannot name a bottle: only a-z, 0-9 and - are allowed"},
	{"a pack in a container", V "backend: docker\nagent: {pack: ./x}\n",
		"bottle.yaml:3: agent.pack: a pack is smolvm's: with backend docker allowed is "
		"image or dockerfile"},
	{"a container without a network card", AGENT "backend: docker\nnetwork: sealed\n",
		"bottle.yaml:5: network: with backend docker the agent shares a closed network "
		"with its bundle: allowed is alias, or nothing"},
	{"a secret that docker would heed",
		V "backend: docker\nagent: {image: a, secret_env: [A, DOCKER_HOST]}\n",
		"bottle.yaml:3: agent.secret_env[1]: DOCKER_HOST would change the docker command "
		"itself: allowed are other names"},
	{"a secret that every program heeds",
		V "backend: docker\nagent: {image: a, secret_env: [PATH]}\n",
		"bottle.yaml:3: agent.secret_env[0]: PATH would change the docker command itself: "
		"allowed are other names"},
	{"cpus 0", AGENT "  cpus: 0\n", "bottle.yaml:4: agent.cpus: got 0: allowed are 1 to 255"},
	{"cpus 256", AGENT "  cpus: 256\n",
		"bottle.yaml:4: agent.cpus: got 256: allowed are 1 to 255"},
	{"memory 255", AGENT "  memory: 255\n",
		"bottle.yaml:4: agent.memory: got 255: allowed are 256 to 1048576 (MiB)"},
	{"memory 1048577", AGENT "  memory: 1048577\n",
		"bottle.yaml:4: agent.memory: got 1048577: allowed are 256 to 1048576 (MiB)"},
	{"a variable with a dash", AGENT "  env: {A-B: x}\n",
		"bottle.yaml:4: agent.env.A-B: no name of a variable: " ENV_RULE},
	{"a variable beginning with a digit", AGENT "  env: {1A: x}\n",
		"bottle.yaml:4: agent.env.1A: no name of a variable: " ENV_RULE},
	{"an empty variable", AGENT "  env: {\"\": x}\n",
		"bottle.yaml:4: agent.env.: no name of a variable: " ENV_RULE},
	{"'=' in a variable's name", AGENT "  env: {A=B: x}\n",
		"bottle.yaml:4: agent.env: a key holds '=': allowed is NAME: VALUE"},
	{"a secret's value, not repeating it", AGENT "  secret_env: [TOKEN=sk-123]\n",
		"bottle.yaml:4: agent.secret_env[0]: " BARE},
	{"a forwarded value, not repeating it", AGENT "bundle: {forward_env: [sk-123]}\n",
		"bottle.yaml:4: bundle.forward_env[0]: " BARE},
	{"a variable that is secret and not", AGENT "  env: {A: x}\n  secret_env: [B, A]\n",
		"bottle.yaml:5: agent.secret_env[1]: A is in agent.env too: allowed is one of the "
		"two"},
	{"a secret listed twice", AGENT "  secret_env:\n  - A\n  - A\n",
		"bottle.yaml:6: agent.secret_env[1]: A is listed twice: allowed is once"},
	{"our own name in bundle.env", AGENT "bundle:\n  env: {BOT_BOTTLE_TOKEN: x}\n",
		"bottle.yaml:5: bundle.env.BOT_BOTTLE_TOKEN: names that begin with BOT_BOTTLE_ are "
		"set by "
		"bottle: allowed are others"},
	{"our own name in forward_env", AGENT "bundle:\n  forward_env: [A, BOT_BOTTLE_X]\n",
		"bottle.yaml:5: bundle.forward_env[1]: names that begin with BOT_BOTTLE_ are set "
		"by bottle: "
		"allowed are others"},
	{"a daemon with a comma", AGENT "bundle: {daemons: [egress, \"a,b\"]}\n",
		"bottle.yaml:4: bundle.daemons[1]: 'a,b': allowed are a-z, 0-9 and -"},
	{"a bundle image that is an option", AGENT "bundle: {image: -x}\n",
		"bottle.yaml:4: bundle.image: " IMAGE_RULE},
};

static const struct refusal ports[] = {
	{"the egress port published as proxy", AGENT "bundle:\n  publish:\n    proxy: 9099\n",
		"bottle.yaml:6: bundle.publish.proxy: 9099 is bundle.egress_port, which is never "
		"published: "
		"allowed is any other port"},
	{"the egress port published as git", AGENT "bundle: {publish: {git: 9099}}\n",
		"bottle.yaml:4: bundle.publish.git: 9099 is bundle.egress_port, which is never "
		"published: "
		"allowed is any other port"},
	{"the egress port published as supervise", AGENT "bundle: {publish: {supervise: 9099}}\n",
		"bottle.yaml:4: bundle.publish.supervise: 9099 is bundle.egress_port, which is "
		"never "
		"published: allowed is any other port"},
	{"a moved egress port published",
		AGENT "bundle:\n  egress_port: 7000\n  publish: {git: 7000}\n",
		"bottle.yaml:6: bundle.publish.git: 7000 is bundle.egress_port, which is never "
		"published: "
		"allowed is any other port"},
	{"an egress port moved onto the default proxy", AGENT "bundle:\n  egress_port: 8888\n",
		"bundle.publish.proxy: 8888 is bundle.egress_port, which is never published: "
		"allowed is any "
		"other port"},
	{"the lease port as the egress port", AGENT "bundle: {egress_port: 10213}\n",
		"bottle.yaml:4: bundle.egress_port: 10213 is the lease port, which every bottle "
		"publishes: allowed is any other port"},
	{"a secret that would change smolvm", AGENT "  secret_env: [TOKEN, SMOLVM_BOOT_BINARY]\n",
		"bottle.yaml:4: agent.secret_env[1]: SMOLVM_BOOT_BINARY would change smolvm "
		"itself: allowed are "
		"names that do not begin with SMOLVM_, LD_ or DYLD_"},
	{"a secret that would change the loader", AGENT "  secret_env: [LD_PRELOAD]\n",
		"bottle.yaml:4: agent.secret_env[0]: LD_PRELOAD would change smolvm itself: "
		"allowed are names that do not begin with SMOLVM_, LD_ or DYLD_"},
	{"the lease port", AGENT "bundle: {publish: {git: 10213}}\n",
		"bottle.yaml:4: bundle.publish.git: 10213 is the lease port of every bottle: "
		"allowed is any other port"},
	{"port 0", AGENT "bundle: {publish: {git: 0}}\n",
		"bottle.yaml:4: bundle.publish.git: got 0: allowed are 1 to 65535"},
	{"port 65536", AGENT "bundle: {publish: {proxy: 65536}}\n",
		"bottle.yaml:4: bundle.publish.proxy: got 65536: allowed are 1 to 65535"},
	{"egress port 0", AGENT "bundle: {egress_port: 0}\n",
		"bottle.yaml:4: bundle.egress_port: got 0: allowed are 1 to 65535"},
	{"egress port 65536", AGENT "bundle: {egress_port: 65536}\n",
		"bottle.yaml:4: bundle.egress_port: got 65536: allowed are 1 to 65535"},
	{"one port under two names", AGENT "bundle:\n  publish: {proxy: 80, supervise: 80}\n",
		"bottle.yaml:5: bundle.publish.supervise: 80 is published as proxy too: allowed "
		"are distinct "
		"ports"},
};

#define REFUSE_ALL(table)                                             \
	for (size_t i = 0; i < sizeof(table) / sizeof(*(table)); i++) \
	refuses((table)[i].name, (table)[i].text, (table)[i].message)

static void test_full(void)
{
	static const char text[] =
		"# all keys\n"
		"version: 1\n"
		"name: web\n"
		"backend: smolvm\n"
		"network: sealed\n"
		"agent:\n"
		"  image: my-agent:latest\n"
		"  env: {LANG: C.UTF-8, N: 1, EMPTY: \"\", KEY: \"a\\nb\", NO: no}\n"
		"  secret_env: [API_TOKEN]\n"
		"  mounts: [{host: /usr, guest: /workspace/, read_only: true}]\n"
		"  cpus: 2\n"
		"  memory: 512\n"
		"bundle:\n"
		"  image: b:1\n"
		"  daemons: [egress]\n"
		"  env: {LOG: info}\n"
		"  forward_env: [A_KEY, B_KEY]\n"
		"  mounts: [{host: /etc, container: /etc/policy}]\n"
		"  publish: {git: 9418, supervise: 9100}\n"
		"  egress_port: 9000\n";
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;

	is_int(finish_text(&spec, text, &err), 0, "every key is accepted");
	is_str(err.message, NULL, "without an error");
	is_str(spec.name, "web", "name");
	is_int(spec.network, SPEC_NETWORK_SEALED, "network");
	is_str(spec.agent.image, "my-agent:latest", "agent.image");
	is_int((long long)spec.agent.env.count, 5, "agent.env has its pairs");
	is_str(spec.agent.env.item[0], "LANG=C.UTF-8", "a variable");
	is_str(spec.agent.env.item[1], "N=1", "a number is text in env");
	is_str(spec.agent.env.item[2], "EMPTY=", "an empty variable");
	is_str(spec.agent.env.item[3], "KEY=a\nb", "a variable of two lines");
	is_str(spec.agent.env.item[4], "NO=no", "no is text in env");
	ok(spec.agent.env.item[5] == NULL, "env ends with NULL");
	is_str(spec.agent.secret_env.item[0], "API_TOKEN", "secret_env");
	ok(spec.agent.secret_env.item[1] == NULL, "secret_env ends with NULL");
	is_str(spec.agent.mounts.item[0].guest, "/workspace",
		"a trailing slash of guest is dropped");
	ok(spec.agent.mounts.item[0].read_only, "read_only");
	is_int(spec.agent.cpus, 2, "cpus");
	is_int(spec.agent.memory, 512, "memory");
	is_str(spec.bundle.image, "b:1", "bundle.image");
	is_int((long long)spec.bundle.daemons.count, 1, "daemons replace the default");
	is_str(spec.bundle.env.item[0], "LOG=info", "bundle.env");
	is_str(spec.bundle.forward_env.item[1], "B_KEY", "forward_env");
	is_str(spec.bundle.mounts.item[0].guest, "/etc/policy", "container path");
	ok(spec.bundle.mounts.item[0].read_only, "a bundle mount is read-only");
	is_int(spec.bundle.publish.port[SPEC_PORT_PROXY], 0, "publish replaces the default");
	is_int(spec.bundle.publish.port[SPEC_PORT_GIT], 9418, "git");
	is_int(spec.bundle.publish.port[SPEC_PORT_SUPERVISE], 9100, "supervise");
	is_int(spec.bundle.egress_port, 9000, "egress_port");
	spec_clear(&spec);
	spec_clear(&spec);
	ok(spec.name == NULL && spec.agent.env.item == NULL, "spec_clear may be called twice");
	err_clear(&err);
}

static void test_defaults(void)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;

	is_int(finish_text(&spec, AGENT, &err), 0, "the smallest file");
	is_str(spec.name, NULL, "no name");
	is_int(spec.backend, SPEC_BACKEND_SMOLVM, "backend smolvm");
	is_int(spec.network, SPEC_NETWORK_ALIAS, "network alias");
	is_int(spec.agent.cpus, 4, "4 cpus");
	is_int(spec.agent.memory, 4096, "4096 MiB");
	is_str(spec.bundle.image, "bot-bottle-sidecars:latest", "the bundle's image");
	is_int((long long)spec.bundle.daemons.count, 2, "two daemons");
	is_str(spec.bundle.daemons.item[0], "egress", "egress");
	is_str(spec.bundle.daemons.item[1], "pipelock", "pipelock");
	is_int(spec.bundle.publish.port[SPEC_PORT_PROXY], 8888, "proxy 8888 is published");
	is_int(spec.bundle.publish.port[SPEC_PORT_GIT], 0, "git is not");
	is_int(spec.bundle.egress_port, 9099, "egress port 9099");
	is_int(finish_text(&spec, AGENT "bundle: {publish: {}, daemons: []}\n", &err), 0,
		"empty publish and daemons are accepted");
	is_int(spec.bundle.publish.port[SPEC_PORT_PROXY], 0, "and publish nothing");
	is_int((long long)spec.bundle.daemons.count, 0, "and run nothing");
	is_int(finish_text(&spec, "\xef\xbb\xbf" AGENT, &err), 0, "a byte order mark is skipped");
	is_int(finish_text(&spec, "---\n" AGENT "...\n", &err), 0, "document marks are accepted");
	is_int(finish_text(&spec, "version: 1\r\nagent:\r\n  image: a\r\n", &err), 0,
		"CRLF is accepted");
	is_str(spec.agent.image, "a", "without the CR");
	is_int(finish_text(
		       &spec, AGENT "bundle: {egress_port: 7000, publish: {git: 9099}}\n", &err),
		0, "9099 may be published once the egress port is another");
	spec_clear(&spec);
	err_clear(&err);
}

/* A failing parse leaves what was there. */
static void test_untouched(void)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;

	spec_set_name(&spec, "kept", &err);
	is_int(spec_parse(&spec, "bottle.yaml", "x", 1, &err), -1, "a bad file");
	is_str(spec.name, "kept", "leaves the spec as it was");
	is_int(spec_parse(&spec, "/nonexistent/bottle.yaml", AGENT, strlen(AGENT), &err), -1,
		"a file in no folder is refused");
	is_str(err.message,
		"find the folder of /nonexistent/bottle.yaml: No such file or directory",
		"and says so");
	spec_clear(&spec);
	err_clear(&err);
}

/* Text that is big or deep ends in a message, quickly. */
static void test_big(void)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;
	char *text = xcalloc(SPEC_FILE_MAX + 64, 1);
	size_t len;

	memset(text, '[', SPEC_FILE_MAX);
	is_int(spec_parse(&spec, "bottle.yaml", text, SPEC_FILE_MAX, &err), -1, "262144 brackets");
	memcpy(text, "version: 1\nagent: ", 18);
	memset(text + 18, '{', SPEC_FILE_MAX - 18);
	is_int(spec_parse(&spec, "bottle.yaml", text, SPEC_FILE_MAX, &err), -1, "262126 braces");
	is_str(err.message, "bottle.yaml:2: agent: a key is not plain text: allowed is KEY: VALUE",
		"end at the first that makes no sense");
	len = (size_t)sprintf(text, "version: 1\nagent:\n  env:\n");
	for (int i = 0; i < 257; i++)
		len += (size_t)sprintf(text + len, "    A%d: x\n", i);
	is_int(spec_parse(&spec, "bottle.yaml", text, len, &err), -1, "257 variables");
	is_str(err.message, "bottle.yaml:260: agent.env: too many keys: allowed are 256",
		"are too many");
	len = (size_t)sprintf(text, "version: 1\nagent:\n  secret_env:\n");
	for (int i = 0; i < 65; i++)
		len += (size_t)sprintf(text + len, "  - A%d\n", i);
	is_int(spec_parse(&spec, "bottle.yaml", text, len, &err), -1, "65 names");
	is_str(err.message, "bottle.yaml:68: agent.secret_env: too many items: allowed are 64",
		"are too many");
	len = (size_t)sprintf(text, "version: 1\nagent:\n  env:\n    A: ");
	memset(text + len, 'x', 40000);
	is_int(spec_parse(&spec, "bottle.yaml", text, len + 40000, &err), -1,
		"a value of 40000 bytes");
	is_str(err.message, "bottle.yaml:4: agent.env.A: is too long: allowed are 32768 bytes",
		"is too long");
	len = (size_t)sprintf(text, "version: 1\nagent:\n  image: ");
	memset(text + len, 'x', 256);
	is_int(spec_parse(&spec, "bottle.yaml", text, len + 256, &err), -1,
		"an image of 256 bytes");
	is_str(err.message, "bottle.yaml:3: agent.image: is too long: allowed are 255 bytes",
		"is too long");
	is_int(spec_parse(&spec, "bottle.yaml", "version: 1\0agent: x", 19, &err), -1,
		"a raw NUL is refused");
	free(text);
	spec_clear(&spec);
	err_clear(&err);
}

/* Every prefix of a good file, and every file with one byte changed, is taken or refused, never
 * more. */
static void test_mutations(void)
{
	static const char text[] =
		AGENT "  env: {A: \"x\"}\n  mounts: [{host: /, guest: /w}]\nbundle:\n"
		      "  publish:\n    git: 94\n";
	static const unsigned char bytes[] = {0, 1, '\t', '\n', ' ', '!', '"', '#', '%', '&', '\'',
		'*', '-', ':', '?', '@', '[', ']', '{', '|', '}', '0', 0x80, 0xc3, 0xff};
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;
	char copy[sizeof(text)];
	bool sound = true;

	for (size_t len = 0; len < sizeof(text); len++)
		sound &= spec_parse(&spec, "bottle.yaml", text, len, &err) == 0 ||
			 err.code == EXIT_DATA;
	ok(sound, "every prefix is taken or refused as data");
	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			memcpy(copy, text, sizeof(text));
			copy[at] = (char)bytes[i];
			err_clear(&err);
			if (spec_parse(&spec, "bottle.yaml", copy, sizeof(text) - 1, &err) == 0)
				continue;
			/* libcyaml never has to say no after our check said yes */
			sound &= err.code == EXIT_DATA &&
				 strncmp(err.message, "bottle.yaml:", 12) == 0 &&
				 err.message[12] != ' ';
			if (!sound) {
				printf("# byte %zu = %u: %s\n", at, bytes[i], err.message);
				break;
			}
		}
	}
	ok(sound, "every changed byte is taken or refused with a line");
	spec_clear(&spec);
	err_clear(&err);
}

static void test_folder(const char *folder)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct error err = ERROR_INIT;
	cleanup_free char *file = xasprintf("%s/bottle.yaml", folder);
	cleanup_free char *none = xasprintf("%s/none/bottle.yaml", folder);

	is_int(spec_parse(&spec, file, AGENT, strlen(AGENT), &err), 0, "bytes of a file");
	is_str(spec.folder, folder, "its folder is noted");
	is_int(spec_parse(&spec, none, AGENT, strlen(AGENT), &err), -1, "the folder must be there");
	is_int(err.code, EXIT_DATA, "or it is bad data");
	spec_clear(&spec);
	err_clear(&err);
}

int main(void)
{
	char template[] = "/tmp/bottle-spec.XXXXXX";
	cleanup_free char *folder = NULL;

	if (mkdtemp(template) == NULL)
		return 1;
	folder = realpath(template, NULL);
	REFUSE_ALL(structure);
	REFUSE_ALL(types);
	REFUSE_ALL(meaning);
	REFUSE_ALL(ports);
	test_full();
	test_defaults();
	test_untouched();
	test_big();
	test_mutations();
	test_folder(folder);
	rmdir(folder);
	return done_testing();
}
