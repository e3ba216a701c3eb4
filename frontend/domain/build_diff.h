/* What changed between two lists of build_tree.h, for people to read. */
#ifndef DOMAIN_BUILD_DIFF_H
#define DOMAIN_BUILD_DIFF_H

#include <stddef.h>

struct strv;

struct build_diff_count {
	size_t come, changed, gone;
};

/* Pushes at most MAX printable lines: "new PATH", "changed PATH (what)", "gone PATH". Either text may be empty. */
struct build_diff_count build_diff(const char *old_text, size_t old_len, const char *new_text,
	size_t new_len, size_t max, struct strv *ret);

#endif
