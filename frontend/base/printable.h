/* Makes bytes of a guest, a bundle or a file harmless to a terminal. Every path that prints foreign
 * bytes goes through here. */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stddef.h>

/* Returns a copy of TEXT in which control characters other than tab and newline, C1 controls (also as
 * UTF-8), DEL and bytes that are not valid UTF-8 stand as \xNN. The caller frees it. */
char *printable(const char *text);

/* The same for LEN bytes, which may hold NUL. */
char *printable_n(const char *text, size_t len);

#endif
