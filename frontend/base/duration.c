/* Lengths of time as people type them. */
#include "duration.h"

#include <string.h>

#include "mem.h"
#include "num.h"

enum { NUMBER_MAX = 99999999 };

static int64_t seconds_of(char unit)
{
	switch (unit) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

bool parse_duration(const char *text, int64_t *ret_seconds)
{
	size_t len = strlen(text);
	int64_t unit = len > 0 ? seconds_of(text[len - 1]) : 0;
	cleanup_free char *digits = xstrndup(text, len > 0 ? len - 1 : 0);
	uint32_t number;

	if (unit == 0 || len > 9 || !parse_u32(digits, 0, NUMBER_MAX, &number))
		return false;
	*ret_seconds = number * unit;
	return true;
}
