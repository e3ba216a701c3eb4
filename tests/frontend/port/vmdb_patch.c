/* The patch: what it writes, what it leaves alone, what it refuses, and what happens around it. */
#include "vmdb_fixture.h"

#include <signal.h>
#include <sys/wait.h>

#include "cancel.h"
#include "clock.h"

#define CIDR "127.0.0.16/32"
#define DNS "127.255.255.255"

static struct strv hold = STRV_INIT;

static struct vmdb_policy policy(const char *cidr, const char *dns)
{
	return (struct vmdb_policy){.cidr = cidr, .dns = dns, .cmd = &hold};
}

static int patch(struct fixture *f, const char *machine, struct error *err)
{
	struct vmdb_policy p = policy(CIDR, DNS);

	return vmdb_patch(&f->vmdb, machine, &p, err);
}

/* The patched text of a real row, made by hand from its text. */
static char *expected(const char *file, const char *cidrs, const char *cmd, const char *dns)
{
	char *text = fixture_file(file);

	text = fixture_replace(text, cidrs, "\"allowed_cidrs\":[\"" CIDR "\"]");
	text = fixture_replace(text, cmd, "\"cmd\":[\"/bottle/bottle-guest\",\"hold\"]");
	if (dns != NULL)
		return fixture_replace(text, dns, "\"dns\":\"" DNS "\"");
	text[strlen(text) - 1] = '\0';
	dns = text;
	text = xasprintf("%s,\"dns\":\"" DNS "\"}", dns);
	free((char *)dns);
	return text;
}

static void test_real_rows(struct fixture *f)
{
	static const struct {
		const char *file, *cidrs, *cmd, *dns;
	} rows[] = {
		{"0.8.0.json", "\"allowed_cidrs\":[\"127.0.0.16/32\"]", "\"cmd\":[]", NULL},
		{"1.7.4.json", "\"allowed_cidrs\":null",
			"\"cmd\":[\"/bin/sh\",\"-c\",\"sleep 100000\"]", "\"dns\":\"127.0.0.16\""},
		{"1.32.2.json", "\"allowed_cidrs\":[\"203.0.113.16/32\"]", "\"cmd\":[]", NULL},
	};
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_free char *before = fixture_file(rows[i].file);
		cleanup_free char *want =
			expected(rows[i].file, rows[i].cidrs, rows[i].cmd, rows[i].dns);
		cleanup_free char *name =
			xasprintf("%s: only the patched values change", rows[i].file);
		cleanup_free char *got = NULL;

		fixture_put(f, "row", before);
		accepted(patch(f, "row", &err), &err, rows[i].file);
		got = fixture_get(f, "row");
		is_str(got, want, name);
	}
}

/* A sealed machine keeps what it was born with: a list, an empty one too, would give it a card. */
static void test_sealed(struct fixture *f)
{
	cleanup_free char *born = fixture_file("1.32.2-born.json");
	cleanup_free char *want = NULL, *got = NULL, *again = NULL;
	struct vmdb_policy sealed = {.cmd = &hold, .sealed = true};
	struct error err = ERROR_INIT;

	want = fixture_replace(fixture_file("1.32.2-born.json"), "\"cmd\":[\"/bin/sleep\",\"5\"]",
		"\"cmd\":[\"/bottle/bottle-guest\",\"hold\"]");
	fixture_put(f, "t9", born);
	accepted(vmdb_patch(&f->vmdb, "t9", &sealed, &err), &err, "a sealed row");
	got = fixture_get(f, "t9");
	is_str(got, want, "gets its workload and nothing else");
	fixture_set(f, "t9", "allowed_cidrs", "[]");
	fixture_set(f, "t9", "network", "true");
	fixture_set(f, "t9", "dns", "\"127.255.255.255\"");
	accepted(vmdb_set_policy(&f->vmdb, "t9", &sealed, &err), &err, "one that was opened");
	again = fixture_get(f, "t9");
	is_str(again, want, "is as it was before");
}

