/* Appending from several processes, renaming under a follower, and what is refused. */
#include "linelog.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "num.h"
#include "tap.h"

#define BIG ((size_t)1 << 30)

enum { WRITERS = 2, LINES = 1000 };

static char folder[] = "/tmp/bottle-linelog.XXXXXX";
static char *path, *old;

static void clear(void)
{
	unlink(path);
	unlink(old);
}

static void append(const char *text, size_t max)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *line = xasprintf("%s\n", text);

	if (linelog_append(path, line, max, &err) != 0)
		ok(false, "test set-up: %s", err.message);
}

static void open_reader(struct linelog_reader *reader)
{
	cleanup_error struct error err = ERROR_INIT;

	if (linelog_open(reader, path, &err) != 0)
		ok(false, "test set-up: %s", err.message);
}

static void write_lines(char writer, size_t max) __attribute__((noreturn));

static void write_lines(char writer, size_t max)
{
	cleanup_error struct error err = ERROR_INIT;
	int failed = 0;

	for (int i = 0; i < LINES; i++) {
		cleanup_free char *line = xasprintf("%c %d %0*d\n", writer, i, 1 + i % 90, 7);

		failed |= linelog_append(path, line, max, &err);
	}
	_exit(failed ? 1 : 0);
}

static void start_writers(pid_t pid[static WRITERS], size_t max)
{
	for (int i = 0; i < WRITERS; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			write_lines((char)('a' + i), max);
	}
}

/* Reads lines of the writers until there are no more; false at one that is torn, comes twice, or leaves others out. */
static bool read_lines(struct linelog_reader *reader, unsigned next[static WRITERS])
{
	const char *line;

	while ((line = linelog_next(reader)) != NULL) {
		unsigned writer = (unsigned)(line[0] - 'a'), width = 0;
		const char *word =
			writer < WRITERS && line[1] == ' ' ? strchr(line + 2, ' ') : NULL;
		cleanup_free char *number =
			word ? xstrndup(line + 2, (size_t)(word - line - 2)) : NULL;
		uint32_t i;

		if (number == NULL || !parse_u32(number, next[writer], LINES, &i) ||
			(i != next[writer] && !reader->gap))
			return false;
		next[writer] = i + 1;
		width = (unsigned)strlen(word + 1);
		if (width != 1 + i % 90 || word[width] != '7')
			return false;
	}
	return true;
}

static void test_two_writers(void)
{
	cleanup_linelog struct linelog_reader reader = LINELOG_READER_INIT;
	unsigned next[WRITERS] = {0};
	pid_t pid[WRITERS];
	bool whole = true;
	struct stat st;

	clear();
	start_writers(pid, BIG);
	for (int i = 0; i < WRITERS; i++) {
		int status = -1;

		waitpid(pid[i], &status, 0);
		whole &= status == 0;
	}
	ok(whole, "two processes append 1000 lines each");
	ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600, "to a file of mode 0600");
	open_reader(&reader);
	ok(read_lines(&reader, next), "each is whole, and those of one writer are in its order");
	ok(next[0] == LINES && next[1] == LINES, "none is missing");
	ok(!reader.gap && !fs_exists(old), "nothing was renamed");
}

/* Follows both writers to their end, while the file is renamed at LIMIT bytes. */
static bool follow(size_t limit, struct linelog_reader *reader, unsigned next[static WRITERS])
{
	bool whole = true;
	pid_t pid[WRITERS];
	int ended = 0;

	clear();
	open_reader(reader);
	whole = linelog_next(reader) == NULL; /* nothing is there yet */
	append("x", limit);
	whole = whole && linelog_next(reader) != NULL;
	start_writers(pid, limit);
	while (ended < WRITERS) {
		whole = whole && read_lines(reader, next);
		for (int i = 0; i < WRITERS; i++)
			if (pid[i] > 0 && waitpid(pid[i], NULL, WNOHANG) == pid[i]) {
				pid[i] = 0;
				ended++;
			}
	}
	return read_lines(reader, next) && whole;
}

static void test_renamed_under_follower(void)
{
	cleanup_linelog struct linelog_reader once = LINELOG_READER_INIT,
					      often = LINELOG_READER_INIT;
	unsigned next[WRITERS] = {0}, some[WRITERS] = {0};
	struct stat st;

	/* Both write 106 kB: one rename, which no follower can be too slow for. */
	ok(follow(65536, &once, next), "a follower sees whole lines, each writer's in their order");
	ok(next[0] == LINES && next[1] == LINES && !once.gap, "and all of them");
	ok(fs_exists(old), "though the file was renamed under it");
	ok(stat(path, &st) == 0 && st.st_size <= 65536, "the file stays below its limit");
	ok(stat(old, &st) == 0 && st.st_size <= 65536, "and so does the one before");
	ok(follow(4096, &often, some),
		"renamed again and again: it knows when it has missed something");
	ok(some[0] == LINES || some[1] == LINES, "and is there for the last line");
}

