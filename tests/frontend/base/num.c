/* Numbers: one spelling, no silent wrap-around. */
#include "num.h"

#include "tap.h"

static const struct {
	const char *text;
	uint64_t value;
} good[] = {
	{"0", 0},
	{"1", 1},
	{"007", 7},
	{"65535", 65535},
	{"4294967295", UINT32_MAX},
	{"4294967296", UINT64_C(4294967296)},
	{"18446744073709551615", UINT64_MAX},
	{"00000000000000000000000000000000001", 1},
};

static const char *const bad[] = {"", " 1", "1 ", "+1", "-1", "-0", "0x10", "1e3", "1.0", "1,000",
	"\t1", "1\n", "a", "18446744073709551616", "18446744073709551620", "99999999999999999999",
	"184467440737095516150", "340282366920938463463374607431768211456", "\xd9\xa1", "1\xff"};

int main(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		uint64_t value = 42;

		ok(parse_u64(good[i].text, &value) && value == good[i].value, "64 bits: '%s'",
			good[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint64_t value = 42;
		uint32_t small = 42;

		ok(!parse_u64(bad[i], &value) && value == 42,
			"64 bits: refuses bad number %zu, leaving the value", i);
		ok(!parse_u32(bad[i], 0, UINT32_MAX, &small) && small == 42,
			"32 bits: refuses it too");
	}
	for (uint32_t i = 0; i < 12; i++) {
		char text[16];
		uint32_t value = 99;
		bool in = i >= 3 && i <= 9;

		snprintf(text, sizeof(text), "%u", (unsigned)i);
		ok(parse_u32(text, 3, 9, &value) == in && value == (in ? i : 99), "%u in 3..9",
			(unsigned)i);
	}
	{
		uint32_t value = 99;

		ok(parse_u32("4294967295", 0, UINT32_MAX, &value) && value == UINT32_MAX,
			"the largest of 32 bits");
		value = 99;
		ok(!parse_u32("4294967296", 0, UINT32_MAX, &value) && value == 99,
			"one more does not wrap around");
		ok(!parse_u32("4294967299", 0, 10, &value) && value == 99,
			"nor does 2^32 + 3 become 3");
	}
	return done_testing();
}
