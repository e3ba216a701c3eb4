/* Links that lead out of a folder, or may. */
#include "build_link.h"

#include "tap.h"

int main(void)
{
	static const struct {
		const char *target;
		unsigned depth;
		bool leaves;
	} cases[] = {
		{"a", 0, false},
		{"a/b", 0, false},
		{"./a", 0, false},
		{".", 0, false},
		{"..", 1, false},
		{"../a", 1, false},
		{"../../a", 2, false},
		{".././../a", 2, false},
		{"...", 0, false},
		{"..a", 0, false},
		{"a/..b", 0, false},
		{"/", 5, true},
		{"/etc/passwd", 5, true},
		{"", 0, true},
		{"..", 0, true},
		{"./..", 0, true},
		{"../a", 0, true},
		{"../../a", 1, true},
		{"..//..", 1, true},
		{"a/..", 1, true},
		{"a/../b", 3, true},
		{"../a/../../b", 3, true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(build_link_leaves(cases[i].target, cases[i].depth) == cases[i].leaves,
			"'%s' %u folders down %s", cases[i].target, cases[i].depth,
			cases[i].leaves ? "is refused" : "stays");
	return done_testing();
}
