/* An IPv4 address and its one accepted spelling. No heap, no libc call: the setuid helper uses it too.
 *
 * Comments that begin with @ are contracts in ACSL; tests/helper/proof.t proves that the code keeps them. */
#ifndef SHARED_ADDR_H
#define SHARED_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr {
	uint8_t octet[4]; /* network order: octet[0] is the leftmost number */
};

/*@ // There is a NUL, and all before it can be read.
    predicate ends_at(char *s, integer n) = 0 <= n && \valid_read(s + (0 .. n)) && s[n] == '\0';
    predicate is_string(char *s) = \exists integer n; ends_at(s, n);

    predicate is_digit(integer c) = '0' <= c <= '9';

    // S begins with the number V and the byte END: one digit, or two or three without a leading zero.
    predicate spells_octet(char *s, integer v, integer end) =
      (is_digit(s[0]) && s[1] == end && v == s[0] - '0') ||
      (is_digit(s[0]) && s[0] != '0' && is_digit(s[1]) && s[2] == end &&
        v == 10 * (s[0] - '0') + (s[1] - '0')) ||
      (is_digit(s[0]) && s[0] != '0' && is_digit(s[1]) && is_digit(s[2]) && s[3] == end &&
        v == 100 * (s[0] - '0') + 10 * (s[1] - '0') + (s[2] - '0') && v <= 255);

    // The bytes that this takes, END included.
    logic integer octet_size(integer v) = v < 10 ? 2 : v < 100 ? 3 : 4;

    // S is the canonical dotted quad of A, B, C and D, and nothing more.
    predicate spells(char *s, integer a, integer b, integer c, integer d) =
      spells_octet(s, a, '.') &&
      spells_octet(s + octet_size(a), b, '.') &&
      spells_octet(s + octet_size(a) + octet_size(b), c, '.') &&
      spells_octet(s + octet_size(a) + octet_size(b) + octet_size(c), d, '\0');
    predicate spells_addr(char *s, struct addr a) =
      spells(s, a.octet[0], a.octet[1], a.octet[2], a.octet[3]);
*/

/* Parses TEXT, a NUL-terminated string or NULL, as a canonical dotted quad: four decimal numbers 0-255
 * without sign, padding, space or suffix. Returns true and fills *ret; returns false and leaves *ret alone
 * for any other spelling. */
/*@ requires text == \null || is_string(text);
    requires \valid(ret) && \separated(text + (0 ..), ret);
    assigns *ret;
    ensures \forall integer a, b, c, d; text != \null && spells(text, a, b, c, d) <==>
      \result == true && a == ret->octet[0] && b == ret->octet[1] && c == ret->octet[2] &&
      d == ret->octet[3];
    ensures \result == false ==> *ret == \old(*ret);
*/
bool addr_parse(const char *text, struct addr *ret);

#endif
