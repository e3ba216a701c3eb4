/* Distance of words: optimal string alignment. */
#include "nearest.h"

#include <stdint.h>
#include <string.h>

enum {
	WORD_MAX = 32, /* longer ones are compared with nothing */
	ABBREVIATION_MIN = 3,
};

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= a_len; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= b_len; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= a_len; i++)
		for (size_t j = 1; j <= b_len; j++) {
			d[i][j] = min(min(d[i - 1][j], d[i][j - 1]) + 1,
				d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1);
		}
	return d[a_len][b_len];
}

void nearest_init(struct nearest *nearest, const char *typed)
{
	*nearest = (struct nearest){typed, NULL, SIZE_MAX};
}

void nearest_try(struct nearest *nearest, const char *candidate)
{
	size_t typed = strlen(nearest->typed), len = strlen(candidate), changes;

	if (typed == 0 || typed > WORD_MAX || len > WORD_MAX)
		return;
	changes = distance(nearest->typed, typed, candidate, len);
	if (typed >= ABBREVIATION_MIN && strncmp(candidate, nearest->typed, typed) == 0)
		changes = min(changes, 1);
	if (changes > (len < 6 ? 1 : len / 3) || changes >= nearest->distance || changes >= typed)
		return;
	nearest->found = candidate;
	nearest->distance = changes;
}
