/* Appending and following.
 *
 * Writers hold flock(2) on the file and have then made sure that PATH still leads to it; only the holder renames it.
 * So nobody writes to a file that has been renamed, and a reader that finds PATH leading elsewhere has all of the old
 * file once it has read that to its end. */
#include "linelog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "fs.h"
#include "mem.h"

enum { LOCK_MS = 1000, LOCK_POLL_MS = 2, OPEN_TRIES = 10, CHUNK = 16384 };

static int check(const char *path, int fd, struct stat *st, struct error *err)
{
	if (fstat(fd, st) != 0)
		return err_errno(err, EXIT_CANTCREATE, "open %s", path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, EXIT_REFUSED, "%s: not a regular file", path);
	if (st->st_uid != geteuid())
		return err_set(err, EXIT_REFUSED, "%s belongs to uid %u, not to this user", path,
			(unsigned)st->st_uid);
	if ((st->st_mode & 077) == 0)
		return 0;
	err_set(err, EXIT_REFUSED, "%s: open to other users (mode %04o)", path,
		(unsigned)(st->st_mode & 07777));
	return err_note(err, "next", "look at it, then chmod 600 %s", path);
}

static int open_file(const char *path, int flags, struct stat *st, struct error *err)
{
	cleanup_fd int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);

	if (fd < 0 && errno == ELOOP)
		return err_set(err, EXIT_REFUSED, "%s: a symbolic link", path);
	if (fd < 0)
		return err_errno(
			err, errno == EACCES ? EXIT_REFUSED : EXIT_CANTCREATE, "open %s", path);
	return check(path, fd, st, err) == 0 ? steal_fd(&fd) : -1;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static bool leads_to(const char *path, const struct stat *st)
{
	struct stat at;

	return lstat(path, &at) == 0 && is_same(&at, st);
}

/* Opens PATH and holds its lock. */
static int open_locked(const char *path, struct stat *st, struct error *err)
{
	int64_t deadline = clock_ms() + LOCK_MS;

	for (;;) {
		cleanup_fd int fd = open_file(path, O_RDWR | O_APPEND | O_CREAT, st, err);

		if (fd < 0)
			return -1;
		while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
			if (errno != EWOULDBLOCK && errno != EINTR)
				return err_errno(err, EXIT_CANTCREATE, "lock %s", path);
			if (clock_ms() > deadline)
				return err_set(err, EXIT_AGAIN,
					"%s: another process has it for over %d s", path,
					LOCK_MS / 1000);
			clock_sleep_ms(LOCK_POLL_MS);
		}
		if (fstat(fd, st) == 0 && leads_to(path, st))
			return steal_fd(&fd);
	}
}

/* Whether the file's last line was left without its end, by a disk that was full or a machine that went down. */
static bool is_torn(int fd, const struct stat *st)
{
	char last = '\n';

	return st->st_size > 0 && pread(fd, &last, 1, st->st_size - 1) == 1 && last != '\n';
}

static int append(int fd, const struct stat *st, const char *path, const char *line, size_t len,
	struct error *err)
{
	cleanup_free char *ended = is_torn(fd, st) ? xasprintf("\n%s", line) : NULL;
	ssize_t want = (ssize_t)(ended ? len + 1 : len);
	ssize_t put = write(fd, ended ? ended : line, (size_t)want);

	if (put == want)
		return 0;
	if (put >= 0)
		errno = ENOSPC;
	err_errno(err, EXIT_CANTCREATE, "write %s", path);
	if (put > 0 && ftruncate(fd, st->st_size) != 0)
		err_note(err, "left", "a part of a line, which readers pass over");
	return -1;
}

int linelog_append(const char *path, const char *line, size_t max, struct error *err)
{
	cleanup_free char *old = xasprintf("%s.1", path);
	size_t len = strlen(line);

	if (len == 0 || len > LINELOG_LINE_MAX || strchr(line, '\n') != line + len - 1)
		return err_set(err, EXIT_BUG, "%s: not one line of at most %d bytes", path,
			LINELOG_LINE_MAX);
	for (;;) {
		struct stat st;
		cleanup_fd int fd = open_locked(path, &st, err);

		if (fd < 0)
			return -1;
		if (st.st_size == 0 || (size_t)st.st_size + len <= max)
			return append(fd, &st, path, line, len, err);
		if (rename(path, old) != 0)
			return err_errno(err, EXIT_CANTCREATE, "rename %s to %s", path, old);
	}
}

