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
    ensures exact: \forall integer v; spells_octet(text, v, end) <==> \result != \null && v == *ret;
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
