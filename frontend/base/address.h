/* What the frontend does with addresses beside reading them; the setuid helper needs none of it. */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

#include "addr.h"

#define ADDR_STRLEN 16 /* "255.255.255.255" and its NUL */

/* Writes the canonical spelling of ADDR, which addr_parse() reads back, NUL-terminated, into OUT. */
void addr_print(struct addr addr, char out[static ADDR_STRLEN]);

bool addr_equal(struct addr a, struct addr b);

#endif
