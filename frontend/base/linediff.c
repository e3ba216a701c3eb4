/* The longest common subsequence of lines, between what is the same at both ends. */
#include "linediff.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "printable.h"
#include "strv.h"

enum {
	CONTEXT = 3,
	CELLS_MAX = 1 << 22, /* of the table; beyond, all old lines go and all new ones come */
};

struct line {
	const char *text;
	size_t len; /* with the newline: without one at the end of a file, the line is another one */
};

struct lines {
	struct line *item;
	size_t count;
};

static struct lines split(const char *text, size_t len)
{
	size_t room = 64;
	struct lines lines = {xcalloc(room, sizeof(*lines.item)), 0};

	while (len > 0) {
		const char *newline = memchr(text, '\n', len);
		size_t take = newline ? (size_t)(newline - text) + 1 : len;

		if (lines.count == room) {
			room *= 2;
			lines.item = xrealloc(lines.item, room, sizeof(*lines.item));
		}
		lines.item[lines.count++] = (struct line){text, take};
		text += take;
		len -= take;
	}
	return lines;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

struct output {
	struct strv *to;
	struct linediff_count count;
	struct line before
		[CONTEXT]; /* unchanged lines that were not pushed: the last ones, as a ring */
	size_t held;       /* how many there were */
	size_t after;      /* unchanged lines still to be pushed after a change */
};

static void push(struct output *out, char mark, const struct line *line)
{
	bool whole = line->text[line->len - 1] == '\n';
	cleanup_free char *text = printable_n(line->text, line->len - whole);

	strv_pushf(out->to, "%c %s%s", mark, text, whole ? "" : "  (no newline at the end)");
}

static void keep(struct output *out, const struct line *line)
{
	if (out->after > 0) {
		out->after--;
		push(out, ' ', line);
	} else {
		out->before[out->held++ % CONTEXT] = *line;
	}
}

static void flush_before(struct output *out)
{
	size_t from = out->held > CONTEXT ? out->held - CONTEXT : 0;

	if (from > 0)
		strv_push(out->to, "...");
	for (size_t i = from; i < out->held; i++)
		push(out, ' ', &out->before[i % CONTEXT]);
	out->held = 0;
}

static void change(struct output *out, char mark, const struct line *line)
{
	flush_before(out);
	push(out, mark, line);
	out->after = CONTEXT;
	*(mark == '+' ? &out->count.added : &out->count.removed) += 1;
}

/* table[i][j]: length of the longest common subsequence of A from line i and B from line j; NULL = too large. */
static uint32_t *common(const struct lines *a, const struct lines *b)
{
	size_t width = b->count + 1;
	uint32_t *table;

	if (a->count + 1 > CELLS_MAX / width)
		return NULL;
	table = xcalloc((a->count + 1) * width, sizeof(*table));
	for (size_t i = a->count; i-- > 0;)
		for (size_t j = b->count; j-- > 0;) {
			uint32_t *cell = &table[i * width + j];
			uint32_t down = cell[width], right = cell[1];

			*cell = same(&a->item[i], &b->item[j]) ? cell[width + 1] + 1
				: down > right                 ? down
							       : right;
		}
	return table;
}

static void middle(struct output *out, const struct lines *a, const struct lines *b)
{
	uint32_t *table = common(a, b);
	size_t width = b->count + 1, i = 0, j = 0;

	while (i < a->count || j < b->count) {
		const uint32_t *cell = table ? &table[i * width + j] : NULL;
		bool both = i < a->count && j < b->count;

		if (cell != NULL && both && same(&a->item[i], &b->item[j])) {
			keep(out, &a->item[i++]);
			j++;
		} else if (i < a->count && (cell == NULL || !both || cell[width] >= cell[1])) {
			change(out, '-', &a->item[i++]);
		} else {
			change(out, '+', &b->item[j++]);
		}
	}
	free(table);
}

struct linediff_count linediff(const char *old_text, size_t old_len, const char *new_text,
	size_t new_len, struct strv *ret)
{
	struct lines a = split(old_text, old_len), b = split(new_text, new_len);
	size_t least = a.count < b.count ? a.count : b.count, head = 0, tail = 0;
	struct output out = {.to = ret};
	struct lines a_middle, b_middle;

	while (head < least && same(&a.item[head], &b.item[head]))
		keep(&out, &a.item[head++]);
	while (tail < least - head &&
		same(&a.item[a.count - 1 - tail], &b.item[b.count - 1 - tail]))
		tail++;
	a_middle = (struct lines){a.item + head, a.count - head - tail};
	b_middle = (struct lines){b.item + head, b.count - head - tail};
	middle(&out, &a_middle, &b_middle);
	for (; tail > 0 && out.after > 0; tail--)
		keep(&out, &a.item[a.count - tail]);
	if (out.held + tail > 0)
		strv_push(ret, "...");
	free(a.item);
	free(b.item);
	return out.count;
}
