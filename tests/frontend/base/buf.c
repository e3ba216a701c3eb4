/* Buffers: the cap, and content that is always a string. */
#include "buf.h"

#include <stdint.h>
#include <stdlib.h>

#include "tap.h"

static void test_empty(void)
{
	cleanup_buf struct buf buf = BUF_INIT(10);
	char *text;

	is_str(buf_str(&buf), "", "an empty buffer is the empty string");
	is_int(buf_append(&buf, NULL, 0), 0, "nothing can be appended");
	is_str(buf_str(&buf), "", "and changes nothing");
	text = buf_steal(&buf);
	is_str(text, "", "an empty one can be handed over");
	free(text);
}

static void test_cap(void)
{
	cleanup_buf struct buf buf;

	buf_init(&buf, 10);
	is_int(buf_append_str(&buf, "0123456789"), 0, "as much as the cap");
	ok(!buf.toobig, "is not too big");
	is_int(buf_append(&buf, "", 0), 0, "nothing more fits");
	is_int(buf_append_str(&buf, "x"), -1, "one byte more does not");
	ok(buf.toobig, "and is remembered");
	is_str(buf_str(&buf), "0123456789", "the content is unchanged");
	is_int(buf_append(&buf, "x", SIZE_MAX), -1, "a length that would wrap around does not fit");
	is_int((long long)buf.len, 10, "the length is unchanged");
	buf_clear(&buf);
	ok(!buf.toobig && buf.len == 0 && buf.max == 10, "cleared, it can be used again");
	is_int(buf_append(&buf, "a\0b", 3), 0, "NUL bytes are bytes");
	is_int((long long)buf.len, 3, "and counted");
	ok(memcmp(buf.data, "a\0b", 4) == 0, "the content ends with a NUL of its own");
}

static void test_growth(void)
{
	cleanup_buf struct buf buf = BUF_INIT(1 << 20);
	bool right = true;
	char *text;

	for (int i = 0; i < 100000; i++)
		right = buf_append(&buf, &(char){(char)('a' + i % 26)}, 1) == 0 && right;
	ok(right && buf.len == 100000, "100000 single bytes");
	for (int i = 0; i < 100000; i++)
		right = right && buf.data[i] == 'a' + i % 26;
	ok(right, "come out as they went in");
	is_int(buf_append(&buf, buf.data, 0), 0, "appending none of itself");
	text = buf_steal(&buf);
	ok(strlen(text) == 100000, "handed over as a string");
	is_str(buf_str(&buf), "", "the buffer is empty then");
	is_int(buf_append_str(&buf, "x"), 0, "and usable");
	free(text);
}

static void test_zero(void)
{
	cleanup_buf struct buf buf = BUF_INIT(0);

	is_int(buf_append(&buf, "", 0), 0, "a buffer of size 0 takes nothing");
	is_int(buf_append(&buf, "x", 1), -1, "and nothing else");
}

int main(void)
{
	test_empty();
	test_cap();
	test_growth();
	test_zero();
	return done_testing();
}
