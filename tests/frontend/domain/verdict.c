/* Verdicts: saved and loaded alike; a document that is cut, older or somebody else's makes a bottle
 * unverified. */
#include "verdict.h"

#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "context.h"
#include "err.h"
#include "fs.h"
#include "journal.h"
#include "mem.h"
#include "tap.h"

static char base[] = "/tmp/bottle-verdict.XXXXXX";
static struct context ctx;

#define TOKEN "5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed5eed"

static struct verdict sample(void)
{
	struct verdict v = {
		.slug = xstrdup("web"),
		.launch = xstrdup("0123456789abcdef0123456789abcdef"),
		.time = 1700000000,
		.alias = xstrdup("127.0.0.16"),
		.subnet = xstrdup("10.213.1.0/28"),
		.bundle_ip = xstrdup("10.213.1.2"),
		.container_id = xstrdup("c0ffee"),
		.bundle_image = xstrdup("sha256:1"),
		.machine = xstrdup("bot-bottle-web"),
		.policy = xstrdup("00ff"),
		.process = {4321, (UINT64_C(1) << 40) + 1},
		.engine = xstrdup("/run/docker.sock"),
		.engine_api = 41,
		.smolvm = xstrdup("/usr/bin/smolvm"),
		.smolvm_version = xstrdup("1.40.0"),
		.unproven = true,
		.egress_port = 9099,
		.sealed = true,
		.full = true,
		.text = xstrdup("alias + 2 host services"),
	};

	v.port[v.port_count++] = (struct probe_port){"proxy", 32768, 8888};
	v.port[v.port_count++] = (struct probe_port){"git", 1, 65535};
	strv_push(&v.services, "tcp 0.0.0.0:22");
	strv_push(&v.services, "tcp [::]:22");
	strv_push(&v.published, "tcp 0.0.0.0:8080, container web");
	strv_push(&v.notes, "a note");
	strv_push(&v.secret_env, "API_TOKEN");
	v.token = xstrdup(TOKEN);
	return v;
}

static void save(struct journal *journal)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_verdict struct verdict v = sample();

	is_int(verdict_save(&v, journal, &err), 0, "saved");
}

static void test_secret(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *path = xasprintf("%s/web/verdict", base);
	cleanup_buf struct buf text = BUF_INIT(65536);

	is_int(fs_read(path, &text, &err), 0, "the file");
	ok(strstr(buf_str(&text), "127.0.0.16") != NULL && strstr(buf_str(&text), TOKEN) == NULL,
		"does not have the token");
}

static void test_round_trip(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_verdict struct verdict want = sample(), got = {0};

	is_int(verdict_load(&ctx, "web", &got, &err), 0, "loaded");
	is_str(got.launch, want.launch, "launch");
	is_str(got.alias, want.alias, "alias");
	is_str(got.container_id, want.container_id, "container");
	is_str(got.engine, want.engine, "engine");
	is_str(got.smolvm_version, want.smolvm_version, "version");
	is_str(got.text, want.text, "text");
	ok(got.process.pid == 4321 && got.process.start == want.process.start,
		"the VM's process, all 64 bits");
	ok(got.unproven && got.sealed && got.full && got.egress_port == 9099 &&
			got.time == want.time && got.engine_api == 41,
		"values");
	ok(got.port_count == 2 && got.port[0].host_port == 32768 &&
			got.port[1].container_port == 65535 && strcmp(got.port[1].name, "git") == 0,
		"ports");
	ok(got.services.count == 2 && got.secret_env.count == 1, "lists");
	is_str(got.published.count == 1 ? got.published.item[0] : NULL, want.published.item[0],
		"what is published on every address");
	is_str(got.notes.count == 1 ? got.notes.item[0] : NULL, "a note", "notes");
}

/* Loads the sample with KEY (a path of at most two names) set to VALUE, NULL = removed. */
static int load_with(struct journal *journal, const char *outer, const char *key, json_t *value)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_verdict struct verdict got = {0};
	json_t *json = NULL, *in;

	{
		cleanup_verdict struct verdict v = sample();

		verdict_save(&v, journal, &err);
	}
	journal_read_verdict(&ctx, "web", &json, &err);
	in = outer ? json_object_get(json, outer) : json;
	if (value != NULL)
		json_object_set_new(in, key, value);
	else
		json_object_del(in, key);
	journal_write_verdict(journal, json, &err);
	json_decref(json);
	return verdict_load(&ctx, "web", &got, &err) == 0 ? 0 : (int)err.code;
}

