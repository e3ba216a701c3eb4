/* Random names. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

/* BYTES random bytes of the kernel (getentropy(3)) as lower-case hex, at most 32. Caller frees. Does not
 * return without them. */
char *random_hex(size_t bytes);

#endif
