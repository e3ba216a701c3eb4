/* Journals: what is written comes back, a cut or hostile one does no harm, one command at a time. */
#include "journal.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "context.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "self.h"
#include "strv.h"
#include "tap.h"

#define ID "0123456789abcdef0123456789abcdef"
#define FIRST                                                                               \
	"{\"event\":\"launch\",\"launch\":\"" ID "\",\"pid\":7,\"start\":8,\"boot\":\"b\"," \
	"\"engine\":\"/e\",\"smolvm\":\"/s\",\"time\":1}\n"

static char base[] = "/tmp/bottle-journal.XXXXXX";
static struct context ctx;

static void test_round_trip(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_journal struct journal journal = JOURNAL_INIT;
	cleanup_journal_facts struct journal_facts facts = {0};
	uint64_t start = 0;
	struct stat st;

	is_int(journal_lock(&ctx, "web", 0, &journal, &err), 0,
		"a lock on a bottle that never was");
	ok(!journal_exists(&journal), "has no journal");
	is_int(journal_read(&ctx, "web", &facts, &err), -1, "to read");
	is_int(journal_begin(&journal, ID, "/run/docker.sock", "/usr/bin/smolvm", &err), 0,
		"begun");
	ok(journal_exists(&journal), "there is one");
	ok(stat(journal.folder, &st) == 0 && (st.st_mode & 07777) == 0700,
		"in a folder of mode 0700");
	ok(stat(journal.path, &st) == 0 && (st.st_mode & 07777) == 0600, "of mode 0600");
	is_int(journal_event(&journal, "machine", "name", "bot-bottle-web", &err), 0, "events");
	journal_event(&journal, "network", "alias", "127.0.0.16", &err);
	journal_event(&journal, "network", "alias", "127.0.0.17", &err);
	journal_event(&journal, "container", NULL, NULL, &err);
	journal_booted(&journal, 4321, UINT64_C(1) << 40, &err);
	is_int(journal_read(&ctx, "web", &facts, &err), 0, "read back");
	self_process_start(getpid(), &start);
	is_str(facts.launch, ID, "the launch");
	is_str(facts.engine, "/run/docker.sock", "the engine");
	is_str(facts.smolvm, "/usr/bin/smolvm", "smolvm");
	is_str(facts.alias, "127.0.0.17", "the last address counts");
	ok(facts.pid == getpid() && facts.pid_start == start && start != 0, "the launcher");
	ok(facts.vm_pid == 4321 && facts.vm_start == UINT64_C(1) << 40, "the VM");
	ok(facts.network && facts.container && facts.machine && !facts.ready && !facts.kept,
		"what was begun");
	journal_facts_clear(&facts);
	journal_event(&journal, "ready", NULL, NULL, &err);
	journal_read(&ctx, "web", &facts, &err);
	ok(facts.ready, "ready");
	journal_facts_clear(&facts);
	journal_begin(&journal, "fedcba9876543210fedcba9876543210", "/e", "/s", &err);
	journal_read(&ctx, "web", &facts, &err);
	ok(!facts.ready && !facts.network && facts.alias == NULL,
		"a new launch forgets the old one");
	is_int(journal_remove(&journal, &err), 0, "removed");
	ok(!fs_exists(journal.folder), "with its folder");
	is_int(journal_remove(&journal, &err), 0, "twice");
}

/* What an agent could write, and what it left there. */
static void test_mounts(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_journal struct journal journal = JOURNAL_INIT;
	cleanup_journal_facts struct journal_facts facts = {0};

	ok(journal_lock(&ctx, "mounts", 1000, &journal, &err) == 0 &&
			journal_begin(&journal, "0123456789abcdef0123456789abcdef", "/e", "/s",
				&err) == 0 &&
			journal_mount(&journal, "/home/u/src", 7, UINT64_C(1) << 40, &err) == 0 &&
			journal_mount(&journal, "/home/u/other", 8, 9, &err) == 0 &&
			journal_note(&journal,
				json_pack("{s:s, s:i, s:i, s:[s]}", "event", "setid", "count", 2,
					"failed", 1, "names", "/home/u/src/su"),
				&err) == 0,
		"mounts and what was left in them are written");
	is_int(journal_read(&ctx, "mounts", &facts, &err), 0, "and read");
	ok(facts.mount_count == 2 && strcmp(facts.mount[0].host, "/home/u/src") == 0 &&
			facts.mount[0].device == 7 && facts.mount[0].inode == UINT64_C(1) << 40 &&
			strcmp(facts.mount[1].host, "/home/u/other") == 0,
		"each with the folder that it was");
	ok(facts.setid_count == 2 && facts.setid_failed == 1 && facts.setid_names.count == 1 &&
			strcmp(facts.setid_names.item[0], "/home/u/src/su") == 0,
		"and the setuid files");
	is_int(journal_mount(&journal, "/home/\xff", 1, 1, &err), -1,
		"a path that JSON cannot hold is an error");
	is_int(journal_remove(&journal, &err), 0, "(removed)");
}

