/* Where smolvm's state lies, that nobody else gets at it, and reading single machines. */
#include "vmdb_fixture.h"

#include <pwd.h>
#include <sys/socket.h>

static void set_env(const char *home, const char *data, const char *cache, const char *moved)
{
	home ? setenv("HOME", home, 1) : unsetenv("HOME");
	data ? setenv("XDG_DATA_HOME", data, 1) : unsetenv("XDG_DATA_HOME");
	cache ? setenv("XDG_CACHE_HOME", cache, 1) : unsetenv("XDG_CACHE_HOME");
	moved ? setenv("SMOLVM_DATA_DIR", moved, 1) : unsetenv("SMOLVM_DATA_DIR");
}

static void test_places(void)
{
	static const struct {
		const char *home, *data, *cache, *moved, *path, *folder, *name;
	} rows[] = {
		{"/h", NULL, NULL, NULL, "/h/.local/share/smolvm/server/smolvm.db",
			"/h/.cache/smolvm", "HOME"},
		{"/h", "/d", "/c", NULL, "/d/smolvm/server/smolvm.db", "/c/smolvm", "XDG names"},
		{"/h", "d", "./c", NULL, "/h/.local/share/smolvm/server/smolvm.db",
			"/h/.cache/smolvm", "relative XDG names are ignored"},
		{"/h", "", "", NULL, "/h/.local/share/smolvm/server/smolvm.db", "/h/.cache/smolvm",
			"empty XDG names are ignored"},
		{"/h", "/d", "/c", "/usr", "/usr/.local/share/smolvm/server/smolvm.db",
			"/usr/.cache/smolvm", "SMOLVM_DATA_DIR replaces HOME and the XDG names"},
		{"/h", "/d", "/c", "m", "/d/smolvm/server/smolvm.db", "/c/smolvm",
			"a relative SMOLVM_DATA_DIR is ignored, children do not get it"},
	};
	const struct passwd *user = getpwuid(geteuid());
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_vmdb struct vmdb vmdb = VMDB_INIT;

		set_env(rows[i].home, rows[i].data, rows[i].cache, rows[i].moved);
		accepted(vmdb_locate(&vmdb, &err), &err, rows[i].name);
		is_str(vmdb.path, rows[i].path, "  database");
		is_str(vmdb.cache, rows[i].folder, "  cache");
		is_int(vmdb.busy_ms, 15000, "  a lock is waited for 15 s");
	}
	for (int empty = 0; empty < 2; empty++) {
		cleanup_vmdb struct vmdb vmdb = VMDB_INIT;
		cleanup_free char *want = xasprintf("%s/.cache/smolvm", user ? user->pw_dir : "");

		set_env(empty ? "" : NULL, NULL, NULL, NULL);
		if (user == NULL) {
			refused(vmdb_locate(&vmdb, &err), &err, EXIT_CONFIG, "no home folder",
				"refuses a user without a home folder");
			continue;
		}
		accepted(vmdb_locate(&vmdb, &err), &err, empty ? "HOME empty" : "HOME not set");
		is_str(vmdb.cache, want, "  the home folder of the password database");
	}
	set_env("relative", NULL, NULL, NULL);
	refused(vmdb_locate(&(struct vmdb)VMDB_INIT, &err), &err, EXIT_CONFIG,
		"not an absolute path", "refuses a relative HOME");
}

static void test_machine_dir(void)
{
	struct vmdb vmdb = {.cache = xstrdup("/c/smolvm")};
	cleanup_free char *dir = vmdb_machine_dir(&vmdb, "t10");

	is_str(dir, "/c/smolvm/vms/fda9f04c2ded0176", "the folder that smolvm 1.32.2 made for t10");
	vmdb_clear(&vmdb);
}