static void test_broken(struct journal *journal)
{
	static const char *const needed[] = {"schema", "name", "launch", "time", "alias", "subnet",
		"bundle", "machine", "engine", "smolvm", "egress_port", "verify", "services",
		"secret_env", "verdict"};

	is_int(load_with(journal, NULL, "newer", json_true()), 0, "an unknown key does not matter");
	is_int(load_with(journal, NULL, "published", NULL), 0,
		"nor one that an older bottle left out");
	is_int(load_with(journal, NULL, "notes", NULL), 0, "nor that one");
	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		char name[80];

		snprintf(name, sizeof(name), "without %s", needed[i]);
		is_int(load_with(journal, NULL, needed[i], NULL), EXIT_DATA, name);
		snprintf(name, sizeof(name), "%s is null", needed[i]);
		if (strcmp(needed[i], "services") != 0 && strcmp(needed[i], "secret_env") != 0)
			is_int(load_with(journal, NULL, needed[i], json_null()), EXIT_DATA, name);
	}
	is_int(load_with(journal, NULL, "schema", json_string("bottle.verdict/2")), EXIT_DATA,
		"another schema");
	is_int(load_with(journal, NULL, "name", json_string("api")), EXIT_DATA, "another bottle's");
	is_int(load_with(journal, "machine", "pid", json_string("1")), EXIT_DATA,
		"a pid that is text");
	is_int(load_with(journal, "bundle", "ports",
		       json_pack("{s:{s:i,s:i}}", "proxy", "host", 0, "container", 1)),
		EXIT_DATA, "port 0");
	is_int(load_with(journal, "bundle", "ports",
		       json_pack("{s:{s:i,s:i}}", "proxy", "host", 65536, "container", 1)),
		EXIT_DATA, "a port above 65535");
	is_int(load_with(journal, "bundle", "ports", json_pack("{s:{s:i}}", "proxy", "host", 80)),
		EXIT_DATA, "a port without its inside");
}

/* A bottle that is a container: all of what says so, or none of it. */
static void test_container(struct journal *journal)
{
	static const char *const keys[] = {"container", "started", "network", "address", "bundle"};
	cleanup_error struct error err = ERROR_INIT;
	cleanup_verdict struct verdict want = sample(), got = {0};
	cleanup_strv struct strv urls = STRV_INIT;
	cleanup_free char *text = NULL;

	is_str(verdict_backend(&want), "smolvm", "container: not without one");
	want.agent_id = xstrdup("a1");
	want.agent_started = xstrdup("2026-01-01T00:00:00Z");
	want.agent_network = xstrdup("b2");
	want.agent_ip = xstrdup("10.213.1.11");
	want.inside_ip = xstrdup("10.213.1.10");
	is_int(verdict_save(&want, journal, &err), 0, "container: saved");
	is_int(verdict_load(&ctx, "web", &got, &err), 0, "container: loaded");
	is_str(verdict_backend(&got), "docker", "container: its backend");
	ok(strcmp(got.agent_id, "a1") == 0 && strcmp(got.agent_network, "b2") == 0 &&
			strcmp(got.agent_started, want.agent_started) == 0 &&
			strcmp(got.agent_ip, want.agent_ip) == 0,
		"container: which, since when, and where");
	verdict_proxy(&got, NULL, &urls);
	verdict_urls(&got, &urls);
	text = strv_join(&urls, " ");
	ok(strstr(text, "HTTP_PROXY=http://10.213.1.10:32768") != NULL &&
			strstr(text, "GIT_GATE_URL=git://10.213.1.10:1") != NULL &&
			strstr(text, "NO_PROXY=localhost,127.0.0.1,10.213.1.10") != NULL &&
			strstr(text, "127.0.0.16") == NULL,
		"container: the URLs lead to the bundle inside");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_t *agent = json_pack("{s:s, s:s, s:s, s:s, s:s}", keys[0], "1", keys[1], "2",
			keys[2], "3", keys[3], "4", keys[4], "5");
		char name[80];

		json_object_del(agent, keys[i]);
		snprintf(name, sizeof(name), "container: without %s", keys[i]);
		is_int(load_with(journal, NULL, "agent", agent), EXIT_DATA, name);
	}
	is_int(load_with(journal, NULL, "agent", json_null()), EXIT_DATA, "container: null");
}

