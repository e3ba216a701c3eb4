/* Times as text: one spelling each, none that is no time. */
#include "moment.h"

#include "tap.h"

#define NOW INT64_C(1764363600123) /* 2025-11-28T21:00:00.123Z */

static const struct {
	const char *text;
	int64_t want;
} good[] = {
	{"0s", NOW},
	{"90s", NOW - 90000},
	{"10m", NOW - 600000},
	{"2h", NOW - 7200000},
	{"3d", NOW - INT64_C(259200000)},
	{"0", 0},
	{"1764363600", INT64_C(1764363600000)},
	{"1970-01-01T00:00:00Z", 0},
	{"2025-11-28T21:00:00Z", INT64_C(1764363600000)},
	{"2025-11-28T21:00:00.123Z", NOW},
	{"2024-02-29T23:59:59.999Z", INT64_C(1709251199999)},
	{"2016-12-31T23:59:60Z", INT64_C(1483228800000)},
	{"2016-12-31T23:59:60.500Z", INT64_C(1483228800500)},
};

static const char *const bad[] = {"", "s", "m", "-1s", "+1s", "1.5h", "1w", "1 h", "h1", "10mm",
	"4294967296s", "99999d", "99999999999999999999", "9223372036854775807", "now", "yesterday",
	"2025-11-28", "2025-11-28T21:00:00", "2025-11-28 21:00:00Z", "2025-11-28T21:00:00+01:00",
	"2025-11-28T21:00:00.1Z", "2025-11-28T21:00:00.1234Z", "2025-11-28T21:00:00,123Z",
	"2025-13-01T00:00:00Z", "2025-00-01T00:00:00Z", "2025-02-29T00:00:00Z",
	"2025-02-31T00:00:60Z", "2025-04-31T00:00:00Z", "2025-11-28T24:00:00Z",
	"2025-11-28T21:60:00Z", "2025-11-28T21:00:61Z", "1969-12-31T23:59:59Z",
	"+025-11-28T21:00:00Z", "2025-1 -28T21:00:00Z", "2025-11-28t21:00:00Z",
	"2025-11-28T21:00:00Z ", "\xd9\xa1\xd9\xa0m", "10m\n"};

int main(void)
{
	char text[MOMENT_STRLEN];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int64_t got = -7;

		ok(moment_parse(good[i].text, NOW, &got), "accepts '%s'", good[i].text);
		is_int(got, good[i].want, "and knows when that is");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t got = -7;

		ok(!moment_parse(bad[i], NOW, &got) && got == -7, "refuses '%s'", bad[i]);
	}
	moment_print(NOW, text);
	is_str(text, "2025-11-28T21:00:00.123Z", "prints the same form");
	moment_print(0, text);
	is_str(text, "1970-01-01T00:00:00.000Z", "with all its digits");
	ok(moment_now() > NOW, "the clock is past the day on which this was written");
	return done_testing();
}
