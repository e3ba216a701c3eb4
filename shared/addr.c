/* The strict dotted quad: one spelling in, the same spelling out. */
#include "addr.h"

/*@ // What follows a part of a string is a string.
    lemma ends_at_rest: \forall char *s, integer n, k;
      0 <= k <= n && ends_at(s, n) ==> ends_at(s + k, n - k);
    lemma string_rest: \forall char *s, integer n, k;
      0 <= k <= n && ends_at(s, n) ==> is_string(s + k);
*/

/* Reads one number 0-255 without padding, and END behind it; returns what follows, or NULL. */
/*@ requires is_string(text) && !is_digit(end);
    requires \valid(ret) && \separated(text + (0 ..), ret);
    assigns *ret;
    ensures \forall integer v; spells_octet(text, v, end) <==> \result != \null && v == *ret;
    ensures \result == \null || \result == text + octet_size(*ret);
    ensures \result == \null || end == '\0' || is_string(\result);
*/
static const char *read_octet(const char *text, char end, uint8_t *ret)
{
	unsigned value = 0, digits = 0;

	/*@ loop invariant digits <= 3;
	    loop invariant \forall integer i; 0 <= i < digits ==> is_digit(text[i]);
	    loop invariant digits == 0 ==> value == 0;
	    loop invariant digits == 1 ==> value == text[0] - '0';
	    loop invariant digits == 2 ==> value == 10 * (text[0] - '0') + (text[1] - '0');
	    loop invariant digits == 3 ==>
	      value == 100 * (text[0] - '0') + 10 * (text[1] - '0') + (text[2] - '0');
	    loop assigns value, digits;
	    loop variant 3 - digits;
	*/
	while (digits < 3 && text[digits] >= '0' && text[digits] <= '9')
		value = value * 10 + (unsigned)(text[digits++] - '0');
	if (digits == 0 || value > 255 || (digits > 1 && text[0] == '0') || text[digits] != end)
		return NULL;
	*ret = (uint8_t)value;
	return text + digits + 1;
}

bool addr_parse(const char *text, struct addr *ret)
{
	struct addr addr = {{0, 0, 0, 0}};

	//@ loop pragma UNROLL "completely", 5; // the proof takes each round for itself
	for (unsigned i = 0; i < 4 && text != NULL; i++)
		text = read_octet(text, i < 3 ? '.' : '\0', &addr.octet[i]);
	if (text != NULL)
		*ret = addr;
	return text != NULL;
}

/* Writes VALUE without padding, and END behind it; returns the place for what follows. */
/*@ requires \valid(out + (0 .. octet_size(value) - 1)) && !is_digit(end);
    assigns out[0 .. octet_size(value) - 1];
    ensures spells_octet(out, value, end);
    ensures \result == out + octet_size(value);
*/
static char *print_octet(char *out, uint8_t value, char end)
{
	//@ loop pragma UNROLL "completely", 4;
	for (unsigned unit = value < 10 ? 1 : value < 100 ? 10 : 100; unit > 0; unit /= 10)
		*out++ = (char)('0' + value / unit % 10);
	*out++ = end;
	return out;
}

void addr_print(struct addr addr, char out[static ADDR_STRLEN])
{
	//@ loop pragma UNROLL "completely", 5;
	for (unsigned i = 0; i < 4; i++)
		out = print_octet(out, addr.octet[i], i < 3 ? '.' : '\0');
}
