/* Which addresses belong to bottles. */
#include "pool.h"

#include "tap.h"

static const struct {
	struct addr addr;
	const char *why;
} outside[] = {
	{{{127, 0, 0, POOL_FIRST - 1}}, "the one before the first"},
	{{{127, 0, 0, (POOL_LAST + 1) & 255}}, "the one after the last"},
	{{{127, 0, 0, 0}}, "127.0.0.0"},
	{{{127, 0, 0, 1}}, "127.0.0.1"},
	{{{127, 0, 0, 53}}, "127.0.0.53"},
	{{{127, 0, 0, 54}}, "127.0.0.54"},
	{{{127, 0, 0, 255}}, "127.0.0.255"},
	{{{0, 0, 0, POOL_FIRST}}, "0.0.0.N"},
	{{{126, 0, 0, POOL_FIRST}}, "126.0.0.N"},
	{{{128, 0, 0, POOL_FIRST}}, "128.0.0.N"},
	{{{127, 0, 1, POOL_FIRST}}, "127.0.1.N"},
	{{{127, 1, 0, POOL_FIRST}}, "127.1.0.N"},
	{{{127, 255, 255, POOL_FIRST}}, "127.255.255.N"},
	{{{POOL_FIRST, 0, 0, 127}}, "the bytes in the other order"},
	{{{0, 0, 0, 0}}, "0.0.0.0"},
	{{{255, 255, 255, 255}}, "255.255.255.255"},
};

int main(void)
{
	unsigned inside = 0;

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		ok(!pool_contains(outside[i].addr), "leaves out %s", outside[i].why);
	/* All addresses whose numbers are 0, 1, 126-128 or 255 but for the last, which is any. */
	for (unsigned n = 0; n < 6 * 6 * 6 * 256; n++) {
		static const uint8_t edge[] = {0, 1, 126, 127, 128, 255};
		struct addr addr = {
			{edge[n / 256 % 6], edge[n / 256 / 6 % 6], edge[n / 256 / 36], n % 256}};

		inside += pool_contains(addr);
	}
	is_int(inside, POOL_SIZE, "has exactly POOL_SIZE addresses");
	return done_testing();
}
