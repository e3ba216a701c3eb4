/* Two sorted lists, side by side. */
#include "build_diff.h"

#include <stdbool.h>
#include <string.h>

#include "mem.h"
#include "printable.h"
#include "strv.h"

/* A line of a list, in the list. */
struct entry {
	const char *kind, *mode, *hash, *path;
	size_t hash_len, path_len;
};

/* Takes the next line of *AT; false at END, or at a line that is none. */
static bool next(const char **at, const char *end, struct entry *ret)
{
	const char *newline = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;
	const char *space;

	if (newline == NULL || newline - *at < 10)
		return false;
	*ret = (struct entry){.kind = *at, .mode = *at + 2, .hash = *at + 7};
	space = memchr(ret->hash, ' ', (size_t)(newline - ret->hash));
	if (space == NULL)
		return false;
	ret->hash_len = (size_t)(space - ret->hash);
	ret->path = space + 1;
	ret->path_len = (size_t)(newline - ret->path);
	*at = newline + 1;
	return true;
}

static int compare(const struct entry *a, const struct entry *b)
{
	size_t len = a->path_len < b->path_len ? a->path_len : b->path_len;
	int order = memcmp(a->path, b->path, len);

	return order != 0 ? order : (a->path_len > b->path_len) - (a->path_len < b->path_len);
}

static void say(
	struct strv *ret, size_t max, const char *what, const struct entry *entry, const char *how)
{
	cleanup_free char *path = xstrndup(entry->path, entry->path_len);
	cleanup_free char *text = xasprintf("%s %s%s", what, path, how);

	if (ret->count < max)
		strv_take(ret, printable_line(text));
}

/* How B differs from A; NULL when it does not. */
static char *difference(const struct entry *a, const struct entry *b)
{
	if (*a->kind != *b->kind)
		return xstrdup(" (another kind of file)");
	if (a->hash_len != b->hash_len || memcmp(a->hash, b->hash, a->hash_len) != 0)
		return xstrdup(" (content)");
	return memcmp(a->mode, b->mode, 4) != 0
		       ? xasprintf(" (mode %.4s, was %.4s)", b->mode, a->mode)
		       : NULL;
}

struct build_diff_count build_diff(const char *old_text, size_t old_len, const char *new_text,
	size_t new_len, size_t max, struct strv *ret)
{
	const char *old_end = old_text + old_len, *new_end = new_text + new_len;
	struct build_diff_count count = {0, 0, 0};
	struct entry was, is;
	bool has_old = next(&old_text, old_end, &was), has_new = next(&new_text, new_end, &is);

	while (has_old || has_new) {
		int order = !has_old ? 1 : !has_new ? -1 : compare(&was, &is);
		cleanup_free char *how = order == 0 ? difference(&was, &is) : NULL;

		if (order < 0)
			say(ret, max, "gone    ", &was, "");
		else if (order > 0)
			say(ret, max, "new     ", &is, "");
		else if (how != NULL)
			say(ret, max, "changed ", &is, how);
		count.gone += order < 0;
		count.come += order > 0;
		count.changed += how != NULL;
		if (order <= 0)
			has_old = next(&old_text, old_end, &was);
		if (order >= 0)
			has_new = next(&new_text, new_end, &is);
	}
	return count;
}
