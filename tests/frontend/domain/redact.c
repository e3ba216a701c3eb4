/* A report says neither who nor where, and has no secret. */
#include "redact.h"

#include <stdlib.h>

#include "mem.h"
#include "tap.h"

#define HEX31 "0123456789abcdef0123456789abcde"

int main(void)
{
	static const struct {
		const char *text, *want, *name;
	} cases[] = {
		{"", "", "nothing"},
		{"/home/ann/.config/bottle", "~/.config/bottle", "the home folder"},
		{"unix:///home/ann/x and '/home/ann'", "unix://~/x and '~'", "wherever it stands"},
		{"/home/anna/x", "/home/anna/x", "but not a longer name"},
		{"/srv/ann/x", "/srv/USER/x", "the user elsewhere in a path"},
		{"ann, ANN; ann", "USER, USER; USER", "the user alone, in whatever case"},
		{"annex, joann, ann_b", "annex, joann, ann_b", "but not in a word"},
		{"on box.example.org", "on HOST", "the host's whole name"},
		{"box: up, BOX.", "HOST: up, HOST.", "and the short one"},
		{"boxes, inbox", "boxes, inbox", "but not in a word"},
		{"ann@box.example.org", "USER@HOST", "both"},
		{"token " HEX31 "f.", "token [hex].", "32 hex digits"},
		{"TOKEN " HEX31 "F" HEX31, "TOKEN [hex]", "and more"},
		{"http://bottle:" HEX31 "f@127.0.0.16:1", "http://bottle:[hex]@127.0.0.16:1",
			"inside a URL"},
		{"x" HEX31 "f", "x[hex]", "after a letter"},
		{"short " HEX31, "short " HEX31, "31 are no secret of ours"},
		{"ann" HEX31 "f", "ann[hex]", "what ends a name may be one"},
	};
	struct redact names = {"/home/ann", "ann", "box.example.org"};
	struct redact none = {NULL, NULL, NULL}, empty = {"", "", ""};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_free char *got = redact(&names, cases[i].text);

		is_str(got, cases[i].want, cases[i].name);
	}
	{
		cleanup_free char *without = redact(&none, "ann /home/ann box " HEX31 "0");
		cleanup_free char *nothing = redact(&empty, "ann /home/ann box " HEX31 "0");

		is_str(without, "ann /home/ann box [hex]", "without names only secrets go");
		is_str(nothing, "ann /home/ann box [hex]", "empty names are none");
	}
	return done_testing();
}
