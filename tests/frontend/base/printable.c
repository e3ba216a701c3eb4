/* What reaches a terminal: text as it is, everything that it would act on as \xNN. */
#include "printable.h"

#include <stdlib.h>

#include "tap.h"

static const struct {
	const char *text, *want, *name;
} cases[] = {
	{"", "", "nothing"},
	{"plain ~ text", "plain ~ text", "ASCII"},
	{"a\tb\nc", "a\tb\nc", "tab and newline stay"},
	{"a\rb", "a\\x0db", "a carriage return could hide what stands before it"},
	{"a\r\nb", "a\r\nb", "but not in the end of a line"},
	{"a\r\r\nb", "a\\x0d\r\nb", "the second of two is"},
	{"a\r", "a\\x0d", "nor at the end of all"},
	{"\b\b\b", "\\x08\\x08\\x08", "so could backspaces"},
	{"\033[31mred\033[0m", "\\x1b[31mred\\x1b[0m", "CSI"},
	{"\033]0;title\007", "\\x1b]0;title\\x07", "OSC"},
	{"\033P+q\033\\", "\\x1bP+q\\x1b\\", "DCS"},
	{"\x7f", "\\x7f", "DEL"},
	{"\x9b"
	 "31m",
		"\\x9b31m", "CSI as one byte"},
	{"\xc2\x9b"
	 "31m",
		"\\xc2\\x9b31m", "CSI as UTF-8"},
	{"\xc2\x80\xc2\x9f", "\\xc2\\x80\\xc2\\x9f", "all of C1"},
	{"\xc2\xa0", "\xc2\xa0", "the first character after C1"},
	{"h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8d\xbe", "h\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8d\xbe",
		"UTF-8 of 2, 3 and 4 bytes"},
	{"\xc0\xaf", "\\xc0\\xaf", "an overlong slash"},
	{"\xe0\x80\x9b", "\\xe0\\x80\\x9b", "an overlong C1 of 3 bytes"},
	{"\xf0\x80\x82\x9b", "\\xf0\\x80\\x82\\x9b", "an overlong C1 of 4 bytes"},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80", "a surrogate"},
	{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "above U+10FFFF"},
	{"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80", "an impossible lead"},
	{"\xe2\x82", "\\xe2\\x82", "a sequence cut by the end"},
	{"\xe2\x82\033[A", "\\xe2\\x82\\x1b[A", "a sequence that would swallow an escape"},
	{"\x80\xbf", "\\x80\\xbf", "bare continuations"},
	{"\xe2\x80\xae"
	 "txt",
		"\\xe2\\x80\\xaetxt", "a right-to-left override"},
	{"\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9", "bidirectional isolates"},
	{"\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9", "line separators"},
	{"\xe2\x80\x93", "\xe2\x80\x93", "a dash beside them"},
	{"\\x1b", "\\x1b", "a backslash is a character"},
};

/* Every single byte: either itself, or four characters. */
static bool every_byte(void)
{
	for (int c = 0; c < 256; c++) {
		char text = (char)c, want[8];
		char *got = printable_n(&text, 1);
		bool plain = c == '\t' || c == '\n' || (c >= 0x20 && c < 0x7f);
		bool right;

		snprintf(want, sizeof(want), "\\x%02x", (unsigned)c);
		right = plain ? got[0] == c && got[1] == '\0' : strcmp(got, want) == 0;
		free(got);
		if (!right)
			return false;
	}
	return true;
}

/* Every pair of bytes gives text without controls, and passing it through again changes nothing. */
static bool every_pair(void)
{
	for (int i = 0; i < 65536; i++) {
		char text[2] = {(char)(i >> 8), (char)i};
		char *once = printable_n(text, 2), *twice = printable(once);
		bool right = strcmp(once, twice) == 0;

		for (const char *at = once; *at != '\0'; at++)
			right = right && (unsigned char)*at != 0x1b &&
				(*at != '\r' || at[1] == '\n');
		free(once);
		free(twice);
		if (!right)
			return false;
	}
	return true;
}

/* TEXT in pieces of N bytes: what comes out at once and what only at the end, together. */
static char *in_pieces(const char *text, size_t n)
{
	struct printable_stream stream = {.len = 0};
	char *all = calloc(strlen(text) * 4 + 1, 1), *part;

	for (size_t at = 0, len = strlen(text); at < len; at += n) {
		part = printable_feed(&stream, text + at, len - at < n ? len - at : n);
		strcat(all, part);
		free(part);
	}
	part = printable_end(&stream);
	strcat(all, part);
	free(part);
	return all;
}

static void test_stream(void)
{
	struct printable_stream stream = {.len = 0};
	char *text;

	for (size_t n = 1; n < 5; n++)
		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			text = in_pieces(cases[i].text, n);
			ok(strcmp(text, cases[i].want) == 0, "%s, in pieces of %zu", cases[i].name,
				n);
			free(text);
		}
	text = printable_feed(&stream, "a\xe2", 2);
	is_str(text, "a", "what is whole comes out at once");
	free(text);
	text = printable_feed(&stream, "", 0);
	is_str(text, "", "the rest waits");
	free(text);
	text = printable_feed(&stream, "\x80\xae|", 3);
	is_str(text, "\\xe2\\x80\\xae|", "an override over two pieces");
	free(text);
}

int main(void)
{
	char *text;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		text = printable(cases[i].text);
		is_str(text, cases[i].want, cases[i].name);
		free(text);
	}
	ok(every_byte(), "every single byte");
	ok(every_pair(), "every pair of bytes: no control is left, and once is enough");
	text = printable_n("a\0b", 3);
	is_str(text, "a\\x00b", "a NUL inside");
	free(text);
	text = printable_n("\xe2\x82\xac", 2);
	is_str(text, "\\xe2\\x82", "nothing beyond the length is read");
	free(text);
	text = printable_line("a\tb\nc\r\n");
	is_str(text, "a\\x09b\\x0ac\\x0d\\x0a", "one line stays one");
	free(text);
	test_stream();
	return done_testing();
}
