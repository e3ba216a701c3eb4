/* Numbers from text, strictly. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stdint.h>

/* Parses TEXT as a decimal number without sign, space or suffix. Returns true and fills *ret when it
 * lies in MIN..MAX; else false, and *ret is left alone. */
bool parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *ret);

/* The same for 64 bits (process start times, epoch milliseconds). */
bool parse_u64(const char *text, uint64_t *ret);

#endif
