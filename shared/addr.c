/* The strict dotted quad: one spelling in, the same spelling out. */
#include "addr.h"

#include <stddef.h>

/* Reads one number 0-255 without padding; returns the byte after it, or NULL. */
static const char *parse_octet(const char *text, uint8_t *ret)
{
	unsigned value = 0;
	unsigned digits = 0;

	while (digits < 3 && text[digits] >= '0' && text[digits] <= '9') {
		value = value * 10 + (unsigned)(text[digits] - '0');
		digits++;
	}
	if (digits == 0 || value > 255 || (digits > 1 && text[0] == '0'))
		return NULL;
	*ret = (uint8_t)value;
	return text + digits;
}

bool addr_parse(const char *text, struct addr *ret)
{
	struct addr addr = {{0, 0, 0, 0}};

	for (unsigned i = 0; i < 4; i++) {
		text = parse_octet(text, &addr.octet[i]);
		if (text == NULL || *text != (i < 3 ? '.' : '\0'))
			return false;
		text++;
	}
	*ret = addr;
	return true;
}

void addr_print(struct addr addr, char out[static ADDR_STRLEN])
{
	char *at = out;

	for (unsigned i = 0; i < 4; i++) {
		uint8_t value = addr.octet[i];

		if (value >= 100)
			*at++ = (char)('0' + value / 100);
		if (value >= 10)
			*at++ = (char)('0' + value / 10 % 10);
		*at++ = (char)('0' + value % 10);
		*at++ = i < 3 ? '.' : '\0';
	}
}

bool addr_equal(struct addr a, struct addr b)
{
	return a.octet[0] == b.octet[0] && a.octet[1] == b.octet[1] && a.octet[2] == b.octet[2] &&
	       a.octet[3] == b.octet[3];
}