static void test_born_closed(struct fixture *f)
{
	cleanup_free char *born = fixture_file("1.32.2-born.json");
	cleanup_free char *want = NULL;
	cleanup_free char *got = NULL;
	cleanup_free char *denied = NULL;
	struct vmdb_policy deny = policy(NULL, NULL);
	struct vmdb_policy other = policy("127.0.0.17/32", DNS);
	struct error err = ERROR_INIT;

	want = fixture_replace(
		fixture_file("1.32.2-born.json"), "\"network\":false", "\"network\":true");
	want = fixture_replace(want, "\"allowed_cidrs\":null", "\"allowed_cidrs\":[\"" CIDR "\"]");
	want = fixture_replace(want, "\"cmd\":[\"/bin/sleep\",\"5\"]",
		"\"cmd\":[\"/bottle/bottle-guest\",\"hold\"]");
	want[strlen(want) - 1] = '\0';
	want = fixture_replace(want, "\"runtime_managed\":false",
		"\"runtime_managed\":false,\"dns\":\"" DNS "\"}");
	fixture_put(f, "t9", born);
	accepted(patch(f, "t9", &err), &err, "a row born without network is opened to one address");
	got = fixture_get(f, "t9");
	is_str(got, want, "network, allowed_cidrs, dns and cmd together");

	accepted(vmdb_set_policy(&f->vmdb, "t9", &deny, &err), &err, "deny");
	denied = fixture_get(f, "t9");
	want = fixture_replace(want, "\"network\":true", "\"network\":false");
	want = fixture_replace(want, "[\"" CIDR "\"]", "[]");
	want = fixture_replace(want, ",\"dns\":\"" DNS "\"", "");
	is_str(denied, want, "deny is network false with an empty list, cmd as it was");

	fixture_sql(f, "CREATE TRIGGER no_write BEFORE UPDATE ON vms BEGIN"
		       " SELECT RAISE(ABORT, 'a write'); END");
	accepted(vmdb_set_policy(&f->vmdb, "t9", &deny, &err), &err,
		"what is right is not written again");
	refused(vmdb_set_policy(&f->vmdb, "t9", &other, &err), &err, EXIT_UNAVAILABLE, "a write",
		"what is not right is written (a write fails here)");
	fixture_sql(f, "DROP TRIGGER no_write");
}

static void test_bytes_survive(struct fixture *f)
{
	static const char *const odd =
		"\"big\":18446744073709551615,\"ratio\":1.10,\"exp\":1E+2,\"minus\":-0,"
		"\"text\":\"\\u00e9\\/\\u0007 \xc3\xa9 "
		"\\\"\",\"zeta\":{\"b\":1,\"a\":[null,{}]},\"big2\":9223372036854775808";
	cleanup_free char *row =
		xasprintf("{%s,\"state\":\"created\",\"pid\":null,\"network\":false,"
			  "\"entrypoint\":[\"/x\"],\"allowed_cidrs\":null,\"cmd\":[],\"aaa\":0.0}",
			odd);
	cleanup_free char *want = xasprintf(
		"{%s,\"state\":\"created\",\"pid\":null,\"network\":true,"
		"\"entrypoint\":[],\"allowed_cidrs\":[\"" CIDR "\"],"
		"\"cmd\":[\"/bottle/bottle-guest\",\"hold\"],\"aaa\":0.0,\"dns\":\"" DNS "\"}",
		odd);
	cleanup_free char *got = NULL;
	struct error err = ERROR_INIT;

	fixture_put(f, "odd", row);
	accepted(patch(f, "odd", &err), &err, "a row with numbers that no double holds");
	got = fixture_get(f, "odd");
	is_str(got, want, "u64, 1.10, escapes, key order and unknown keys keep their bytes");
}

