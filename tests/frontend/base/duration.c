/* Durations: what is one, and what only looks like one. */
#include "duration.h"

#include "tap.h"

int main(void)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = {{"0s", 0}, {"1s", 1}, {"30m", 1800}, {"12h", 43200}, {"7d", 604800},
		{"99999999d", 99999999LL * 86400}, {"007d", 604800}};
	static const char *const bad[] = {"", "s", "d", "7", "7w", "7D", "7dd", "7d ", " 7d", "7 d",
		"-7d", "+7d", "7.5h", "7,5h", "1e3s", "0x7d", "100000000s", "999999999999999999d",
		"1d12h", "P7D", "seven days", "7d\n", "\302\267d"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t seconds = -1;

		ok(parse_duration(good[i].text, &seconds), "'%s' is a duration", good[i].text);
		is_int(seconds, good[i].seconds, "of so many seconds");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t seconds = -1;

		ok(!parse_duration(bad[i], &seconds) && seconds == -1,
			"'%.*s' is none, and changes nothing", (int)strcspn(bad[i], "\n"), bad[i]);
	}
	return done_testing();
}
