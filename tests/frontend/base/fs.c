/* Files of our own: private, whole or not at all, and nobody else's by a link. */
#include "fs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cancel.h"
#include "clock.h"
#include "err.h"
#include "mem.h"
#include "tap.h"

static char base[] = "/tmp/bottle-fs.XXXXXX";

static char *at(const char *name)
{
	return xasprintf("%s/%s", base, name);
}

static int mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? (int)(st.st_mode & 07777) : -1;
}

static void put_file(const char *path)
{
	cleanup_error struct error err = ERROR_INIT;

	is_int(fs_write(path, "x", 1, &err), 0, "(a file)");
}

static void test_private_dir(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *deep = at("a/b/c"), *mid = at("a/b"), *link = at("link"),
			  *file = at("file");
	cleanup_free char *under_link = at("link/x");

	umask(0);
	is_int(fs_private_dir(deep, &err), 0, "makes a folder and its parents");
	is_int(mode_of(deep), 0700, "the folder is closed to others");
	is_int(mode_of(mid), 0700, "so is a parent that it made");
	chmod(deep, 0777);
	is_int(fs_private_dir(deep, &err), 0, "one that is open");
	is_int(mode_of(deep), 0700, "is closed");
	chmod(mid, 0755);
	fs_private_dir(deep, &err);
	is_int(mode_of(mid), 0755, "a parent that was there stays as it is");
	ok(symlink(deep, link) == 0 && fs_private_dir(link, &err) != 0,
		"a link to a folder is none");
	is_int(err.code, EXIT_CANTCREATE, "and an error");
	is_int(fs_private_dir(under_link, &err), 0, "a parent may be a link");
	is_int(fs_append(file, "x", 1, &err), 0, "(a file)");
	is_int(fs_private_dir(file, &err), -1, "a file is no folder");
	if (geteuid() == 0) {
		ok(chown(deep, 12345, 0) == 0 && fs_private_dir(deep, &err) != 0,
			"someone else's folder is refused");
		is_int(err.code, EXIT_REFUSED, "as a refusal");
		ok(strstr(err.message, "uid 12345") != NULL, "that names the owner");
	} else {
		is_int(fs_private_dir("/etc", &err), -1, "someone else's folder is refused");
		is_int(err.code, EXIT_REFUSED, "as a refusal");
	}
}

static void test_read_write(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_buf struct buf buf = BUF_INIT(16);
	cleanup_free char *path = at("text"), *link = at("textlink"), *pipe = at("pipe"),
			  *no = at("no/where");

	is_int(fs_read(path, &buf, &err), -1, "a file that is not there");
	is_int(err.code, EXIT_DATA, "is a data error");
	is_int(fs_write(path, "0123456789abcdef", 16, &err), 0, "written");
	is_int(mode_of(path), 0600, "for the owner alone");
	is_int(fs_read(path, &buf, &err), 0, "read back, as large as the cap");
	is_str(buf_str(&buf), "0123456789abcdef", "as it was");
	buf_clear(&buf);
	chmod(path, 0666);
	is_int(fs_write(path, "new", 3, &err), 0, "written again");
	is_int(mode_of(path), 0600, "closed again: it is another file");
	fs_read(path, &buf, &err);
	is_str(buf_str(&buf), "new", "replaced as a whole");
	buf_clear(&buf);
	fs_append(path, "0123456789abcde", 15, &err);
	is_int(fs_read(path, &buf, &err), -1, "one that is larger than the cap is an error");
	buf_clear(&buf);
	ok(symlink(path, link) == 0 && fs_read(link, &buf, &err) != 0 &&
			strstr(err.message, "a symbolic link") != NULL,
		"no link is followed for reading");
	is_int(fs_append(link, "x", 1, &err), -1, "nor for appending");
	is_int(fs_write(link, "own", 3, &err), 0, "writing replaces the link");
	ok(fs_read(link, &buf, &err) == 0 && strcmp(buf_str(&buf), "own") == 0,
		"and not what it points to");
	buf_clear(&buf);
	ok(mkfifo(pipe, 0600) == 0 && fs_read(pipe, &buf, &err) != 0,
		"a pipe without a writer does not hang");
	is_int(fs_read(base, &buf, &err), -1, "a folder is no file");
	is_int(fs_write(no, "x", 1, &err), -1, "no folder, no file");
	is_int(err.code, EXIT_CANTCREATE, "it cannot be created");
	is_int(fs_write(path, "", 0, &err), 0, "an empty file");
	is_int(fs_read(path, &buf, &err), 0, "can be read");
	is_int((long long)buf.len, 0, "as nothing");
}

static void test_remove(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *dir = at("flat"), *in = at("flat/x"), *sub = at("flat/sub"),
			  *link = at("tolink");

	ok(fs_remove_flat(dir), "a folder that is not there is gone");
	fs_private_dir(dir, &err);
	fs_append(in, "x", 1, &err);
	ok(fs_remove_flat(dir) && !fs_exists(dir), "a folder of files");
	fs_private_dir(sub, &err);
	ok(!fs_remove_flat(dir) && fs_exists(sub), "not one with folders in it");
	rmdir(sub);
	fs_append(in, "x", 1, &err);
	ok(symlink(dir, link) == 0 && !fs_remove_flat(link), "a link to one is not removed");
}

