/* Escapes what a terminal would act on. */
#include "printable.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"

enum { CUT = -1 };

/* Length of the valid UTF-8 sequence at AT (Unicode 15, table 3-7); 0: there is none; CUT: the bytes end within
 * what may become one. */
static int utf8_len(const unsigned char *at, size_t left)
{
	static const struct {
		unsigned char lead_min, lead_max, next_min, next_max, len;
	} forms[] = {
		{0xc2, 0xdf, 0x80, 0xbf, 2},
		{0xe0, 0xe0, 0xa0, 0xbf, 3},
		{0xe1, 0xec, 0x80, 0xbf, 3},
		{0xed, 0xed, 0x80, 0x9f, 3},
		{0xee, 0xef, 0x80, 0xbf, 3},
		{0xf0, 0xf0, 0x90, 0xbf, 4},
		{0xf1, 0xf3, 0x80, 0xbf, 4},
		{0xf4, 0xf4, 0x80, 0x8f, 4},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (at[0] < forms[i].lead_min || at[0] > forms[i].lead_max)
			continue;
		for (size_t k = 1; k < forms[i].len; k++) {
			if (k == left)
				return CUT;
			if (at[k] < (k == 1 ? forms[i].next_min : 0x80) ||
				at[k] > (k == 1 ? forms[i].next_max : 0xbf))
				return 0;
		}
		return forms[i].len;
	}
	return 0;
}

/* Bidirectional overrides and isolates reorder what a reader sees: U+202A-202E, U+2066-2069. Line and paragraph
 * separators, U+2028 and U+2029, end a comment of YAML's and no line of a terminal's. */
static bool misleads(const unsigned char *at, int len)
{
	return len == 3 && at[0] == 0xe2 &&
	       ((at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) ||
		       (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

/* How many bytes at AT are harmless, or CUT. A carriage return is, in the end of a line. */
static int plain_len(const unsigned char *at, size_t left)
{
	int len;

	if (*at == '\t' || *at == '\n' || (*at >= 0x20 && *at < 0x7f))
		return 1;
	if (*at == '\r')
		return left == 1 ? CUT : at[1] == '\n' ? 2 : 0;
	len = utf8_len(at, left);
	if (len == 2 && at[0] == 0xc2 && at[1] < 0xa0) /* C1 */
		return 0;
	return misleads(at, len) ? 0 : len;
}

/* Up to the end, or to what is CUT if that is HELD; *LEN is what is left then. */
static char *convert(const unsigned char *at, size_t *len, bool held)
{
	char *out = xcalloc(*len * 4 + 1, 1), *to = out;

	while (*len > 0) {
		int plain = plain_len(at, *len);

		if (plain == CUT && held)
			break;
		if (plain > 0) {
			memcpy(to, at, (size_t)plain);
			to += plain;
		} else {
			to += snprintf(to, 5, "\\x%02x", *at);
			plain = 1;
		}
		at += plain;
		*len -= (size_t)plain;
	}
	return out;
}

char *printable_n(const char *text, size_t len)
{
	return convert((const unsigned char *)text, &len, false);
}

char *printable(const char *text)
{
	return printable_n(text, strlen(text));
}

char *printable_line(const char *text)
{
	cleanup_free char *lines = printable(text);
	char *out = xcalloc(strlen(lines) * 4 + 1, 1), *to = out;

	for (const char *at = lines; *at != '\0'; at++)
		if (*at == '\n' || *at == '\t' || *at == '\r')
			to += snprintf(to, 5, "\\x%02x", (unsigned)*at);
		else
			*to++ = *at;
	return out;
}

char *printable_feed(struct printable_stream *stream, const char *bytes, size_t len)
{
	size_t all = stream->len + len, left = all;
	cleanup_free unsigned char *text = xcalloc(all + 1, 1);
	char *out;

	memcpy(text, stream->held, stream->len);
	memcpy(text + stream->len, bytes, len);
	out = convert(text, &left, true);
	memcpy(stream->held, text + all - left, left);
	stream->len = left;
	return out;
}

char *printable_end(struct printable_stream *stream)
{
	char *out = printable_n((const char *)stream->held, stream->len);

	stream->len = 0;
	return out;
}
