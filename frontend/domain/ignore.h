/* The rules of a .dockerignore, as docker's own matcher reads them (github.com/moby/patternmatcher, and docker's
 * documentation of the file): a line is a pattern from the root of the context; "#" in the first column begins a
 * comment; "!" takes back what earlier lines left out; the last line that matches a path or a folder above
 * it decides; "*" and "?" stop at a slash and "**" does not; slashes at the ends mean nothing.
 *
 * docker turns a pattern into a regular expression of Go's, with more forms than are known here. A line that is
 * not understood leaves nothing out, and with "!" it takes everything back: then more is in, never less. */
#ifndef DOMAIN_IGNORE_H
#define DOMAIN_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct ignore_rule;

#define IGNORE_FILE_MAX (256 * 1024) /* bytes of a .dockerignore */
#define IGNORE_RULES_MAX 1000

/* Zero-initialise: no rules. */
struct ignore {
	struct ignore_rule *rule;
	size_t count;
	bool exceptions; /* there is a rule with "!" */
};

#define cleanup_ignore __attribute__((cleanup(ignore_clear)))

/* Adds the rules of TEXT. EXIT_DATA when there are more than IGNORE_RULES_MAX. */
int ignore_parse(struct ignore *ignore, const char *text, size_t len, struct error *err);

/* Whether PATH, relative and with single slashes, is left out. ABOVE says which rules match a folder above it, NULL
 * for none; HERE, of ignore->count, is filled with the same for what lies below PATH. */
bool ignore_match(const struct ignore *ignore, const char *path, const bool *above, bool *here);

void ignore_clear(struct ignore *ignore);

#endif