static void test_bad_rows(struct fixture *f)
{
	static const struct {
		const char *text, *words, *name;
		enum exit_code code;
	} rows[] = {
		{"{\"state\":\"created\",\"pid\":null", "not valid JSON", "JSON cut off",
			EXIT_UNAVAILABLE},
		{"{\"state\":\"created\",\"pid\":null,}", "not valid JSON", "trailing comma",
			EXIT_UNAVAILABLE},
		{"", "", "empty value", EXIT_UNAVAILABLE},
		{"[1]", "not a JSON object", "an array", EXIT_UNAVAILABLE},
		{"null", "not", "null", EXIT_UNAVAILABLE},
		{"{\"state\":\"created\",\"pid\":null,\"network\":false,\"network\":true}",
			"duplicate", "a key that occurs twice", EXIT_UNAVAILABLE},
		{"{\"state\":\"created\",\"pid\":null,\"x\":\"\xff\"}", "not valid JSON",
			"bytes that are not UTF-8", EXIT_UNAVAILABLE},
		{"{\"state\":\"running\",\"pid\":4711}", "4711",
			"a running machine, naming its pid", EXIT_AGAIN},
		{"{\"state\":\"running\",\"pid\":null}", "running", "state running without a pid",
			EXIT_AGAIN},
		{"{\"state\":\"stopped\",\"pid\":4711}", "4711", "a pid although stopped",
			EXIT_AGAIN},
		{"{\"state\":\"created\",\"pid\":0}", "", "a pid that is not null", EXIT_AGAIN},
		{"{\"state\":\"unreachable\",\"pid\":null}", "unreachable", "state unreachable",
			EXIT_AGAIN},
		{"{\"state\":\"frozen\",\"pid\":null}", "frozen", "state frozen", EXIT_AGAIN},
		{"{\"state\":\"someday\",\"pid\":null}", "someday", "a state nobody knows",
			EXIT_AGAIN},
		{"{\"state\":7,\"pid\":null}", "unknown", "a state that is a number", EXIT_AGAIN},
		{"{\"pid\":null}", "unknown", "no state", EXIT_AGAIN},
	};
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_free char *name = xasprintf("refuses %s", rows[i].name);
		cleanup_free char *after = NULL;

		fixture_put(f, "bad", rows[i].text);
		refused(patch(f, "bad", &err), &err, rows[i].code, rows[i].words, name);
		after = fixture_get(f, "bad");
		is_str(after, rows[i].text, "  and leaves it alone");
	}
	fixture_put_n(f, "bad", "{\"state\":\"created\",\"pid\":null}\0{}", 34);
	refused(patch(f, "bad", &err), &err, EXIT_UNAVAILABLE, "NUL",
		"refuses a NUL byte in the record");
	fixture_sql(f,
		"UPDATE vms SET data = '{\"state\":\"created\",\"pid\":null}' WHERE name = 'bad'");
	refused(patch(f, "bad", &err), &err, EXIT_UNAVAILABLE, "stored as text",
		"refuses a TEXT value");
	fixture_sql(f, "UPDATE vms SET data = 7 WHERE name = 'bad'");
	refused(patch(f, "bad", &err), &err, EXIT_UNAVAILABLE, "stored as integer",
		"refuses a number");
	refused(patch(f, "nobody", &err), &err, EXIT_UNAVAILABLE, "no record",
		"refuses a missing row");
	fixture_sql(f, "DELETE FROM vms WHERE name = 'bad'");
}

