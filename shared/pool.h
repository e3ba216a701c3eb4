/* The pool of loopback addresses that belong to bottles, fixed when the program is built. */
#ifndef SHARED_POOL_H
#define SHARED_POOL_H

#include "addr.h"

/* Both come from the Makefile: make POOL_FIRST=16 POOL_LAST=31 */
#ifndef POOL_FIRST
#define POOL_FIRST 16
#endif
#ifndef POOL_LAST
#define POOL_LAST 31
#endif
#define POOL_SIZE (POOL_LAST - POOL_FIRST + 1)

/* "127.0.0.16 127.0.0.31" */
#define POOL_ADDR_TEXT(octet) "127.0.0." #octet
#define POOL_SPAN_TEXT(first, last) POOL_ADDR_TEXT(first) " " POOL_ADDR_TEXT(last)
#define POOL_TEXT POOL_SPAN_TEXT(POOL_FIRST, POOL_LAST)

_Static_assert(POOL_FIRST >= 2 && POOL_LAST <= 254 && POOL_FIRST <= POOL_LAST,
	"the pool lies inside 127.0.0.2-127.0.0.254");
_Static_assert((POOL_FIRST > 53 || POOL_LAST < 53) && (POOL_FIRST > 54 || POOL_LAST < 54),
	"127.0.0.53 and 127.0.0.54 belong to systemd-resolved");

/*@ predicate in_pool(struct addr a) = a.octet[0] == 127 && a.octet[1] == 0 && a.octet[2] == 0 &&
      POOL_FIRST <= a.octet[3] <= POOL_LAST;

    // S is the canonical spelling of the pool's address 127.0.0.V.
    predicate spells_pool(char *s, integer v) =
      POOL_FIRST <= v <= POOL_LAST && spells(s, 127, 0, 0, v);

    // For a pool within 10-99, as the default is: "127.0.0.", two digits, NUL, and no byte otherwise.
    lemma pool_bytes: \forall char *s, integer v; 10 <= POOL_FIRST && POOL_LAST <= 99 ==>
      (spells_pool(s, v) <==> s[0] == '1' && s[1] == '2' && s[2] == '7' && s[3] == '.' &&
        s[4] == '0' && s[5] == '.' && s[6] == '0' && s[7] == '.' && is_digit(s[8]) &&
        is_digit(s[9]) && s[10] == '\0' && v == 10 * (s[8] - '0') + (s[9] - '0') &&
        POOL_FIRST <= v <= POOL_LAST);
*/

/* Whether ADDR is one of 127.0.0.POOL_FIRST to 127.0.0.POOL_LAST. */
/*@ assigns \nothing;
    ensures \result == true <==> in_pool(addr);
*/
bool pool_contains(struct addr addr);

#endif