static void test_lock(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *path = at("lock"), *link = at("locklink");
	int first = fs_lock(path, 0, &err), second;
	int64_t begin = clock_ms();

	ok(first >= 0, "a lock");
	is_int(mode_of(path), 0600, "in a file of the owner's alone");
	is_int(fs_lock(path, 0, &err), -1, "has one holder");
	is_int(err.code, EXIT_AGAIN, "the other may try again");
	is_int(fs_lock(path, 200, &err), -1, "it can be waited for");
	ok(clock_ms() - begin >= 200 && clock_ms() - begin < 2000, "as long as was said");
	if (fork() == 0) { /* a child of a child does not keep it: it is closed at exec */
		execl("/bin/sh", "sh", "-c", "sleep 3", (char *)NULL);
		_exit(1);
	}
	clock_sleep_ms(100);
	close(first);
	second = fs_lock(path, 1000, &err);
	ok(second >= 0, "a program started meanwhile does not hold it");
	cancel_init();
	cancel_request();
	is_int(fs_lock(path, 60000, &err), -1, "waiting ends when the user asks");
	cancel_tolerate(1);
	close(second);
	ok(symlink("/etc/passwd", link) == 0 && fs_lock(link, 0, &err) < 0, "no link is followed");
}

static void test_lock_shared(void)
{
	cleanup_free char *path = xasprintf("%s/shared", base);
	cleanup_error struct error err = ERROR_INIT;
	int first = fs_lock_shared(path, 0, &err), second = fs_lock_shared(path, 0, &err), alone;

	ok(first >= 0 && second >= 0, "a shared lock has many holders");
	is_int(fs_lock(path, 0, &err), -1, "none of them alone");
	is_int(err.code, EXIT_AGAIN, "with 75");
	close(first);
	is_int(fs_lock(path, 0, &err), -1, "nor while one is left");
	close(second);
	alone = fs_lock(path, 0, &err);
	ok(alone >= 0, "then it can be held alone");
	is_int(fs_lock_shared(path, 0, &err), -1, "and not shared");
	close(alone);
}

/* Whoever waits for a lock whose holder removes the file must not end up with a file that nobody else locks. */
static void test_lock_removed(void)
{
	cleanup_free char *path = xasprintf("%s/removed", base);
	cleanup_error struct error err = ERROR_INIT;
	int held = fs_lock(path, 0, &err), status = 0, locked;
	pid_t waiter = fork();

	if (waiter == 0) {
		locked = fs_lock(path, 30000, &err);
		/* Held on, for the parent to see. */
		_exit(locked >= 0 && fs_exists(path) && fs_lock(path, 0, &err) < 0 ? 0 : 1);
	}
	clock_sleep_ms(100);
	unlink(path);
	close(held);
	is_int(waitpid(waiter, &status, 0), waiter, "a lock's file is removed by its holder");
	is_int(status, 0, "who waited has the lock on the file of that name");
}

static void test_resolve(void)
{
	cleanup_free char *real = xasprintf("%s/real", base),
			  *link = xasprintf("%s/resolved", base);
	cleanup_free char *whole = realpath(base, NULL), *deep = xasprintf("%s/a/b", link);
	cleanup_free char *want = xasprintf("%s/real/a/b", whole), *got = NULL, *root = NULL;

	ok(mkdir(real, 0700) == 0 && symlink("real", link) == 0, "a folder behind a link");
	got = fs_resolve(deep);
	is_str(got, want, "what exists is resolved, what does not is kept");
	root = fs_resolve("/nowhere/x");
	is_str(root, "/nowhere/x", "nothing that exists");
}

static bool rooted(const char *path)
{
	cleanup_error struct error err = ERROR_INIT;
	struct stat st;
	cleanup_fd int fd = fs_open(path, &st, &err);

	return fd >= 0 && fs_rooted(path, &st);
}

static void test_rooted(void)
{
	cleanup_free char *file = at("of-root"), *folder = NULL;
	struct stat st;

	ok(rooted("/etc/passwd"), "/etc/passwd is root's alone");
	put_file(file);
	ok(!rooted(file), "a file below /tmp, where everybody may write, is not");
	if (geteuid() != 0) {
		skip("what only root can try", "not root");
		return;
	}
	folder = xasprintf("/root/bottle-fs-%d", (int)getpid());
	free(file);
	file = xasprintf("%s/x", folder);
	is_int(mkdir(folder, 0755), 0, "a folder of root's");
	put_file(file);
	ok(rooted(file), "a file in it");
	ok(stat("/etc/passwd", &st) == 0 && !fs_rooted(file, &st), "not if another one was opened");
	ok(chmod(folder, 0775) == 0 && !rooted(file), "not when a group may write the folder");
	ok(chmod(folder, 01777) == 0 && !rooted(file), "not when everybody may, sticky or not");
	ok(chmod(folder, 0755) == 0 && chown(folder, 12345, 0) == 0 && !rooted(file),
		"not in somebody's folder");
	ok(chown(folder, 0, 0) == 0 && chmod(file, 0666) == 0 && !rooted(file),
		"not when others may write the file");
	ok(chmod(file, 0644) == 0 && chown(file, 12345, 0) == 0 && !rooted(file),
		"not somebody's file");
	fs_remove_flat(folder);
}

int main(void)
{
	cleanup_free char *clean = NULL;

	if (mkdtemp(base) == NULL)
		return 1;
	test_private_dir();
	test_read_write();
	test_remove();
	test_lock();
	test_lock_shared();
	test_lock_removed();
	test_resolve();
	test_rooted();
	clean = xasprintf("rm -rf %s", base);
	return system(clean) == 0 ? done_testing() : 1;
}
