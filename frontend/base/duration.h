/* Lengths of time as people type them. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

#define DURATION_RULE "a number and s, m, h or d, as 30m, 12h or 7d"

/* Parses "30m": a decimal number without sign or space, at most 8 digits, and one of s, m, h, d. Returns true
 * and fills *RET_SECONDS; else false, and it is left alone. */
bool parse_duration(const char *text, int64_t *ret_seconds);

#endif
