/* The end of a file: where the last lines begin, what comes after, what is no file. */
#include "tail.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "tap.h"

static char folder[] = "/tmp/bottle-tail.XXXXXX";
static char *path;

static void write_file(const char *text, size_t len)
{
	cleanup_error struct error err = ERROR_INIT;

	unlink(path);
	if (fs_append(path, text, len, &err) != 0)
		ok(false, "test set-up: %s", err.message);
}

static char *rest(struct tail *tail)
{
	cleanup_buf struct buf all = BUF_INIT(1 << 20);
	char bytes[7];
	ssize_t got;

	while ((got = tail_read(tail, bytes, sizeof(bytes))) > 0)
		buf_append(&all, bytes, (size_t)got);
	return buf_steal(&all);
}

static void is_tail(const char *text, int64_t lines, const char *want, const char *name)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_tail struct tail tail = TAIL_INIT;
	cleanup_free char *got = NULL;

	write_file(text, strlen(text));
	is_int(tail_open(path, lines, &tail, &err), 0, name);
	got = rest(&tail);
	is_str(got, want, "... reads them");
}

static void test_lines(void)
{
	cleanup_buf struct buf big = BUF_INIT(1 << 20);
	cleanup_tail struct tail tail = TAIL_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *got = NULL;

	is_tail("a\nb\nc\n", -1, "a\nb\nc\n", "all");
	is_tail("a\nb\nc\n", 2, "b\nc\n", "the last two");
	is_tail("a\nb\nc\n", 3, "a\nb\nc\n", "as many as there are");
	is_tail("a\nb\nc\n", 99, "a\nb\nc\n", "more than there are");
	is_tail("a\nb\nc\n", 0, "", "none");
	is_tail("a\nb\nc", 1, "c", "a last one without its end");
	is_tail("a\nb\nc", 2, "b\nc", "and the one before");
	is_tail("\n\n\n", 2, "\n\n", "empty ones");
	is_tail("", 5, "", "of an empty file");
	for (int i = 0; i < 60000; i++)
		buf_append_str(&big, i == 59990 ? "\nx" : "y");
	write_file(big.data, big.len);
	tail_open(path, 1, &tail, &err);
	got = rest(&tail);
	is_int((long long)strlen(got), 10, "a line that begins before the last block");
	tail_close(&tail);
	free(got);
	tail_open(path, 2, &tail, &err);
	got = rest(&tail);
	is_int((long long)strlen(got), 60001, "one that is longer than a block");
}

static void test_growing(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_tail struct tail tail = TAIL_INIT;
	cleanup_free char *first = NULL, *more = NULL, *again = NULL;

	write_file("a\n", 2);
	tail_open(path, 5, &tail, &err);
	first = rest(&tail);
	fs_append(path, "b\n", 2, &err);
	more = rest(&tail);
	is_str(more, "b\n", "what is appended comes next");
	if (truncate(path, 0) != 0)
		ok(false, "test set-up: truncate");
	fs_append(path, "c\n", 2, &err);
	again = rest(&tail);
	is_str(again, "c\n", "a file that was emptied is read from its beginning");
	ok(!tail_is_gone(&tail), "it is there");
	unlink(path);
	ok(tail_is_gone(&tail), "until it is removed");
}

static void test_refusals(void)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *link = xasprintf("%s/link", folder);
	cleanup_free char *fifo = xasprintf("%s/fifo", folder);
	cleanup_tail struct tail tail = TAIL_INIT;

	write_file("a\n", 2);
	ok(symlink(path, link) == 0 && tail_open(link, 1, &tail, &err) == -1,
		"no link is followed");
	ok(mkfifo(fifo, 0600) == 0 && tail_open(fifo, 1, &tail, &err) == -1, "a pipe is no file");
	ok(tail_open(folder, 1, &tail, &err) == -1, "nor is a folder");
	ok(tail_open("/no/such", 1, &tail, &err) == -1 && err.code == EXIT_DATA,
		"none there is an error of data");
	unlink(link);
	unlink(fifo);
}

int main(void)
{
	if (mkdtemp(folder) == NULL)
		return 1;
	path = xasprintf("%s/file", folder);
	test_lines();
	test_growing();
	test_refusals();
	unlink(path);
	rmdir(folder);
	free(path);
	return done_testing();
}