static void test_lock(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_journal struct journal mine = JOURNAL_INIT, other = JOURNAL_INIT,
				       third = JOURNAL_INIT;

	ok(!journal_is_locked(&ctx, "never"), "an unknown bottle is not locked");
	is_int(journal_lock(&ctx, "one", 0, &mine, &err), 0, "a lock");
	ok(journal_is_locked(&ctx, "one"), "is seen");
	is_int(journal_lock(&ctx, "one", 100, &other, &err), -1, "and kept");
	is_int(err.code, EXIT_AGAIN, "the other may try again");
	is_str(err.message, "another bottle command is at work on one", "and is told why");
	is_int(journal_lock(&ctx, "two", 0, &third, &err), 0, "another bottle is another lock");
	journal_clear(&mine);
	ok(!journal_is_locked(&ctx, "one"), "given back");
}

/* What the journal TEXT means: 0 readable. */
static int read_text(const char *text, struct journal_facts *facts)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *folder = xasprintf("%s/bad", base),
			  *path = xasprintf("%s/journal", folder);
	int result;

	fs_private_dir(folder, &err);
	fs_write(path, text, strlen(text), &err);
	result = journal_read(&ctx, "bad", facts, &err);
	return result == 0 ? 0 : (int)err.code;
}

static void test_broken(void)
{
	static const struct {
		const char *text;
		int code;
		bool network, ready;
		const char *name;
	} cases[] = {
		{"", EXIT_DATA, false, false, "an empty file"},
		{"\n\n", EXIT_DATA, false, false, "empty lines"},
		{"{\"event\":\"network\"}\n", EXIT_DATA, false, false, "no first line"},
		{FIRST, 0, false, false, "a first line alone"},
		{FIRST "{\"event\":\"network\",\"alias\":\"127.0.0.16\"", 0, false, false,
			"a line cut by a power failure"},
		{FIRST "{\"event\":\"network\"}", 0, false, false, "a whole line without its end"},
		{FIRST "\0garbage", 0, false, false, "NUL bytes"},
		{FIRST "garbage\n{\"event\":\"network\"}\n", 0, true, false,
			"a broken line in the middle"},
		{FIRST "{\"event\":7}\n[]\n\"x\"\n7\n", 0, false, false, "lines of other types"},
		{FIRST "{\"event\":\"ready\"}\n{\"event\":\"network\",\"alias\":9}\n", 0, true,
			true, "an alias of another type"},
		{FIRST "{\"event\":\"launch\",\"launch\":\"short\"}\n", EXIT_DATA, false, false,
			"a launch id of another length"},
		{"{\"event\":\"launch\",\"launch\":\"" ID "\"}\n", EXIT_DATA, false, false,
			"no engine and no smolvm"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup_journal_facts struct journal_facts facts = {0};

		is_int(read_text(cases[i].text, &facts), cases[i].code, cases[i].name);
		ok(facts.network == cases[i].network && facts.ready == cases[i].ready,
			"and what it says");
	}
}

static void test_slugs(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_strv struct strv slugs = STRV_INIT, none = STRV_INIT;
	struct context empty = {.state_root = (char *)"/no/such/folder"};
	static const char *const names[] = {
		"zeta", "alpha", "m-1", ".hidden", "Upper", "a--b", "x.lock"};
	cleanup_free char *joined = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		cleanup_free char *path = xasprintf("%s/%s", base, names[i]);

		mkdir(path, 0700);
	}
	is_int(journal_slugs(&ctx, &slugs, &err), 0, "all bottles");
	joined = strv_join(&slugs, " ");
	is_str(joined, "alpha bad m-1 zeta", "sorted, and only what can be one");
	is_int(journal_slugs(&empty, &none, &err), 0, "no state at all");
	is_int((long long)none.count, 0, "has no bottles");
}

static void test_verdict(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_journal struct journal journal = JOURNAL_INIT;
	json_auto_t *json = json_pack("{s:s}", "a", "b");
	json_t *got = NULL;

	journal_lock(&ctx, "v", 0, &journal, &err);
	journal_begin(&journal, ID, "/e", "/s", &err);
	is_int(journal_read_verdict(&ctx, "v", &got, &err), -1, "no verdict yet");
	is_int(journal_write_verdict(&journal, json, &err), 0, "written");
	is_int(journal_read_verdict(&ctx, "v", &got, &err), 0, "read back");
	is_str(json_string_value(json_object_get(got, "a")), "b", "as it was");
	json_decref(got);
	fs_write(journal.verdict, "{\"a\":1,\"a\":2}", 13, &err);
	is_int(journal_read_verdict(&ctx, "v", &got, &err), -1, "a key twice is refused");
	fs_write(journal.verdict, "{\"a\":1", 6, &err);
	is_int(journal_read_verdict(&ctx, "v", &got, &err), -1, "so is a cut document");
	journal_begin(&journal, ID, "/e", "/s", &err);
	ok(!fs_exists(journal.verdict), "a new launch removes the verdict of the old one");
}

int main(void)
{
	cleanup_free char *clean = NULL;

	if (mkdtemp(base) == NULL)
		return 1;
	ctx.state_root = base;
	test_round_trip();
	test_mounts();
	test_lock();
	test_broken();
	test_slugs();
	test_verdict();
	clean = xasprintf("rm -rf %s", base);
	return system(clean) == 0 ? done_testing() : 1;
}
