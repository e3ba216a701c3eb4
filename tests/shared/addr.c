/* The address grammar: one spelling accepted, the same one printed. */
#include "addr.h"

#include "address.h"
#include "tap.h"

static const struct {
	const char *text, *why;
} refused[] = {
	{"", "nothing"},
	{"127", "one number"},
	{"127.16", "two numbers (inet_aton reads them)"},
	{"127.0.16", "three numbers"},
	{"127.0.0.16.1", "five numbers"},
	{"2130706448", "one big number"},
	{"0x7f.0.0.16", "hexadecimal part"},
	{"0x7f000010", "hexadecimal"},
	{"0177.0.0.020", "octal"},
	{"127.0.0.016", "zero padding in the last number"},
	{"127.0.0.020", "octal 16 in the last number"},
	{"127.000.000.016", "zero padding everywhere"},
	{"00.0.0.0", "two zeros"},
	{"127.0.0.16.", "dot at the end"},
	{".127.0.0.16", "dot at the start"},
	{"127..0.16", "two dots"},
	{"127.0.0.", "nothing after the last dot"},
	{"...", "dots alone"},
	{"127.0.0.256", "256"},
	{"127.0.0.300", "300"},
	{"256.0.0.16", "256 first"},
	{"127.0.0.1000", "four digits"},
	{"127.0.0.4294967312", "16 + 2^32"},
	{"127.0.0.16x", "a letter after it"},
	{"127.0.0.16/32", "a prefix length"},
	{"127.0.0.16:80", "a port"},
	{"127.0.0.16%lo", "a zone"},
	{"127.0.0.16 ", "space after it"},
	{" 127.0.0.16", "space before it"},
	{"\t127.0.0.16", "tab before it"},
	{"127.0.0.16\n", "newline after it"},
	{"127.0.0.16\r", "carriage return after it"},
	{"127.0.0.\033[0m16", "an escape sequence"},
	{"127.0.0 .16", "space inside"},
	{"+127.0.0.16", "a plus sign"},
	{"127.0.0.+16", "a plus sign inside"},
	{"127.0.0.-16", "a minus sign inside"},
	{"-127.0.0.16", "a minus sign"},
	{"127.0.0.1e1", "an exponent"},
	{"127,0,0,16", "commas"},
	{"\xd9\xa1\xd9\xa2\xd9\xa7.0.0.16", "digits of another script"},
	{"127.0.0.\xc0\xb1\xc0\xb6", "overlong UTF-8"},
	{"127.0.0.16\xff", "a byte 0xff after it"},
	{"::1", "IPv6"},
	{"::ffff:127.0.0.16", "IPv4 inside IPv6"},
	{"[127.0.0.16]", "brackets"},
	{"localhost", "a name"},
	{"127.0.0.16.nip.io", "a name that begins with an address"},
	{"*", "a star"},
};

static const struct {
	const char *text;
	struct addr addr;
} accepted[] = {
	{"0.0.0.0", {{0, 0, 0, 0}}},
	{"255.255.255.255", {{255, 255, 255, 255}}},
	{"127.0.0.1", {{127, 0, 0, 1}}},
	{"127.0.0.16", {{127, 0, 0, 16}}},
	{"1.20.100.209", {{1, 20, 100, 209}}},
};

static const struct addr marker = {{9, 8, 7, 6}};

/* Whether TEXT is accepted and printed back as it is, or refused with nothing written. */
static bool is_consistent(const char *text)
{
	struct addr addr = marker;
	char spelled[ADDR_STRLEN];

	if (!addr_parse(text, &addr))
		return addr_equal(addr, marker);
	addr_print(addr, spelled);
	return strcmp(spelled, text) == 0;
}

/* Every string at one edit's distance from the addresses of the default pool. */
static void test_neighbours(void)
{
	unsigned wrong = 0, tried = 0;
	char good[ADDR_STRLEN], text[ADDR_STRLEN + 2];

	for (unsigned octet = 16; octet <= 31; octet++) {
		snprintf(good, sizeof(good), "127.0.0.%u", octet);
		for (size_t at = 0; at <= strlen(good); at++) {
			for (unsigned byte = 1; byte < 256; byte++) {
				snprintf(text, sizeof(text), "%.*s%c%s", (int)at, good, (int)byte,
					good + at);
				wrong += !is_consistent(text); /* inserted */
				tried++;
				if (at == strlen(good))
					continue;
				strcpy(text, good);
				text[at] = (char)byte;
				wrong += !is_consistent(text); /* replaced */
				tried++;
			}
			if (at < strlen(good)) {
				snprintf(
					text, sizeof(text), "%.*s%s", (int)at, good, good + at + 1);
				wrong += !is_consistent(text); /* left out */
				tried++;
			}
		}
	}
	ok(tried > 80000, "all strings one edit away from the pool were tried (%u)", tried);
	is_int(wrong, 0, "each is refused, or accepted and printed the same");
}

static void test_every_octet(void)
{
	unsigned wrong = 0;
	char text[ADDR_STRLEN];

	for (unsigned place = 0; place < 4; place++)
		for (unsigned value = 0; value < 256; value++) {
			unsigned octet[4] = {1, 1, 1, 1};
			struct addr addr = marker;

			octet[place] = value;
			snprintf(text, sizeof(text), "%u.%u.%u.%u", octet[0], octet[1], octet[2],
				octet[3]);
			wrong += !addr_parse(text, &addr) || addr.octet[place] != value ||
				 !is_consistent(text);
		}
	is_int(wrong, 0, "every number 0-255 is read and printed in each place");
}

int main(void)
{
	struct addr a = {{1, 2, 3, 4}};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct addr addr = marker;

		ok(!addr_parse(refused[i].text, &addr) && addr_equal(addr, marker),
			"refuses %s, and writes nothing", refused[i].why);
	}
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		struct addr addr = marker;

		ok(addr_parse(accepted[i].text, &addr) && addr_equal(addr, accepted[i].addr) &&
				is_consistent(accepted[i].text),
			"accepts %s and prints the same", accepted[i].text);
	}
	test_every_octet();
	test_neighbours();
	for (unsigned i = 0; i < 4; i++) {
		struct addr b = a;

		b.octet[i]++;
		ok(!addr_equal(a, b), "addresses that differ in number %u are not equal", i + 1);
	}
	ok(addr_equal(a, a), "an address equals itself");
	return done_testing();
}