static void test_bad_files(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	cleanup_free char *real = NULL;
	cleanup_free char *row = fixture_file("1.32.2.json");

	fixture_init(&f);
	fixture_put(&f, "t1", row);
	real = xasprintf("%s.real", f.vmdb.path);
	rename(f.vmdb.path, real);
	refused(patch(&f, "t1", &err), &err, EXIT_UNAVAILABLE, "does not exist",
		"refuses a missing database");
	ok(access(f.vmdb.path, F_OK) != 0, "  and does not create it");
	if (symlink(real, f.vmdb.path) != 0)
		fixture_die("symlink");
	refused(patch(&f, "t1", &err), &err, EXIT_REFUSED, "symbolic link",
		"refuses a symbolic link");
	unlink(f.vmdb.path);
	mkdir(f.vmdb.path, 0700);
	refused(patch(&f, "t1", &err), &err, EXIT_REFUSED, "not a regular file",
		"refuses a folder");
	rmdir(f.vmdb.path);
	mkfifo(f.vmdb.path, 0600);
	refused(patch(&f, "t1", &err), &err, EXIT_REFUSED, "not a regular file",
		"refuses a pipe, without hanging on it");
	unlink(f.vmdb.path);
	if (geteuid() == 0) {
		rename(real, f.vmdb.path);
		if (chown(f.vmdb.path, 65534, 65534) != 0)
			fixture_die("chown");
		refused(patch(&f, "t1", &err), &err, EXIT_REFUSED, "belongs to uid 65534",
			"refuses another user's database");
		if (chown(f.vmdb.path, 0, 0) != 0)
			fixture_die("chown");
		rename(f.vmdb.path, real);
	} else {
		skip("refuses another user's database", "needs root to make one");
	}
	fs_write(f.vmdb.path, "this is no database, it is a letter", 35, &err);
	refused(patch(&f, "t1", &err), &err, EXIT_UNAVAILABLE, "not a database",
		"refuses another file format");
	unlink(f.vmdb.path);
	fs_write(f.vmdb.path, "", 0, &err);
	refused(patch(&f, "t1", &err), &err, EXIT_UNAVAILABLE, "no record",
		"has no record in an empty file");
	fixture_sql(&f, "CREATE VIEW vms AS SELECT 't1' AS name, x'7b7d' AS data");
	refused(patch(&f, "t1", &err), &err, EXIT_UNAVAILABLE, "no table vms",
		"refuses a view in the table's place");
	fixture_sql(&f, "DROP VIEW vms; CREATE TABLE vms (id TEXT, payload BLOB)");
	refused(patch(&f, "t1", &err), &err, EXIT_UNAVAILABLE, "no such column",
		"refuses another schema");
	fixture_sql(&f, "DROP TABLE vms; CREATE TABLE vms (name TEXT, data BLOB);"
			"INSERT INTO vms VALUES ('t1', x'7b7d'), ('t1', x'7b7d')");
	refused(patch(&f, "t1", &err), &err, EXIT_UNAVAILABLE, "more than one record",
		"refuses two rows of one name");
	fixture_clear(&f);
}

static void test_policies(struct fixture *f)
{
	static const char *const wide[] = {"0.0.0.0/0", "127.0.0.0/8", "127.0.0.16/31",
		"127.0.0.16", "127.0.0.1/32", "10.0.0.16/32", "127.0.0.016/32", "127.0.0.16/032",
		"127.0.0.16/32 ", "::1/128", "", "/32"};
	struct error err = ERROR_INIT;
	struct vmdb_policy p;

	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
		cleanup_free char *name = xasprintf("never sets '%s'", wide[i]);

		p = policy(wide[i], DNS);
		refused(vmdb_set_policy(&f->vmdb, "t9", &p, &err), &err, EXIT_REFUSED,
			"nothing wider", name);
	}
	p = policy(CIDR, "resolver");
	refused(vmdb_set_policy(&f->vmdb, "t9", &p, &err), &err, EXIT_REFUSED, "not an address",
		"never sets a dns that is not an address");
}