static void test_urls(void)
{
	cleanup_verdict struct verdict v = sample();
	cleanup_strv struct strv urls = STRV_INIT, none = STRV_INIT, proxy = STRV_INIT;
	cleanup_strv struct strv open = STRV_INIT;
	cleanup_free char *text = NULL, *less = NULL, *known = NULL, *unknown = NULL;

	v.port[v.port_count++] = (struct probe_port){"supervise", 9, 9100};
	verdict_urls(&v, &urls);
	text = strv_join(&urls, " ");
	is_str(text,
		"GIT_GATE_URL=git://127.0.0.16:1 git_gate_url=git://127.0.0.16:1 "
		"MCP_SUPERVISE_URL=http://127.0.0.16:9/ mcp_supervise_url=http://127.0.0.16:9/ "
		"NO_PROXY=localhost,127.0.0.1,127.0.0.16 no_proxy=localhost,127.0.0.1,127.0.0.16",
		"all URLs but the proxy's");
	verdict_proxy(&v, "0a1b", &proxy);
	known = strv_join(&proxy, " ");
	is_str(known,
		"HTTPS_PROXY=http://bottle:0a1b@127.0.0.16:32768 "
		"https_proxy=http://bottle:0a1b@127.0.0.16:32768 "
		"HTTP_PROXY=http://bottle:0a1b@127.0.0.16:32768 "
		"http_proxy=http://bottle:0a1b@127.0.0.16:32768",
		"that with the token");
	verdict_proxy(&v, NULL, &open);
	unknown = strv_join(&open, " ");
	is_str(unknown,
		"HTTPS_PROXY=http://127.0.0.16:32768 https_proxy=http://127.0.0.16:32768 "
		"HTTP_PROXY=http://127.0.0.16:32768 http_proxy=http://127.0.0.16:32768",
		"and without it");
	v.port_count = 0;
	verdict_urls(&v, &none);
	verdict_proxy(&v, "0a1b", &none);
	less = strv_join(&none, " ");
	is_str(less,
		"NO_PROXY=localhost,127.0.0.1,127.0.0.16 no_proxy=localhost,127.0.0.1,127.0.0.16",
		"a URL only for a published port");
}

static void test_text(void)
{
	static const struct {
		size_t count, open, unproven;
		bool sealed;
		const char *want;
	} cases[] = {{0, 0, 0, false, "alias"}, {1, 0, 0, false, "alias + 1 host service"},
		{2, 0, 0, false, "alias + 2 host services"},
		{0, 1, 0, false, "alias + proxy open to 1"},
		{0, 0, 3, false, "alias + proxy unproven for 3"},
		{3, 2, 1, false,
			"alias + 3 host services + proxy open to 2 + proxy unproven for 1"},
		{0, 0, 0, true, "sealed"}, {3, 0, 0, true, "sealed"},
		{0, 2, 1, true, "sealed + proxy open to 2 + proxy unproven for 1"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct probe_row rows[8] = {{.state = "refused", .pass = true}};
		struct probe_report proxy = {.row = rows, .count = 1};
		cleanup_free char *text = NULL;

		for (size_t k = 0; k < cases[i].open + cases[i].unproven; k++)
			rows[proxy.count++].state = k < cases[i].open ? "open" : "unproven";
		proxy.failed = proxy.count - 1;
		text = verdict_text(cases[i].sealed, cases[i].count, &proxy);
		is_str(text, cases[i].want, "the text counts what can be reached");
	}
}

int main(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *clean = NULL;

	if (mkdtemp(base) == NULL)
		return 1;
	ctx.state_root = base;
	{
		cleanup_journal struct journal journal = JOURNAL_INIT;
		cleanup_verdict struct verdict none = {0};

		journal_lock(&ctx, "web", 0, &journal, &err);
		journal_begin(&journal, "0123456789abcdef0123456789abcdef", "/e", "/s", &err);
		is_int(verdict_load(&ctx, "web", &none, &err), -1, "no verdict: unverified");
		save(&journal);
		test_secret();
		test_round_trip();
		test_container(&journal);
		test_broken(&journal);
	}
	test_urls();
	test_text();
	clean = xasprintf("rm -rf %s", base);
	return system(clean) == 0 ? done_testing() : 1;
}
