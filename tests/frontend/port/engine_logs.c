/* The pieces of a container's log, however they are cut on the way; and what is no log. That an engine gives one is
 * shown by tests/native/logs.t. */
#include "engine_logs.h"

#include <unistd.h>

#include "buf.h"
#include "err.h"
#include "mem.h"
#include "proc.h"
#include "tap.h"

struct got {
	struct buf stream[3];
	int left; /* that take accepts; -1 = any */
};

static int take(void *arg, int stream, const char *bytes, size_t len)
{
	struct got *got = arg;

	buf_append(&got->stream[stream], bytes, len);
	return got->left < 0 || got->left-- > 0 ? 0 : -1;
}

/* Reads BYTES, STEP at a time, to the end. */
static int read_all(
	const char *bytes, size_t len, size_t step, bool tty, struct got *got, struct error *err)
{
	cleanup_engine_logs struct engine_logs logs = ENGINE_LOGS_INIT;
	cleanup_fd int in = -1;
	int more = 1;

	for (int i = 0; i < 3; i++)
		buf_init(&got->stream[i], 4096);
	logs.tty = tty;
	if (proc_pipe(&logs.fd, &in, err) != 0)
		return -1;
	while (more > 0) {
		size_t part = step < len ? step : len;

		if (part > 0 && write(in, bytes, part) != (ssize_t)part)
			return -1;
		bytes += part;
		len -= part;
		if (part == 0)
			mem_cleanup_fd(&in);
		more = engine_logs_read(&logs, take, got, err);
	}
	return more;
}

static void clear(struct got *got)
{
	for (int i = 0; i < 3; i++)
		buf_clear(&got->stream[i]);
}

static const char whole[] = "\1\0\0\0\0\0\0\4one\n"
			    "\2\0\0\0\0\0\0\6error\n"
			    "\0\0\0\0\0\0\0\3in\n"
			    "\1\0\0\0\0\0\0\0"
			    "\1\0\0\0\0\0\0\5\0\1two";

static void test_cuts(void)
{
	for (size_t step = 1; step <= sizeof(whole); step++) {
		cleanup_error struct error err = ERROR_INIT;
		struct got got = {.left = -1};
		int result = read_all(whole, sizeof(whole) - 1, step, false, &got, &err);

		ok(result == 0 && got.stream[1].len == 12 && got.stream[2].len == 6 &&
				memcmp(got.stream[1].data, "one\nin\n\0\1two", 12) == 0 &&
				memcmp(got.stream[2].data, "error\n", 6) == 0,
			"in pieces of %zu bytes: stdout and stderr are told apart", step);
		clear(&got);
	}
}

static void fails(const char *bytes, size_t len, const char *name)
{
	cleanup_error struct error err = ERROR_INIT;
	struct got got = {.left = -1};

	ok(read_all(bytes, len, 100, false, &got, &err) == -1 && err.code == EXIT_UNAVAILABLE, "%s",
		name);
	clear(&got);
}

int main(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct got got = {.left = -1};

	test_cuts();
	is_int(read_all("\1\0\0\0\0\0\0\4one\n", 12, 5, true, &got, &err), 0, "a terminal's log");
	ok(got.stream[1].len == 12, "is taken as it is");
	clear(&got);
	is_int(read_all("", 0, 1, false, &got, &err), 0, "no log is none");
	clear(&got);
	got.left = 0;
	ok(read_all(whole, sizeof(whole) - 1, 100, false, &got, &err) == -1 && err.code == EXIT_OK,
		"whoever takes it can end it, which is no error");
	is_int((long long)got.stream[1].len, 4, "at once");
	clear(&got);
	fails("\3\0\0\0\0\0\0\1x", 9, "a stream that there is not");
	fails("\1\0\0\1\0\0\0\1x", 9, "a header that is none");
	fails("plain text", 10, "text without headers");
	fails("\1\0\0\0", 4, "an end within a header");
	fails("\1\0\0\0\0\0\0\4on", 10, "an end within a piece");
	return done_testing();
}
