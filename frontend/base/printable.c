/* Escapes what a terminal would act on. */
#include "printable.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"

/* Length of the valid UTF-8 sequence at AT (Unicode 15, table 3-7), or 0. */
static size_t utf8_len(const unsigned char *at, size_t left)
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
		if (left < forms[i].len || at[1] < forms[i].next_min || at[1] > forms[i].next_max)
			return 0;
		for (size_t k = 2; k < forms[i].len; k++)
			if (at[k] < 0x80 || at[k] > 0xbf)
				return 0;
		return forms[i].len;
	}
	return 0;
}

/* Bidirectional overrides and isolates reorder what a reader sees: U+202A-202E, U+2066-2069. Line and paragraph
 * separators, U+2028 and U+2029, end a comment of YAML's and no line of a terminal's. */
static bool misleads(const unsigned char *at, size_t len)
{
	return len == 3 && at[0] == 0xe2 &&
	       ((at[1] == 0x80 && at[2] >= 0xa8 && at[2] <= 0xae) ||
		       (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

static size_t plain_len(const unsigned char *at, size_t left)
{
	size_t len;

	if (*at == '\t' || *at == '\n' || (*at >= 0x20 && *at < 0x7f))
		return 1;
	len = utf8_len(at, left);
	if (len == 2 && at[0] == 0xc2 && at[1] < 0xa0) /* C1 */
		return 0;
	return misleads(at, len) ? 0 : len;
}

char *printable_n(const char *text, size_t len)
{
	const unsigned char *at = (const unsigned char *)text;
	char *out = xcalloc(len * 4 + 1, 1);
	char *to = out;

	while (len > 0) {
		size_t plain = plain_len(at, len);

		if (plain > 0) {
			memcpy(to, at, plain);
			to += plain;
		} else {
			to += snprintf(to, 5, "\\x%02x", *at);
			plain = 1;
		}
		at += plain;
		len -= plain;
	}
	return out;
}

char *printable(const char *text)
{
	return printable_n(text, strlen(text));
}