static void test_rename(void)
{
	cleanup_linelog struct linelog_reader before = LINELOG_READER_INIT,
					      after = LINELOG_READER_INIT;

	clear();
	append("one", BIG);
	open_reader(&before);
	append("two", BIG);
	append("three", 8); /* past the limit */
	is_str(linelog_next(&before), "one", "a follower that was there reads on");
	is_str(linelog_next(&before), "two", "to the end of the old file");
	is_str(linelog_next(&before), "three", "and into the new one");
	is_str(linelog_next(&before), NULL, "where it waits");
	open_reader(&after);
	is_str(linelog_next(&after), "one", "one that comes later begins with the old file");
	linelog_next(&after);
	is_str(linelog_next(&after), "three", "and goes on with the new one");
	append("four", 8);
	append("five", 8);
	append("six", 8);
	is_str(linelog_next(&before), "six", "what was renamed twice between two looks is gone");
	ok(before.gap, "and the follower knows");
	append("an only line that is longer than the limit", 8);
	is_str(linelog_next(&before), "an only line that is longer than the limit",
		"a line above the limit has a file of its own");
}

static void test_torn(void)
{
	cleanup_linelog struct linelog_reader reader = LINELOG_READER_INIT;
	cleanup_error struct error err = ERROR_INIT;
	char longest[3 * LINELOG_LINE_MAX];

	clear();
	append("one", BIG);
	fs_append(path, "{\"half", 6, &err);
	open_reader(&reader);
	is_str(linelog_next(&reader), "one", "half a line of a writer that died");
	is_str(linelog_next(&reader), NULL, "is no line");
	append("two", BIG);
	is_str(linelog_next(&reader), "{\"half", "the next writer ends it");
	is_str(linelog_next(&reader), "two", "and its own line is whole");
	memset(longest, 'x', sizeof(longest));
	for (int i = 0; i < 4; i++)
		fs_append(path, longest, sizeof(longest), &err);
	append("three", BIG);
	for (const char *line; (line = linelog_next(&reader)) != NULL;)
		if (strcmp(line, "three") == 0) {
			ok(true, "a line longer than any of ours does not hide what follows");
			return;
		}
	ok(false, "a line longer than any of ours does not hide what follows");
}

static void refused(const char *line, enum exit_code code, const char *name)
{
	cleanup_error struct error err = ERROR_INIT;

	ok(linelog_append(path, line, BIG, &err) == -1 && err.code == code, "%s", name);
}

static void refused_both(enum exit_code code, const char *name)
{
	cleanup_linelog struct linelog_reader reader = LINELOG_READER_INIT;
	cleanup_error struct error err = ERROR_INIT;

	refused("x\n", code, name);
	ok(linelog_open(&reader, path, &err) == -1 && err.code == code, "... nor read");
}

static void test_refusals(void)
{
	cleanup_free char *target = xasprintf("%s/target", folder);
	cleanup_free char *longest = xcalloc(LINELOG_LINE_MAX + 2, 1);
	cleanup_error struct error err = ERROR_INIT;
	struct stat st;
	int fd;

	clear();
	fs_append(target, "", 0, &err);
	if (symlink(target, path) != 0)
		ok(false, "test set-up");
	refused_both(EXIT_REFUSED, "a symbolic link is not written through");
	ok(stat(target, &st) == 0 && st.st_size == 0, "its target is as it was");
	unlink(path);
	unlink(target);
	if (mkfifo(path, 0600) != 0)
		ok(false, "test set-up");
	refused_both(EXIT_REFUSED, "a pipe is not written to");
	unlink(path);
	append("mine", BIG);
	chmod(path, 0644);
	refused_both(EXIT_REFUSED, "a file that others can read is not written to");
	chmod(path, 0600);
	if (geteuid() == 0) {
		if (chown(path, 12345, 12345) != 0)
			ok(false, "test set-up");
		refused_both(EXIT_REFUSED, "a file of another user is not written to");
		unlink(path);
	} else {
		skip("a file of another user", "not root");
	}
	refused("no newline", EXIT_BUG, "no line is a mistake of ours");
	refused("two\nlines\n", EXIT_BUG, "so are two");
	refused("", EXIT_BUG, "and none");
	memset(longest, 'x', LINELOG_LINE_MAX);
	longest[LINELOG_LINE_MAX] = '\n';
	refused(longest, EXIT_BUG, "and one that is too long");
	longest[LINELOG_LINE_MAX - 1] = '\n';
	longest[LINELOG_LINE_MAX] = '\0';
	clear();
	is_int(linelog_append(path, longest, BIG, &err), 0, "the longest line is written");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	flock(fd, LOCK_EX);
	refused("x\n", EXIT_AGAIN, "a writer that stands still is not waited for without end");
	close(fd);
}

/* A line of which the disk takes a part only: here a limit on the file's size, which write(2) treats the same. */
static void test_full(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct rlimit limit, room;
	struct stat st;

	clear();
	append("whole", BIG);
	getrlimit(RLIMIT_FSIZE, &limit);
	room = (struct rlimit){9, limit.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &room);
	is_int(linelog_append(path, "cut short\n", BIG, &err), -1,
		"a line that does not fit whole fails");
	setrlimit(RLIMIT_FSIZE, &limit);
	is_int(stat(path, &st) == 0 ? (long long)st.st_size : -1, 6, "and nothing of it stays");
}

int main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	path = xasprintf("%s/log", folder);
	old = xasprintf("%s/log.1", folder);
	test_two_writers();
	test_renamed_under_follower();
	test_rename();
	test_torn();
	test_refusals();
	test_full();
	clear();
	rmdir(folder);
	free(path);
	free(old);
	return done_testing();
}