static int mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void test_folders(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	cleanup_free char *share = NULL;
	cleanup_free char *smolvm = NULL;
	cleanup_free char *server = NULL;
	cleanup_free char *vms = NULL;
	cleanup_free char *aside = NULL;

	fixture_init(&f);
	share = xasprintf("%s/share", f.dir);
	smolvm = xasprintf("%s/smolvm", share);
	server = xasprintf("%s/server", smolvm);
	vms = xasprintf("%s/vms", f.vmdb.cache);
	aside = xasprintf("%s/aside", f.dir);
	ok(mode_of(smolvm) == 0700 && mode_of(server) == 0700 && mode_of(f.vmdb.cache) == 0700 &&
			mode_of(vms) == 0700,
		"missing folders are made 0700");
	chmod(smolvm, 0755);
	chmod(server, 0777);
	chmod(f.vmdb.cache, 0711);
	chmod(vms, 0770);
	accepted(vmdb_close_folders(&f.vmdb, &err), &err, "wider folders");
	ok(mode_of(smolvm) == 0700 && mode_of(server) == 0700 && mode_of(f.vmdb.cache) == 0700 &&
			mode_of(vms) == 0700,
		"  are closed");
	mkdir(aside, 0700);
	rmdir(vms);
	if (symlink(aside, vms) != 0)
		fixture_die("symlink");
	refused(vmdb_close_folders(&f.vmdb, &err), &err, EXIT_REFUSED, "symbolic link",
		"refuses a symbolic link for vms");
	unlink(vms);
	fs_write(vms, "", 0, &err);
	ok(vmdb_close_folders(&f.vmdb, &err) == -1, "refuses a file for vms");
	err_clear(&err);
	unlink(vms);
	accepted(vmdb_close_folders(&f.vmdb, &err), &err, "good again");
	chmod(share, 0777);
	refused(vmdb_close_folders(&f.vmdb, &err), &err, EXIT_REFUSED, share,
		"refuses a parent that others may write");
	chmod(share, 01777);
	accepted(
		vmdb_close_folders(&f.vmdb, &err), &err, "accepts a sticky one: entries stay ours");
	chmod(share, 0755);
	if (geteuid() == 0) {
		if (chown(vms, 65534, 65534) != 0 || chmod(vms, 0700) != 0)
			fixture_die("chown");
		refused(vmdb_close_folders(&f.vmdb, &err), &err, EXIT_REFUSED,
			"belongs to uid 65534", "refuses another user's folder");
		if (chown(vms, 0, 0) != 0 || chown(share, 65534, 0) != 0)
			fixture_die("chown");
		refused(vmdb_close_folders(&f.vmdb, &err), &err, EXIT_REFUSED, share,
			"refuses a parent that belongs to another user");
	} else {
		skip("refuses another user's folder", "needs root to make one");
	}
	fixture_clear(&f);
}

static void test_private(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	cleanup_free char *dir = NULL;
	cleanup_free char *vms = NULL;
	cleanup_free char *public = NULL;
	cleanup_free char *above = NULL;

	fixture_init(&f);
	above = xasprintf("%s/cache", f.dir);
	dir = vmdb_machine_dir(&f.vmdb, "web");
	vms = xasprintf("%s/vms", f.vmdb.cache);
	public = xasprintf("%s/public", f.dir);
	refused(vmdb_check_machine_private(&f.vmdb, "web", &err), &err, EXIT_REFUSED, dir,
		"a machine without a folder is not private");
	mkdir(dir, 0755);
	chmod(dir, 0777);
	accepted(vmdb_check_machine_private(&f.vmdb, "web", &err), &err,
		"an open folder in a closed one");
	chmod(vms, 0711);
	accepted(vmdb_check_machine_private(&f.vmdb, "web", &err), &err, "closed two levels up");
	chmod(f.vmdb.cache, 0710);
	chmod(above, 0755);
	chmod(f.dir, 0755);
	chmod(dir, 0701);
	refused(vmdb_check_machine_private(&f.vmdb, "web", &err), &err, EXIT_REFUSED,
		"control socket", "no closed folder: refused, also when others may only pass");
	chmod(dir, 0700);
	accepted(vmdb_check_machine_private(&f.vmdb, "web", &err), &err,
		"the machine's own folder is closed");
	rmdir(dir);
	mkdir(public, 0755);
	chmod(public, 0755);
	chmod(f.vmdb.cache, 0700);
	if (symlink(public, dir) != 0)
		fixture_die("symlink");
	refused(vmdb_check_machine_private(&f.vmdb, "web", &err), &err, EXIT_REFUSED,
		"control socket", "a link out of a closed folder does not count as closed");
	if (geteuid() == 0) {
		unlink(dir);
		mkdir(dir, 0700);
		chmod(f.vmdb.cache, 0755);
		if (chown(dir, 65534, 65534) != 0)
			fixture_die("chown");
		refused(vmdb_check_machine_private(&f.vmdb, "web", &err), &err, EXIT_REFUSED,
			"control socket", "closed, but by somebody else");
	} else {
		skip("closed, but by somebody else", "needs root to make one");
	}
	fixture_clear(&f);
}