static void test_triggers(struct fixture *f)
{
	static const struct {
		const char *sql, *name, *words;
		enum exit_code code;
	} triggers[] = {
		{"AFTER UPDATE ON vms WHEN NEW.data IS NOT OLD.data BEGIN"
		 " UPDATE vms SET data = OLD.data WHERE name = NEW.name; END",
			"undoes the patch", "not what was written", EXIT_REFUSED},
		{"AFTER UPDATE ON vms WHEN instr(NEW.data, '203.0.113') = 0 BEGIN UPDATE vms SET "
		 "data ="
		 " CAST(json_set(CAST(NEW.data AS TEXT), '$.allowed_cidrs', "
		 "json('[\"203.0.113.0/24\"]')) AS BLOB)"
		 " WHERE name = NEW.name; END",
			"widens the list", "not what was written", EXIT_REFUSED},
		{"AFTER UPDATE ON vms WHEN instr(NEW.data, 'ssh_agent\":true') = 0 BEGIN UPDATE "
		 "vms SET data ="
		 " CAST(json_set(CAST(NEW.data AS TEXT), '$.ssh_agent', json('true')) AS BLOB)"
		 " WHERE name = NEW.name; END",
			"sets another key", "not what was written", EXIT_REFUSED},
		{"AFTER UPDATE ON vms WHEN typeof(NEW.data) = 'blob' BEGIN"
		 " UPDATE vms SET data = CAST(NEW.data AS TEXT) WHERE name = NEW.name; END",
			"makes it TEXT", "stored as text", EXIT_UNAVAILABLE},
		{"BEFORE UPDATE ON vms BEGIN SELECT RAISE(IGNORE); END", "drops the write",
			"not what was written", EXIT_REFUSED},
		{"AFTER UPDATE ON vms BEGIN DELETE FROM vms WHERE name = NEW.name; END",
			"deletes the row", "no record", EXIT_UNAVAILABLE},
	};
	cleanup_free char *row = fixture_file("1.32.2.json");
	struct error err = ERROR_INIT;

	fixture_put(f, "t1", row);
	for (size_t i = 0; i < sizeof(triggers) / sizeof(triggers[0]); i++) {
		cleanup_free char *sql = xasprintf("CREATE TRIGGER meddle %s", triggers[i].sql);
		cleanup_free char *name = xasprintf("notices a trigger that %s", triggers[i].name);
		cleanup_free char *after = NULL;

		fixture_sql(f, sql);
		refused(patch(f, "t1", &err), &err, triggers[i].code, triggers[i].words, name);
		fixture_sql(f, "DROP TRIGGER meddle");
		after = fixture_get(f, "t1");
		is_str(after, row, "  and nothing was committed");
	}
}

