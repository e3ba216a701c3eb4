/* The texts of the helper: cut at their end, never past it; numbers of every length. */
#include "report.h"

#include "privilege.h"

#include <limits.h>

#include "tap.h"

/* Where there is no privilege. */
bool privilege_drop(void)
{
	return true;
}

static const struct {
	unsigned long number;
	const char *text;
} numbers[] = {
	{0, "0"},
	{9, "9"},
	{10, "10"},
	{4294967295UL, "4294967295"},
	{ULONG_MAX, "18446744073709551615"},
};

int main(void)
{
	static struct {
		struct text text;
		char fence[16];
	} full;
	unsigned long added = 0;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct text text = {0};

		text_number(&text, numbers[i].number);
		is_str(text.at, numbers[i].text, "a number in decimal");
		is_int((long long)text.len, (long long)strlen(numbers[i].text), "and its length");
	}
	memset(full.fence, '#', sizeof(full.fence));
	while (added < 2 * sizeof(full.text.at)) {
		text_add(&full.text, "1234567");
		added += 7;
	}
	is_int((long long)full.text.len, sizeof(full.text.at), "a text that is full takes no more");
	ok(full.text.at[sizeof(full.text.at) - 1] != '\0' &&
			memcmp(full.fence, "################", 16) == 0,
		"it is used to its last byte, and not further");
	text_number(&full.text, 5);
	is_int((long long)full.text.len, sizeof(full.text.at), "nor a number");
	return done_testing();
}
