/* Setuid and setgid files that are left in a mount: which lose their bits, and what is not touched. */
#include "setid.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "mem.h"
#include "tap.h"

static char base[] = "/tmp/bottle-setid.XXXXXX";

static char *at(const char *name)
{
	return xasprintf("%s/%s", base, name);
}

static void make_file(const char *name, mode_t mode)
{
	cleanup_free char *path = at(name);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || fchmod(fd, mode) != 0)
		exit(EXIT_FAILURE);
}

static void make_folder(const char *name, mode_t mode)
{
	cleanup_free char *path = at(name);

	if (mkdir(path, 0700) != 0 || chmod(path, mode) != 0)
		exit(EXIT_FAILURE);
}

static int mode_of(const char *name)
{
	cleanup_free char *path = at(name);
	struct stat st;

	return lstat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void sweep(const char *name, struct setid_report *report, ino_t add, int64_t ms)
{
	cleanup_free char *path = at(name);
	struct stat st;

	if (stat(path, &st) != 0)
		exit(EXIT_FAILURE);
	setid_clear(path, st.st_dev, st.st_ino + add, clock_ms() + ms, report);
}

static void test_which(void)
{
	static const struct {
		const char *name;
		mode_t before, after;
		const char *what;
	} files[] = {
		{"ws/suid", 04755, 0755, "a setuid program"},
		{"ws/sgid", 02755, 0755, "a setgid program"},
		{"ws/both", 06711, 0711, "both, not readable by others"},
		{"ws/dark", 04111, 0111, "one that its owner may not read"},
		{"ws/none", 04000, 0000, "one that nobody may run yet"},
		{"ws/sub/deep", 04755, 0755, "one in a folder"},
		{"ws/plain", 0755, 0755, "a plain program stays"},
		{"ws/sticky", 01644, 01644, "a sticky file stays"},
		{"out/suid", 04755, 04755, "one outside, behind a link, stays"},
		{"ws/shut/in", 04755, 0755, "one in a folder that its owner may not read"},
	};
	cleanup_setid struct setid_report report = SETID_REPORT_INIT;
	cleanup_free char *link = at("ws/way"), *file = at("ws/file");

	make_folder("ws", 0700);
	make_folder("ws/sub", 02755);
	make_folder("ws/shut", 0700);
	make_folder("out", 0700);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		make_file(files[i].name, files[i].before);
	ok(symlink("../out", link) == 0 && symlink("../out/suid", file) == 0,
		"(links to a folder and a file outside)");
	{
		cleanup_free char *shut = at("ws/shut");

		chmod(shut, 0111);
	}
	sweep("ws", &report, 0, 10000);
	is_int((long long)report.count, 7, "seven files lost their bits");
	is_int((long long)report.failed, 0, "none kept them");
	ok(!report.partial, "all of it was looked at");
	is_int((long long)report.names.count, 7, "and named");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		is_int(mode_of(files[i].name), files[i].after, files[i].what);
	is_int(mode_of("ws/sub"), 02755, "a folder keeps its setgid");
	is_int(mode_of("ws/shut"), 0111, "and the one that was opened for a moment its mode");
}

static void test_names(void)
{
	cleanup_setid struct setid_report report = SETID_REPORT_INIT;

	make_folder("many", 0700);
	for (int i = 0; i < 12; i++) {
		cleanup_free char *name = xasprintf("many/\033]0;%d\a\n", i);

		make_file(name, 04755);
	}
	sweep("many", &report, 0, 10000);
	is_int((long long)report.count, 12, "twelve files");
	is_int((long long)report.names.count, SETID_NAMES, "of which ten are named");
	ok(strchr(report.names.item[0], '\033') == NULL &&
			strchr(report.names.item[0], '\n') == NULL &&
			strstr(report.names.item[0], "\\x1b]0;") != NULL,
		"escaped");
}

static void test_limits(void)
{
	cleanup_setid struct setid_report other = SETID_REPORT_INIT, late = SETID_REPORT_INIT,
					  deep = SETID_REPORT_INIT;
	cleanup_fd int fd = -1;

	make_folder("lim", 0700);
	make_file("lim/suid", 04755);
	sweep("lim", &other, 1, 10000);
	ok(other.partial && other.count == 0, "a folder that is another one by now is left alone");
	is_int(mode_of("lim/suid"), 04755, "with what is in it");
	sweep("lim", &late, 0, -1);
	ok(late.partial && late.count == 0, "a deadline that has passed is said");
	{
		cleanup_free char *path = at("lim");

		fd = open(path, O_RDONLY | O_DIRECTORY);
	}
	for (int i = 0; i < 400; i++) {
		int next;

		if (mkdirat(fd, "d", 0700) != 0 || (next = openat(fd, "d", O_RDONLY)) < 0)
			exit(EXIT_FAILURE);
		close(fd);
		fd = next;
	}
	sweep("lim", &deep, 0, 10000);
	ok(deep.partial, "folders too deep to be walked are said");
	is_int((long long)deep.count, 1, "and the rest is cleared all the same");
}

/* As root: files of another user are not this user's to change, and none can be set to run as this user. */
static void test_owner(void)
{
	cleanup_setid struct setid_report report = SETID_REPORT_INIT;
	cleanup_free char *path = at("own/other");

	if (geteuid() != 0) {
		skip("another user's file stays", "not root: it cannot be made");
		return;
	}
	make_folder("own", 0700);
	make_file("own/other", 0755);
	if (chown(path, 65534, 65534) != 0 || chmod(path, 04755) != 0)
		exit(EXIT_FAILURE);
	sweep("own", &report, 0, 10000);
	is_int(mode_of("own/other"), 04755, "another user's file stays");
	is_int((long long)report.count, 0, "and is not counted");
}

int main(void)
{
	cleanup_free char *command = NULL;

	if (mkdtemp(base) == NULL)
		return EXIT_FAILURE;
	command = xasprintf("rm -rf '%s'", base);
	test_owner();
	/* Root reads what it may not. */
	if (geteuid() == 0 &&
		(chown(base, 65534, 65534) != 0 || setegid(65534) != 0 || seteuid(65534) != 0))
		return EXIT_FAILURE;
	test_which();
	test_names();
	test_limits();
	if (getuid() == 0 && seteuid(0) != 0)
		return EXIT_FAILURE;
	return system(command) == 0 ? done_testing() : EXIT_FAILURE;
}