/* A process that holds the write lock for MS; returns when it has it. */
static pid_t hold_lock(struct fixture *f, int ms)
{
	int ready[2];
	char byte;
	pid_t pid = pipe(ready) == 0 ? fork() : -1;

	if (pid < 0)
		fixture_die("fork");
	if (pid == 0) {
		sqlite3 *db;

		if (sqlite3_open(f->vmdb.path, &db) != SQLITE_OK ||
			sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK ||
			write(ready[1], "", 1) != 1)
			_exit(1);
		usleep((useconds_t)ms * 1000);
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		fixture_die("the child got no lock");
	close(ready[0]);
	return pid;
}

static void test_locks(struct fixture *f)
{
	cleanup_free char *row = fixture_file("1.32.2.json");
	cleanup_free char *after = NULL;
	struct error err = ERROR_INIT;
	struct vmdb_machine machine = VMDB_MACHINE_INIT;
	int64_t start;
	pid_t pid;
	int status;

	fixture_put(f, "t1", row);
	pid = hold_lock(f, 60000);
	f->vmdb.busy_ms = 300;
	start = clock_ms();
	refused(patch(f, "t1", &err), &err, EXIT_AGAIN, "locked by another process",
		"a long lock: refused");
	ok(clock_ms() - start >= 300 && clock_ms() - start < 3000, "  after the time that was set");
	accepted(vmdb_machine(&f->vmdb, "t1", &machine, &err), &err, "  reading goes on meanwhile");
	vmdb_machine_clear(&machine);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	after = fixture_get(f, "t1");
	is_str(after, row, "  and the record is as it was");

	f->vmdb.busy_ms = 10000;
	pid = hold_lock(f, 400);
	start = clock_ms();
	accepted(patch(f, "t1", &err), &err, "a short lock is waited for");
	ok(clock_ms() - start >= 200, "  until it is gone");
	waitpid(pid, &status, 0);
	is_int(status, 0, "  without hurting its holder");
	f->vmdb.busy_ms = 5000;
}

static int patch_in_child(struct fixture *f, const char *machine, int octet)
{
	cleanup_free char *cidr = xasprintf("127.0.0.%d/32", octet);
	cleanup_free char *dns = xasprintf("127.0.0.%d", octet);
	struct vmdb_policy p = policy(cidr, dns);
	struct error err = ERROR_INIT;
	int result = 0;

	for (int i = 0; i < 5 && result == 0; i++) {
		result = vmdb_set_policy(&f->vmdb, machine, &p, &err);
		p.cidr = i % 2 ? cidr : NULL;
	}
	p.cidr = cidr;
	if (result == 0)
		result = vmdb_set_policy(&f->vmdb, machine, &p, &err);
	if (result != 0)
		printf("# %s\n", err.message);
	return result == 0 ? 0 : 1;
}

static void test_concurrent(struct fixture *f)
{
	enum { CHILDREN = 8 };
	cleanup_free char *row = fixture_file("1.32.2.json");
	struct error err = ERROR_INIT;
	struct vmdb_machine machine = VMDB_MACHINE_INIT;
	int status, failed = 0, wrong = 0;

	f->vmdb.busy_ms = 60000;
	fixture_put(f, "shared", row);
	for (int i = 0; i < CHILDREN; i++) {
		char name[16];

		snprintf(name, sizeof(name), "own%d", i);
		fixture_put(f, name, row);
		fflush(stdout);
		if (fork() == 0)
			_exit(patch_in_child(f, name, 16 + i) +
				patch_in_child(f, "shared", 16 + i));
	}
	for (int i = 0; i < CHILDREN; i++)
		failed += wait(&status) < 0 || status != 0;
	is_int(failed, 0, "eight patchers at once: all succeed");
	for (int i = 0; i < CHILDREN; i++) {
		char name[16], cidr[32];

		snprintf(name, sizeof(name), "own%d", i);
		snprintf(cidr, sizeof(cidr), "127.0.0.%d/32", 16 + i);
		wrong += vmdb_machine(&f->vmdb, name, &machine, &err) != 0 ||
			 machine.network.cidrs.count != 1 ||
			 strcmp(machine.network.cidrs.item[0], cidr) != 0;
	}
	is_int(wrong, 0, "  each machine has its own policy");
	accepted(vmdb_machine(&f->vmdb, "shared", &machine, &err), &err,
		"  the shared one is readable");
	ok(machine.network.cidrs.count == 1 && machine.network.dns != NULL &&
			strncmp(machine.network.cidrs.item[0], machine.network.dns,
				strlen(machine.network.dns)) == 0,
		"  and has cidr and dns of one and the same patcher");
	vmdb_machine_clear(&machine);
	f->vmdb.busy_ms = 5000;
}

static void test_cancel(struct fixture *f)
{
	struct error err = ERROR_INIT;
	pid_t holder, signaller;
	int64_t start;

	holder = hold_lock(f, 60000);
	cancel_init();
	start = clock_ms();
	signaller = fork();
	if (signaller == 0) {
		usleep(200000);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	refused(patch(f, "t1", &err), &err, EXIT_SIGNAL_BASE + SIGTERM, "interrupted",
		"a request to stop ends the wait for a lock");
	ok(clock_ms() - start < 3000, "  at once");
	kill(holder, SIGKILL);
	waitpid(holder, NULL, 0);
	waitpid(signaller, NULL, 0);
}

int main(void)
{
	struct fixture f;

	strv_push(&hold, "/bottle/bottle-guest");
	strv_push(&hold, "hold");
	fixture_init(&f);
	test_real_rows(&f);
	test_sealed(&f);
	test_born_closed(&f);
	test_bytes_survive(&f);
	test_bad_rows(&f);
	test_bad_files();
	test_policies(&f);
	test_triggers(&f);
	test_locks(&f);
	test_concurrent(&f);
	test_cancel(&f);
	fixture_clear(&f);
	strv_clear(&hold);
	return done_testing();
}
