/* Every way through a program, each with the set of inputs that takes it. The ways that end with ALLOW are
 * then all that the program lets through, over the whole 2^512 of inputs: none is left out. */
#ifndef TESTS_FILTER_PATHS_H
#define TESTS_FILTER_PATHS_H

#include "program.h"
#include "want.h"

#define NOTS 64
#define PATHS_MAX 100000

/* What a word can be on a way: LO to HI, those in NOTS left out. */
struct word {
	uint32_t lo, hi, nots[NOTS];
	size_t count;
};

struct paths {
	const struct sock_filter *program;
	enum machine machine;
	size_t seen[WANTS], count; /* ways to each row of wants[], ways in all */
	const char *fault;
};

static bool word_is(const struct word *word, uint32_t value)
{
	return word->lo == value && word->hi == value;
}

/* Nothing narrowed it, not even by one value. */
static bool word_free(const struct word *word)
{
	return word->lo == 0 && word->hi == UINT32_MAX && word->count == 0;
}

/* Narrows WORD to where STEP jumps or does not; false when nothing is left. */
static bool word_narrow(struct word *word, const struct sock_filter *step, bool jumps)
{
	uint32_t k = step->k;

	if (step->code != EQUAL) { /* a > k is a >= k + 1 */
		if (step->code == GREATER && k == UINT32_MAX)
			return !jumps;
		k += step->code == GREATER;
		if (jumps)
			word->lo = word->lo > k ? word->lo : k;
		else if (k == 0)
			return false;
		else
			word->hi = word->hi < k - 1 ? word->hi : k - 1;
		return word->lo <= word->hi;
	}
	for (size_t i = 0; i < word->count; i++)
		if (word->nots[i] == k)
			return !jumps;
	if (k < word->lo || k > word->hi)
		return !jumps;
	if (jumps) {
		word->lo = word->hi = k;
		word->count = 0;
		return true;
	}
	if (word->lo == word->hi)
		return false;
	if (word->count < NOTS)
		word->nots[word->count] = k;
	return ++word->count <= NOTS; /* beyond: see paths_walk() */
}

static bool paths_row(const struct want *want, enum machine machine, const struct word word[WORDS])
{
	bool right = word_is(word + WORD_ARCH, audit_arch[machine]) &&
		     word_is(word + WORD_CALL, want->call[machine]);

	for (unsigned n = 0; n < 6 && right; n++) {
		const struct word *low = word + WORD_ARG(n), *high = low + 1;
		const struct pin *pin = NULL;

		for (size_t i = 0; i < PINS; i++)
			if (want->pin[i].arg == n)
				pin = &want->pin[i];
		right = pin == NULL ? word_free(low) && word_free(high)
				    : word_is(low, (uint32_t)pin->value) &&
					      word_is(high, (uint32_t)(pin->value >> 32));
	}
	return right;
}

static void paths_allow(struct paths *paths, const struct word word[WORDS])
{
	for (size_t i = 0; i < WANTS; i++) {
		if (paths_row(wants + i, paths->machine, word)) {
			paths->seen[i]++;
			return;
		}
	}
	paths->fault = "lets something through that is no row of the expected table";
}

static void paths_walk(struct paths *paths, size_t at, size_t loaded, const struct word word[WORDS])
{
	const struct sock_filter *step = paths->program + at;

	for (; step->code == LOAD || step->code == GO; step++) {
		if (step->code == LOAD)
			loaded = step->k / 4;
		else
			step += step->k;
	}
	if (step->code == RETURN) {
		paths->count++;
		if (step->k == ALLOW)
			paths_allow(paths, word);
		return;
	}
	for (int jumps = 0; jumps < 2 && paths->fault == NULL; jumps++) {
		struct word next[WORDS];

		memcpy(next, word, sizeof(next));
		if (loaded == WORDS || word[loaded].count >= NOTS || paths->count > PATHS_MAX)
			paths->fault = "compares before a load, or is too long for this test";
		else if (word_narrow(next + loaded, step, jumps))
			paths_walk(paths,
				(size_t)(step - paths->program) + 1 + (jumps ? step->jt : step->jf),
				loaded, next);
	}
}

/* Returns NULL if the program, free of faults, allows wants[] and nothing else, or what is wrong. */
static const char *paths_fault(
	const struct sock_filter *program, enum machine machine, size_t *ret_count)
{
	struct paths paths = {.program = program, .machine = machine};
	struct word word[WORDS] = {{0}};

	for (size_t i = 0; i < WORDS; i++)
		word[i].hi = UINT32_MAX;
	paths_walk(&paths, 0, WORDS, word);
	for (size_t i = 0; i < WANTS && paths.fault == NULL; i++)
		if (paths.seen[i] == 0)
			paths.fault = wants[i].name; /* never allowed */
	*ret_count = paths.count;
	return paths.fault;
}

#endif
