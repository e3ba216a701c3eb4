/* Any bytes as a .dockerignore and, behind the last NUL, as a path. Where both are made of nothing but plain names,
 * stars and question marks, a second reading of the rules, by backtracking, must come to the same answer. */
#include "ignore.h"

#include "err.h"
#include "fuzz.h"
#include "strv.h"

enum { SMALL = 64 };

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-*?/";

/* As cleaned: no empty name, no slash at an end. */
static bool is_plain(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= SMALL && strspn(text, plain) == len && text[0] != '/' &&
	       text[len - 1] != '/' && strstr(text, "//") == NULL;
}

struct pair {
	const char *pattern, *path;
	bool exception;
	bool failed[SMALL + 1][SMALL + 1]; /* was tried from here, in vain */
};

static bool matches(struct pair *pair, size_t p, size_t s);

static bool match_stars(struct pair *pair, size_t p, size_t s)
{
	const char *path = pair->path;
	bool anything = p == 0 && pair->exception && pair->pattern[2] != '/';

	p += 2;
	if (!anything && pair->pattern[p] == '/')
		p++;
	if (pair->pattern[p] == '\0')
		return true;
	for (size_t at = s;; at++) {
		if ((at == s || anything || path[at - 1] == '/') && matches(pair, p, at))
			return true;
		if (path[at] == '\0')
			return false;
	}
}

static bool match_here(struct pair *pair, size_t p, size_t s)
{
	char c = pair->pattern[p], next = pair->path[s];

	if (c == '\0')
		return next == '\0';
	if (c == '*' && pair->pattern[p + 1] == '*')
		return match_stars(pair, p, s);
	if (c == '*')
		return matches(pair, p + 1, s) ||
		       (next != '\0' && next != '/' && matches(pair, p, s + 1));
	if (next == '\0' || (c == '?' ? next == '/' : next != c))
		return false;
	return matches(pair, p + 1, s + 1);
}

static bool matches(struct pair *pair, size_t p, size_t s)
{
	if (!pair->failed[p][s] && match_here(pair, p, s))
		return true;
	pair->failed[p][s] = true;
	return false;
}

/* Whether RULE matches PATH or a folder above it. */
static bool rule_matches(const char *rule, bool exception, const char *path)
{
	for (size_t len = 1; len <= strlen(path); len++) {
		cleanup_free char *part = xstrndup(path, len);
		struct pair pair = {.pattern = rule, .path = part, .exception = exception};

		if ((path[len] == '/' || path[len] == '\0') && matches(&pair, 0, 0))
			return true;
	}
	return false;
}

/* 1 = left out, 0 = not, -1 = not all rules are plain. */
static int judge(const char *rules, const char *path)
{
	cleanup_free char *copy = xstrdup(rules);
	char *rest = NULL;
	int out = 0;

	if (!is_plain(path) || strpbrk(path, "*?") != NULL)
		return -1;
	for (char *rule = strtok_r(copy, "\n", &rest); rule; rule = strtok_r(NULL, "\n", &rest)) {
		bool exception = rule[0] == '!';

		if (!is_plain(rule + exception))
			return -1;
		if (rule_matches(rule + exception, exception, path))
			out = !exception;
	}
	return out;
}

/* As the walk of a folder asks: the folders above PATH first. */
static bool walk(const struct ignore *ignore, const char *path)
{
	cleanup_free bool *above = xcalloc(ignore->count + 1, sizeof(*above));
	bool out = false;

	for (size_t len = 1; len <= strlen(path); len++) {
		cleanup_free char *part = xstrndup(path, len);
		bool *here = NULL;

		if (path[len] != '/' && path[len] != '\0')
			continue;
		here = xcalloc(ignore->count + 1, sizeof(*here));
		out = ignore_match(ignore, part, above, here);
		for (size_t i = 0; i < ignore->count; i++)
			FUZZ_RULE(here[i] || !above[i]);
		free(above);
		above = here;
	}
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_ignore struct ignore ignore = {NULL, 0, false};
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *rules = NULL, *path = NULL;
	const uint8_t *nul = size > 0 ? memrchr(data, '\0', size) : NULL;
	int want;
	bool out;

	if (nul == NULL)
		return 0;
	rules = fuzz_text(data, (size_t)(nul - data));
	path = fuzz_text(nul + 1, size - (size_t)(nul + 1 - data));
	if (ignore_parse(&ignore, (const char *)data, (size_t)(nul - data), &err) != 0) {
		FUZZ_RULE(err.code == EXIT_DATA);
		return 0;
	}
	out = walk(&ignore, path);
	/* A NUL among the rules ends the text of the second reading. */
	want = strlen(rules) == (size_t)(nul - data) ? judge(rules, path) : -1;
	FUZZ_RULE(want < 0 || out == (want == 1));
	return 0;
}
