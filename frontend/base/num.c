/* Strict decimal numbers. */
#include "num.h"

bool parse_u64(const char *text, uint64_t *ret)
{
	uint64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret = value;
	return true;
}

bool parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret)
{
	uint64_t value;

	if (!parse_u64(text, &value) || value < min || value > max)
		return false;
	*ret = (uint32_t)value;
	return true;
}