static void test_machine(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	cleanup_vmdb_machine struct vmdb_machine m = VMDB_MACHINE_INIT;
	cleanup_free char *row080 = fixture_file("0.8.0.json");
	cleanup_free char *row174 = fixture_file("1.7.4.json");
	bool has = false;

	fixture_init(&f);
	fixture_put(&f, "q2", row080);
	fixture_put(&f, "q", row174);
	accepted(vmdb_machine(&f.vmdb, "q2", &m, &err), &err, "reads a row of 0.8.0");
	ok(strcmp(m.state, "created") == 0 && m.pid == 0 && m.pid_start == 0 && m.pack == NULL &&
			m.network.network && !m.network.unrestricted &&
			m.network.cidrs.count == 1 &&
			strcmp(m.network.cidrs.item[0], "127.0.0.16/32") == 0 &&
			m.network.dns == NULL,
		"  with its one address and no dns");
	accepted(vmdb_machine(&f.vmdb, "q", &m, &err), &err,
		"reads a row of 1.7.4 into the same struct");
	ok(m.network.network && m.network.unrestricted && m.network.cidrs.count == 0,
		"  allowed_cidrs null is unrestricted");
	is_str(m.network.dns, "127.0.0.16", "  dns");
	is_str(m.pack, "/home/u/x.smolmachine", "  pack");
	fixture_set(&f, "q", "state", "\"running\"");
	fixture_set(&f, "q", "pid", "4194303");
	fixture_set(&f, "q", "pid_start_time", "1795308611123456");
	fixture_set(&f, "q", "huge", "18446744073709551615");
	accepted(vmdb_machine(&f.vmdb, "q", &m, &err), &err,
		"reads a running machine with a u64 in its row");
	is_str(m.state, "running", "  state");
	is_int(m.pid, 4194303, "  pid");
	is_int((long long)m.pid_start, 1795308611123456, "  start time, to the microsecond");
	is_int((long long)m.sockets.count, 0, "  no sockets");
	fixture_set(&f, "q", "published_sockets",
		"[{\"direction\":\"mount\",\"guest_path\":\"/run/g.sock\",\"host_path\":\"/"
		"h.sock\"},"
		"{\"direction\":\"expose\",\"guest_path\":\"/x\",\"host_path\":\"/y\"},"
		"{\"direction\":\"mount\",\"guest_path\":\"/x\",\"host_path\":\"/y\",\"new\":1}, "
		"7]");
	accepted(vmdb_machine(&f.vmdb, "q", &m, &err), &err, "reads sockets");
	ok(m.sockets.count == 4 && strcmp(m.sockets.item[0], "/h.sock:/run/g.sock") == 0,
		"  one as host and guest");
	for (int i = 1; i < 4; i++)
		is_str(m.sockets.item[i], "?", "  one of a kind that is not known is none of ours");
	refused(vmdb_machine(&f.vmdb, "gone", &m, &err), &err, EXIT_UNAVAILABLE, "no record",
		"no such machine");
	is_str(m.state, "running", "  what was read before is left alone");

	accepted(vmdb_has_row(&f.vmdb, "q", &has, &err), &err, "has_row");
	ok(has, "  yes");
	accepted(vmdb_has_row(&f.vmdb, "gone", &has, &err), &err, "has_row of an unknown name");
	ok(!has, "  no");
	fixture_put(&f, "torn", "{");
	accepted(
		vmdb_has_row(&f.vmdb, "torn", &has, &err), &err, "has_row of an unreadable record");
	ok(has, "  yes");
	accepted(vmdb_has_row(&f.vmdb, "Q", &has, &err), &err, "has_row of another case");
	ok(!has, "  no");
	fixture_sql(&f, "DROP TABLE vms");
	has = true;
	refused(vmdb_has_row(&f.vmdb, "q", &has, &err), &err, EXIT_UNAVAILABLE, "no table",
		"has_row of a strange database is an error, not no");
	unlink(f.vmdb.path);
	fs_write(f.vmdb.path, "", 0, &err);
	accepted(vmdb_has_row(&f.vmdb, "q", &has, &err), &err,
		"has_row of a database before its first table");
	ok(!has, "  no");
	unlink(f.vmdb.path);
	accepted(vmdb_has_row(&f.vmdb, "q", &has, &err), &err, "has_row without a database");
	ok(!has && access(f.vmdb.path, F_OK) != 0, "  no, and none is made");
	fixture_clear(&f);
}

int main(void)
{
	test_places();
	test_machine_dir();
	test_folders();
	test_private();
	test_machine();
	return done_testing();
}
