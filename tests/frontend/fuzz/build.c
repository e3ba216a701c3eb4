/* Any bytes as what an agent leaves in a folder that an image is built from, or in a file that is approved: where a
 * link leads, the list of such a folder, the text itself. The first byte chooses. */
#include "build_diff.h"
#include "build_link.h"
#include "fuzz.h"
#include "linediff.h"
#include "strv.h"

static void check_printable(const struct strv *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		for (const char *at = lines->item[i]; *at != '\0'; at++)
			FUZZ_RULE(((unsigned char)*at >= ' ' || *at == '\t') && *at != 0x7f);
}

/* A link that stays goes up first, never above the top, and then only down. */
static void follow(const char *target, unsigned depth)
{
	cleanup_free char *copy = xstrdup(target);
	unsigned up = 0, down = 0;
	char *rest = NULL;

	if (build_link_leaves(target, depth))
		return;
	FUZZ_RULE(target[0] != '/' && target[0] != '\0');
	for (char *name = strtok_r(copy, "/", &rest); name; name = strtok_r(NULL, "/", &rest)) {
		if (strcmp(name, "..") == 0)
			FUZZ_RULE(down == 0 && ++up <= depth);
		else
			down += strcmp(name, ".") != 0;
	}
}

/* Two texts, parted by a NUL. */
struct texts {
	const char *old_text, *new_text;
	size_t old_len, new_len;
};

static void compare_lists(const struct texts *t)
{
	cleanup_strv struct strv lines = STRV_INIT, back = STRV_INIT, none = STRV_INIT;
	struct build_diff_count forth, other, same;

	forth = build_diff(t->old_text, t->old_len, t->new_text, t->new_len, 10, &lines);
	other = build_diff(t->new_text, t->new_len, t->old_text, t->old_len, 10, &back);
	same = build_diff(t->new_text, t->new_len, t->new_text, t->new_len, 10, &none);
	FUZZ_RULE(forth.come == other.gone && forth.gone == other.come &&
		  forth.changed == other.changed);
	FUZZ_RULE(same.come + same.gone + same.changed == 0 && none.count == 0);
	FUZZ_RULE(lines.count <= 10 && lines.count <= forth.come + forth.gone + forth.changed);
	FUZZ_RULE(lines.count == 10 || lines.count == forth.come + forth.gone + forth.changed);
	check_printable(&lines);
}

static size_t count_lines(const char *text, size_t len)
{
	size_t lines = len > 0 && text[len - 1] != '\n';

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines;
}

static void compare_texts(const struct texts *t)
{
	cleanup_strv struct strv lines = STRV_INIT;
	struct linediff_count count =
		linediff(t->old_text, t->old_len, t->new_text, t->new_len, &lines);
	bool is_same =
		t->old_len == t->new_len && memcmp(t->old_text, t->new_text, t->new_len) == 0;
	size_t added = 0, removed = 0;

	FUZZ_RULE((count.added + count.removed == 0) == is_same);
	FUZZ_RULE(count_lines(t->old_text, t->old_len) + count.added ==
		  count_lines(t->new_text, t->new_len) + count.removed);
	for (size_t i = 0; i < lines.count; i++) {
		added += lines.item[i][0] == '+';
		removed += lines.item[i][0] == '-';
	}
	FUZZ_RULE(added == count.added && removed == count.removed);
	check_printable(&lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size > 2 ? memchr(data + 2, '\0', size - 2) : NULL;
	cleanup_free char *one = NULL, *two = NULL;
	struct texts texts = {0};

	if (size < 2)
		return 0;
	texts.old_len = (nul != NULL ? (size_t)(nul - data) : size) - 2;
	texts.new_len = nul != NULL ? size - (size_t)(nul + 1 - data) : 0;
	texts.old_text = one = fuzz_text(data + 2, texts.old_len);
	texts.new_text = two = fuzz_text(nul != NULL ? nul + 1 : data, texts.new_len);
	if (data[0] % 3 == 0)
		follow(one, data[1] % 8);
	else if (data[0] % 3 == 1)
		compare_lists(&texts);
	else
		compare_texts(&texts);
	return 0;
}
