/* What changed between two texts, line by line, for people to read. */
#ifndef BASE_LINEDIFF_H
#define BASE_LINEDIFF_H

#include <stddef.h>

struct strv;

struct linediff_count {
	size_t added, removed;
};

/* Pushes lines that begin with "+ ", "- " or "  ": what was added, removed, and up to three lines around it;
 * "..." stands for what is left out. Printable: what a terminal would act on is escaped. */
struct linediff_count linediff(const char *old_text, size_t old_len, const char *new_text,
	size_t new_len, struct strv *ret);

#endif
