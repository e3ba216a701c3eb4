/* Points in time as people write and read them. */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

enum { MOMENT_STRLEN = 32 };

/* Milliseconds since 1970, now. */
int64_t moment_now(void);

/* "2026-11-28T21:00:00.123Z" of milliseconds since 1970. */
void moment_print(int64_t ms, char ret[static MOMENT_STRLEN]);

/* A span before NOW_MS ("90s", "10m", "2h", "3d"), a moment of UTC as moment_print writes it, with or without the
 * fraction, or seconds since 1970. False, with *ret left alone, for anything else and for what lies before 1970. */
bool moment_parse(const char *text, int64_t now_ms, int64_t *ret);

#endif