/* -2 = there is none. */
static int open_to_read(const char *path, struct stat *st, struct error *err)
{
	if (!fs_exists(path))
		return -2;
	return open_file(path, O_RDONLY, st, err);
}

/* Opens the older file, if there is one, and the newer one behind it. */
static int open_files(struct linelog_reader *reader, struct error *err)
{
	cleanup_free char *old = xasprintf("%s.1", reader->path);

	for (int tries = 0;; tries++) {
		struct stat now = {0}, before = {0};
		/* In this order: a rename in between gives one file twice, and misses none. */
		cleanup_fd int fd = open_to_read(reader->path, &now, err), first = -1;

		if (fd == -1 || (first = open_to_read(old, &before, err)) == -1)
			return -1;
		/* After two renames the second is the newer one. */
		if (first >= 0 && tries < OPEN_TRIES &&
			(fd < 0 ? fs_exists(reader->path) : !leads_to(reader->path, &now)))
			continue;
		if (fd >= 0 && first >= 0 && is_same(&now, &before))
			mem_cleanup_fd(&first);
		reader->fd = steal_fd(first >= 0 ? &first : &fd);
		reader->next = fd >= 0 ? steal_fd(&fd) : -1;
		return 0;
	}
}

int linelog_open(struct linelog_reader *reader, const char *path, struct error *err)
{
	buf_init(&reader->text, LINELOG_LINE_MAX + CHUNK);
	reader->path = xstrdup(path);
	if (open_files(reader, err) == 0)
		return 0;
	linelog_close(reader);
	return -1;
}

static const char *take_line(struct linelog_reader *reader)
{
	char *begin, *end;

	if (reader->at >= reader->text.len)
		return NULL;
	begin = reader->text.data + reader->at;
	end = memchr(begin, '\n', reader->text.len - reader->at);
	if (end == NULL)
		return NULL;
	*end = '\0';
	reader->at = (size_t)(end + 1 - reader->text.data);
	return begin;
}

/* Whether anything was read. A line that is longer than any of ours is dropped. */
static bool read_more(struct linelog_reader *reader)
{
	struct buf *text = &reader->text;
	char chunk[CHUNK];
	ssize_t got = read(reader->fd, chunk, sizeof(chunk));

	if (got <= 0)
		return false;
	if (text->data != NULL && reader->at > 0) {
		memmove(text->data, text->data + reader->at, text->len - reader->at);
		text->len -= reader->at;
	}
	reader->at = 0;
	if (buf_append(text, chunk, (size_t)got) != 0) {
		buf_clear(text);
		(void)buf_append(text, chunk, (size_t)got);
	}
	return true;
}

/* Whether PATH leads to another file than the one being read: then that one has all that it will ever have. */
static bool was_renamed(const struct linelog_reader *reader)
{
	struct stat st, at;

	if (lstat(reader->path, &at) != 0)
		return false;
	return fstat(reader->fd, &st) != 0 || !is_same(&st, &at);
}

/* Goes on to the file after the one that was read to its end. */
static bool go_on(struct linelog_reader *reader)
{
	cleanup_free char *old = xasprintf("%s.1", reader->path);
	cleanup_error struct error refused = ERROR_INIT;
	struct stat st;
	bool known = reader->next >= 0;
	int fd = known ? steal_fd(&reader->next) : open_file(reader->path, O_RDONLY, &st, &refused);

	if (fd < 0)
		return false;
	/* While the one that was read is the last that was renamed, the one just opened comes next. */
	reader->gap |= !known && fstat(reader->fd, &st) == 0 && !leads_to(old, &st);
	mem_cleanup_fd(&reader->fd);
	reader->fd = fd;
	buf_clear(&reader->text);
	reader->at = 0;
	return true;
}

const char *linelog_next(struct linelog_reader *reader)
{
	cleanup_error struct error refused = ERROR_INIT;

	if (reader->fd < 0 && (open_files(reader, &refused) != 0 || reader->fd < 0))
		return NULL;
	for (;;) {
		const char *line = take_line(reader);
		bool renamed;

		if (line != NULL)
			return line;
		renamed = reader->next >= 0 || was_renamed(reader);
		if (read_more(reader))
			continue;
		if (!renamed || !go_on(reader))
			return NULL;
	}
}

void linelog_close(struct linelog_reader *reader)
{
	mem_cleanup_fd(&reader->fd);
	mem_cleanup_fd(&reader->next);
	buf_clear(&reader->text);
	free(reader->path);
	*reader = (struct linelog_reader)LINELOG_READER_INIT;
}
