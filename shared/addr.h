/* An IPv4 address and its one accepted spelling. No heap, no libc call: the setuid helper uses it too. */
#ifndef SHARED_ADDR_H
#define SHARED_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#define ADDR_STRLEN 16 /* "255.255.255.255" and its NUL */

struct addr {
	uint8_t octet[4]; /* network order: octet[0] is the leftmost number */
};

/* Parses TEXT, a NUL-terminated string, as a canonical dotted quad: four decimal numbers 0-255 without
 * sign, padding, space or suffix. Returns true and fills *ret; returns false and leaves *ret alone for
 * any other spelling. */
bool addr_parse(const char *text, struct addr *ret);

/* Writes the canonical spelling of ADDR, NUL-terminated, into OUT. */
void addr_print(struct addr addr, char out[static ADDR_STRLEN]);

bool addr_equal(struct addr a, struct addr b);

#endif
