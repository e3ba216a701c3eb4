/* Names of bottles. */
#include "slug.h"

#include "err.h"
#include "tap.h"

#define A10 "aaaaaaaaaa"

static const char *const good[] = {"a", "0", "9z", "web", "web-2", "a-b-c-d", "0-0", "z9",
	A10 A10 A10 A10, "a-" A10 A10 A10 "aaaaaaa0"};

static const struct {
	const char *text, *rule;
} bad[] = {
	{"", "it is empty"},
	{A10 A10 A10 A10 "a", "it is longer than 40 characters"},
	{"-", "it must begin with a letter or digit"},
	{"-web", "it must begin with a letter or digit"},
	{"--help", "it must begin with a letter or digit"},
	{"web-", "it must not end with -"},
	{"a--b", "-- is not allowed"},
	{"a---b", "-- is not allowed"},
	{"Web", "only a-z, 0-9 and - are allowed"},
	{"weB", "only a-z, 0-9 and - are allowed"},
	{"a_b", "only a-z, 0-9 and - are allowed"},
	{"a.b", "only a-z, 0-9 and - are allowed"},
	{"a b", "only a-z, 0-9 and - are allowed"},
	{" a", "only a-z, 0-9 and - are allowed"},
	{"a ", "only a-z, 0-9 and - are allowed"},
	{"a\n", "only a-z, 0-9 and - are allowed"},
	{"a/b", "only a-z, 0-9 and - are allowed"},
	{"../a", "only a-z, 0-9 and - are allowed"},
	{"a:b", "only a-z, 0-9 and - are allowed"},
	{"\xc3\xa9", "only a-z, 0-9 and - are allowed"},
	{"a\x80", "only a-z, 0-9 and - are allowed"},
};

/* Every byte in every place of a three-byte name: the predicate is the grammar and nothing else. */
static bool agrees_on_every_byte(void)
{
	for (int c = 1; c < 256; c++) {
		bool alnum = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
		char first[] = {(char)c, 'b', 'c', '\0'};
		char middle[] = {'a', (char)c, 'c', '\0'};
		char last[] = {'a', 'b', (char)c, '\0'};

		if (slug_valid(first) != alnum || slug_valid(middle) != (alnum || c == '-') ||
			slug_valid(last) != alnum)
			return false;
	}
	return true;
}

static bool agrees_on_every_length(void)
{
	char text[64];

	for (size_t len = 1; len < sizeof(text); len++) {
		memset(text, 'x', len);
		text[len < sizeof(text) ? len : len - 1] = '\0';
		if (slug_valid(text) != (len <= SLUG_MAX))
			return false;
	}
	return true;
}

int main(void)
{
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		ok(slug_valid(good[i]) && slug_check(good[i], &err) == 0, "accepts '%s'", good[i]);
		is_int(err.code, EXIT_OK, "and leaves the error alone");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char want[160];

		ok(!slug_valid(bad[i].text), "refuses bad name %zu", i);
		is_int(slug_check(bad[i].text, &err), -1, "slug_check refuses it too");
		is_int(err.code, EXIT_USAGE_ERROR, "as a usage error");
		snprintf(want, sizeof(want), "'%s' cannot name a bottle: %s", bad[i].text,
			bad[i].rule);
		is_str(err.message, want, "and says which rule");
	}
	ok(agrees_on_every_byte(), "every byte at every place");
	ok(agrees_on_every_length(), "every length up to 63");
	err_clear(&err);
	return done_testing();
}
