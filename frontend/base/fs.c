/* Private files and folders. */
#include "fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cancel.h"
#include "clock.h"
#include "err.h"
#include "mem.h"

int fs_private_dir(const char *path, struct error *err)
{
	cleanup_free char *copy = xstrdup(path);
	cleanup_fd int fd = -1;
	struct stat st;

	for (char *at = copy + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(copy, 0700) != 0 && errno != EEXIST)
			return err_errno(err, EXIT_CANTCREATE, "create the folder %s", copy);
		*at = '/';
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return err_errno(err, EXIT_CANTCREATE, "create the folder %s", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0)
		return err_errno(err, EXIT_CANTCREATE, "open the folder %s", path);
	if (st.st_uid != geteuid())
		return err_set(err, EXIT_REFUSED,
			"the folder %s belongs to uid %u, not to this user", path,
			(unsigned)st.st_uid);
	if ((st.st_mode & 077) != 0 && fchmod(fd, 0700) != 0)
		return err_errno(err, EXIT_REFUSED, "close the folder %s to other users", path);
	return 0;
}

int fs_open(const char *path, struct stat *st, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ELOOP)
		return err_set(err, EXIT_DATA, "read %s: a symbolic link", path);
	if (fd < 0 || fstat(fd, st) != 0)
		return err_errno(err, EXIT_DATA, "read %s", path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, EXIT_DATA, "read %s: not a regular file", path);
	return steal_fd(&fd);
}

int fs_read(const char *path, struct buf *buf, struct error *err)
{
	struct stat st;
	cleanup_fd int fd = fs_open(path, &st, err);
	char chunk[16384];
	ssize_t got;

	if (fd < 0)
		return -1;
	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_errno(err, EXIT_DATA, "read %s", path);
		if (buf_append(buf, chunk, (size_t)got) != 0)
			return err_set(
				err, EXIT_DATA, "read %s: larger than %zu bytes", path, buf->max);
	}
	return 0;
}

int fs_put(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, bytes, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		bytes += put;
		len -= (size_t)put;
	}
	return 0;
}

int fs_write(const char *path, const char *bytes, size_t len, struct error *err)
{
	cleanup_free char *temporary = xasprintf("%s.XXXXXX", path);
	cleanup_fd int fd = mkstemp(temporary);

	if (fd < 0)
		return err_errno(err, EXIT_CANTCREATE, "create %s", temporary);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (fs_put(fd, bytes, len) != 0 || fsync(fd) != 0 || rename(temporary, path) != 0) {
		err_errno(err, EXIT_CANTCREATE, "write %s", path);
		unlink(temporary);
		return -1;
	}
	return 0;
}

int fs_append(const char *path, const char *bytes, size_t len, struct error *err)
{
	cleanup_fd int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		return err_errno(err, EXIT_CANTCREATE, "write %s", path);
	return 0;
}

int fs_sync(const char *path, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && fsync(fd) == 0 ? 0 : err_errno(err, EXIT_CANTCREATE, "sync %s", path);
}

bool fs_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

bool fs_remove_flat(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (dir != NULL) {
		while ((entry = readdir(dir)) != NULL)
			if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
				unlinkat(dirfd(dir), entry->d_name, 0);
		closedir(dir);
	}
	return rmdir(path) == 0 || errno == ENOENT;
}

static void empty(int folder)
{
	DIR *dir = fdopendir(folder);
	struct dirent *entry;

	if (dir == NULL) {
		close(folder);
		return;
	}
	while ((entry = readdir(dir)) != NULL) {
		int below;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			continue;
		/* A folder, as one that was copied perhaps without a right for its owner. */
		below = fchmodat(dirfd(dir), entry->d_name, 0700, 0) != 0
				? -1
				: openat(dirfd(dir), entry->d_name,
					  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (below >= 0)
			empty(below);
		unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

bool fs_remove_tree(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0)
		empty(fd);
	return rmdir(path) == 0 || errno == ENOENT;
}

/* Whether FD is still the file at PATH: whoever held it before may have removed it. */
static bool is_file_at(int fd, const char *path)
{
	struct stat held, named;

	return fstat(fd, &held) == 0 && lstat(path, &named) == 0 && held.st_dev == named.st_dev &&
	       held.st_ino == named.st_ino;
}

static int lock(const char *path, int how, int deadline_ms, struct error *err)
{
	int64_t deadline = clock_ms() + deadline_ms;

	for (;;) {
		cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

		if (fd < 0)
			return err_errno(err, EXIT_CANTCREATE, "open the lock %s", path);
		if (flock(fd, how | LOCK_NB) == 0) {
			if (is_file_at(fd, path))
				return steal_fd(&fd);
			continue;
		}
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_errno(err, EXIT_OS, "lock %s", path);
		if (cancel_asked())
			return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "interrupted");
		if (clock_ms() > deadline)
			return err_set(err, EXIT_AGAIN, "lock %s: still held after %d s", path,
				deadline_ms / 1000);
		clock_sleep_ms(20);
	}
}

int fs_lock(const char *path, int deadline_ms, struct error *err)
{
	return lock(path, LOCK_EX, deadline_ms, err);
}

int fs_lock_shared(const char *path, int deadline_ms, struct error *err)
{
	return lock(path, LOCK_SH, deadline_ms, err);
}

char *fs_resolve(const char *path)
{
	cleanup_free char *head = xstrdup(path);

	for (char *slash = head + strlen(head); slash != NULL && slash != head;
		slash = strrchr(head, '/')) {
		cleanup_free char *real = NULL;

		*slash = '\0';
		real = realpath(head, NULL);
		if (real != NULL)
			return xasprintf(
				"%s%s", strcmp(real, "/") == 0 ? "" : real, path + (slash - head));
	}
	return xstrdup(path);
}

bool fs_trusted(const struct stat *st)
{
	return (st->st_mode & 022) == 0 && (st->st_uid == 0 || st->st_uid == geteuid());
}

static bool is_roots(const struct stat *st)
{
	return st->st_uid == 0 && (st->st_mode & 022) == 0;
}

static bool is_roots_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && is_roots(&st);
}

bool fs_rooted(const char *path, const struct stat *st)
{
	cleanup_free char *copy = xstrdup(path);
	struct stat at;
	bool rooted = is_roots_folder("/");

	/* From the top: what stands in a folder of root's stays while the next one is looked at. */
	for (char *slash = strchr(copy + 1, '/'); rooted && slash != NULL;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rooted = is_roots_folder(copy);
		*slash = '/';
	}
	return rooted && is_roots(st) && lstat(copy, &at) == 0 && at.st_dev == st->st_dev &&
	       at.st_ino == st->st_ino;
}
