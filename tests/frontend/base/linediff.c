/* What changed between two texts, as a person is shown it. */
#include "linediff.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "strv.h"
#include "tap.h"

static struct linediff_count diff(const char *a, const char *b, char **ret)
{
	cleanup_strv struct strv lines = STRV_INIT;
	struct linediff_count count = linediff(a, strlen(a), b, strlen(b), &lines);

	*ret = strv_join(&lines, "|");
	return count;
}

static void shows(const char *name, const char *a, const char *b, const char *want)
{
	cleanup_free char *got = NULL;

	diff(a, b, &got);
	is_str(got, want, name);
}

/* Applies what was shown, with all context, to check that nothing of a change is left out. */
static bool complete(const char *a, size_t a_len, const char *b, size_t b_len)
{
	cleanup_strv struct strv lines = STRV_INIT;
	struct linediff_count count = linediff(a, a_len, b, b_len, &lines);
	size_t added = 0, removed = 0, b_lines = 0, a_lines = 0;

	for (size_t i = 0; i < lines.count; i++) {
		added += lines.item[i][0] == '+';
		removed += lines.item[i][0] == '-';
	}
	for (size_t i = 0; i < a_len; i++)
		a_lines += a[i] == '\n';
	for (size_t i = 0; i < b_len; i++)
		b_lines += b[i] == '\n';
	return added == count.added && removed == count.removed &&
	       b_lines - added == a_lines - removed;
}

int main(void)
{
	cleanup_free char *big = xcalloc(20001, 1), *other = xcalloc(20001, 1), *got = NULL;
	cleanup_strv struct strv lines = STRV_INIT;
	struct linediff_count count;
	bool sound = true;

	shows("nothing and nothing", "", "", "");
	shows("a new text is all added", "", "a\nb\n", "+ a|+ b");
	shows("a text that is gone", "a\n", "", "- a");
	shows("the same text", "a\nb\n", "a\nb\n", "...");
	shows("one line changed", "a\nb\nc\n", "a\nB\nc\n", "  a|- b|+ B|  c");
	shows("one line more", "a\nc\n", "a\nb\nc\n", "  a|+ b|  c");
	shows("three lines around a change", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
		"1\n2\n3\n4\nX\n6\n7\n8\n9\n", "...|  2|  3|  4|- 5|+ X|  6|  7|  8|...");
	shows("two changes that are far apart", "a\n1\n2\n3\n4\n5\n6\n7\nb\n",
		"A\n1\n2\n3\n4\n5\n6\n7\nB\n", "- a|+ A|  1|  2|  3|...|  5|  6|  7|- b|+ B");
	shows("two that are near", "a\n1\n2\nb\n", "A\n1\n2\nB\n", "- a|+ A|  1|  2|- b|+ B");
	shows("a line that moved", "x\na\nb\n", "a\nb\nx\n", "- x|  a|  b|+ x");
	shows("a missing newline is a change", "a\nb\n", "a\nb",
		"  a|- b|+ b  (no newline at the end)");
	shows("a carriage return is seen", "a\n", "a\r\n", "- a|+ a\\x0d");
	shows("escape sequences are escaped", "", "\033[2J\033]0;x\007\n",
		"+ \\x1b[2J\\x1b]0;x\\x07");
	shows("so are C1 controls and what is no UTF-8", "", "\xc2\x9b\xff\n", "+ \\xc2\\x9b\\xff");
	linediff("", 0, "a\0b\n", 4, &lines);
	is_str(lines.item[0], "+ a\\x00b", "and NUL bytes");

	/* Every pair of short texts: what is shown adds up. */
	for (unsigned x = 0; x < 256; x++)
		for (unsigned y = 0; y < 256; y++) {
			char a[9], b[9];
			size_t a_len = 0, b_len = 0;

			for (unsigned bit = 0; bit < 4; bit++) {
				unsigned in_a = x >> (2 * bit) & 3, in_b = y >> (2 * bit) & 3;

				if (in_a) {
					a[a_len++] = (char)('a' + in_a);
					a[a_len++] = '\n';
				}
				if (in_b) {
					b[b_len++] = (char)('a' + in_b);
					b[b_len++] = '\n';
				}
			}
			sound &= complete(a, a_len, b, b_len);
		}
	ok(sound, "all pairs of texts of up to four lines");

	/* Too many lines for the table: shown as a whole, not slowly. */
	for (size_t i = 0; i < 20000; i += 2) {
		memcpy(big + i, "x\n", 2);
		memcpy(other + i, i % 4 ? "x\n" : "y\n", 2);
	}
	other[19998] = 'x';
	count = diff(big, other, &got);
	ok(count.removed == count.added && count.added > 5000,
		"10,000 lines, half of them changed");
	return done_testing();
}
