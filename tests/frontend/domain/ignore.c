/* .dockerignore: what a rule leaves out, and that a rule that is not understood leaves nothing out. What docker itself
 * makes of the same rules is compared in tests/native/build.t. */
#include "ignore.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "mem.h"
#include "tap.h"

/* As the walk of a folder asks: the folders above PATH first. */
static bool is_out(const char *rules, const char *path)
{
	cleanup_ignore struct ignore ignore = {NULL, 0, false};
	cleanup_error struct error err = ERROR_INIT;
	bool *above = NULL, out = false;
	const char *slash = path;

	if (ignore_parse(&ignore, rules, strlen(rules), &err) != 0)
		return false;
	while (slash != NULL) {
		cleanup_free char *part = NULL;
		bool *here = xcalloc(ignore.count + 1, sizeof(*here));

		slash = strchr(slash + (slash != path || *slash == '/'), '/');
		part = slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(path);
		out = ignore_match(&ignore, part, above, here);
		free(above);
		above = here;
	}
	free(above);
	return out;
}

int main(void)
{
	static const struct {
		const char *rules, *path;
		bool out;
	} cases[] = {
		/* plain names, from the root */
		{"secret", "secret", true},
		{"secret", "a/secret", false},
		{"secret", "secret/in", true},
		{"secret", "secrets", false},
		{"a/secret", "a/secret", true},
		{"a/secret", "secret", false},
		/* what stands around a pattern */
		{"secret/", "secret", true},
		{"/secret", "secret", true},
		{"//a//secret//", "a/secret", true},
		{"./a/./secret", "a/secret", true},
		{"a/b/../secret", "a/secret", true},
		{"../secret", "secret", false},
		{"/../secret", "secret", true},
		{"  secret \t", "secret", true},
		{"secret\r\nother\r\n", "secret", true},
		{"\xef\xbb\xbfsecret", "secret", true},
		{"", "secret", false},
		{"\n\n", "secret", false},
		{".", "secret", false},
		{"/", "secret", false},
		/* comments */
		{"# secret\nsecret", "secret", true},
		{"#secret", "#secret", false},
		{" #secret", "#secret", true},
		{"secret # why", "secret", false},
		/* stars and question marks */
		{"*.key", "a.key", true},
		{"*.key", "a/a.key", false},
		{"*/*.key", "a/a.key", true},
		{"*/*.key", "a.key", false},
		{"a*", "a", true},
		{"a*c", "abbbc", true},
		{"a*c", "a/c", false},
		{"a?c", "abc", true},
		{"a?c", "a/c", false},
		{"a?c", "ac", false},
		{"a?c",
			"a\xc3\xa9"
			"c",
			true},
		{"a??c",
			"a\xc3\xa9"
			"c",
			false},
		{"*", "a/b/c", true},
		{"a*b*c*d", "a-b-c-d", true},
		{"a*b*c*d", "a-b-d-c", false},
		/* two stars */
		{"**", "a/b", true},
		{"**/secret", "secret", true},
		{"**/secret", "a/b/secret", true},
		{"**/secret", "a/secrets", false},
		{"**/secret", "a/secret/in", true},
		{"**/*.key", "a/b/c.key", true},
		{"**/*.key", "c.key", true},
		{"**secret", "a/secret", true},
		{"a/**", "a/b/c", true},
		{"a/**", "a", false},
		{"a/**/", "a/b", true},
		{"a/**/c", "a/c", true},
		{"a/**/c", "a/b/b/c", true},
		{"a/**/c", "a/bc", false},
		{"a/**/c", "ac", false},
		{"a/**/b/**/c", "a/b/x/b/c", true},
		{"a**c", "a/b/c", true},
		{"**/a/**/*.js", "x/a/y/z.js", true},
		{"**/a/**/*.js", "x/b/y/z.js", false},
		/* sets */
		{"*.py[co]", "a.pyc", true},
		{"*.py[co]", "a.py", false},
		{"*.py[co]", "a.pyx", false},
		{"[a-c]x", "bx", true},
		{"[a-c]x", "dx", false},
		{"[^a-c]x", "dx", true},
		{"[^a-c]x", "ax", false},
		{"[^a-c]x", "\xc3\xa9x", true},
		/* special only to regular expressions */
		{"a.b", "axb", false},
		{"a+(b)|{c}$", "a+(b)|{c}$", true},
		{"\\*", "*", true},
		{"\\*", "a", false},
		{"a\\!", "a!", true},
		/* exceptions, the last that matches decides */
		{"*\n!a", "a", false},
		{"*\n!a", "b", true},
		{"*\n!a", "a/b", false},
		{"!a\n*", "a", true},
		{"a\n!a/b\na/b/c", "a/b/c", true},
		{"a\n!a/b\na/b/c", "a/b/d", false},
		{"a\n!a/b", "a/c", true},
		{"*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true},
		{"*.md\n!README*.md\nREADME-secret.md", "README-x.md", false},
		{"**\n!**/*.go", "a/b.go", false},
		{"**\n!**/*.go", "a/b.c", true},
		{"*\n! a ", "a", false},
		{"*\n!/a/", "a", false},
		{"*\n!", "a", true},
		/* what docker's versions disagree on leaves less out, and takes more back */
		{"**x", "ax", false},
		{"**\n!**x", "ax", false},
		/* not understood: in */
		{"[", "[", false},
		{"a[b", "ab", false},
		{"[!a]x", "bx", false},
		{"[]a]x", "ax", false},
		{"[a/b]x", "ax", false},
		{"[[:alpha:]]", "a", false},
		{"[b-a]", "a", false},
		{"[]", "a", false},
		{"a]", "a]", false},
		{"\\d", "d", false},
		{"\\d", "7", false},
		{"^a", "a", false},
		{"a\\", "a", false},
		{"*\n![!a]x", "anything", false},
		{"*\n!\\w", "anything", false},
	};
	cleanup_ignore struct ignore many = {NULL, 0, false};
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *lines = xcalloc(2, IGNORE_RULES_MAX + 1), *long_one = xcalloc(1, 2000);
	cleanup_free char *nul = xstrdup("secret");

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_free char *shown = xstrdup(cases[i].rules);

		for (char *c = shown; *c != '\0'; c++)
			if (*c == '\n' || *c == '\r' || *c == '#')
				*c = '_';
		ok(is_out(cases[i].rules, cases[i].path) == cases[i].out, "'%s' %s %s", shown,
			cases[i].out ? "leaves out" : "keeps", cases[i].path);
	}
	for (int i = 0; i <= IGNORE_RULES_MAX; i++)
		memcpy(lines + 2 * i, "a\n", 2);
	is_int(ignore_parse(&many, lines, 2 * IGNORE_RULES_MAX, &err), 0,
		"as many rules as may be");
	is_int(ignore_parse(&many, "a\n", 2, &err), -1, "one more");
	is_int(err.code, EXIT_DATA, "is an error");
	memset(long_one, '?', 1999);
	ok(!is_out(long_one, long_one), "a rule that is too long is not understood");
	{
		cleanup_ignore struct ignore ignore = {NULL, 0, false};
		bool here[2];

		nul[3] = '\0';
		is_int(ignore_parse(&ignore, nul, 6, &err), 0, "a NUL in a line");
		is_int((long long)ignore.count, 0, "makes no rule of its beginning");
		is_int(ignore_parse(&ignore, "no newline", 10, &err), 0,
			"a last line without its end");
		ok(ignore_match(&ignore, "no newline", NULL, here), "is a rule");
	}
	return done_testing();
}
