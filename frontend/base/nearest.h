/* What was meant by a mistyped word. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *typed;
	const char *
		found; /* the best candidate so far, NULL = none is near enough; owned by the caller */
	size_t distance;
};

void nearest_init(struct nearest *nearest, const char *typed);

/* Looks at one more candidate: kept if it can be made of what was typed by fewer changes than the one before. A
 * change is one character added, left out, exchanged, or swapped with its neighbour; one of them is allowed for
 * every three characters of the candidate, and at least one. What begins with all that was typed, three characters
 * or more, is as near as one change. */
void nearest_try(struct nearest *nearest, const char *candidate);

#endif
