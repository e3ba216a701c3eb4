/* Times as text. */
#include "moment.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "mem.h"
#include "num.h"

int64_t moment_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void moment_print(int64_t ms, char ret[static MOMENT_STRLEN])
{
	time_t seconds = (time_t)(ms / 1000);
	char date[MOMENT_STRLEN - 5] = "";
	struct tm utc;

	if (gmtime_r(&seconds, &utc) == NULL || strftime(date, sizeof(date), "%FT%T", &utc) == 0)
		strcpy(date, "?");
	snprintf(ret, MOMENT_STRLEN, "%s.%03dZ", date, (int)(ms % 1000));
}

/* LEN digits at TEXT as a number from MIN to MAX. */
static bool digits(const char *text, size_t len, uint32_t min, uint32_t max, int *ret)
{
	cleanup_free char *word = xstrndup(text, len);
	uint32_t value;

	if (strlen(word) != len || !parse_u32(word, min, max, &value))
		return false;
	*ret = (int)value;
	return true;
}

/* "2026-11-28T21:00:00Z", "2026-11-28T21:00:00.123Z" */
static bool parse_date(const char *text, int64_t *ret)
{
	size_t len = strlen(text);
	int year, month, day, hour, minute, second, ms = 0;
	struct tm utc = {0}, back;
	time_t seconds;

	if ((len != 20 && len != 24) || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
		text[13] != ':' || text[16] != ':' || text[len - 1] != 'Z' ||
		(len == 24 && text[19] != '.'))
		return false;
	if (!digits(text, 4, 1970, 9999, &year) || !digits(text + 5, 2, 1, 12, &month) ||
		!digits(text + 8, 2, 1, 31, &day) || !digits(text + 11, 2, 0, 23, &hour) ||
		!digits(text + 14, 2, 0, 59, &minute) || !digits(text + 17, 2, 0, 60, &second) ||
		(len == 24 && !digits(text + 20, 3, 0, 999, &ms)))
		return false;
	utc.tm_year = year - 1900;
	utc.tm_mon = month - 1;
	utc.tm_mday = day;
	utc.tm_hour = hour;
	utc.tm_min = minute;
	seconds = timegm(&utc);
	/* The 31st of February has become another day. A leap second may end one, and is added after that. */
	if (gmtime_r(&seconds, &back) == NULL || back.tm_mday != day)
		return false;
	*ret = ((int64_t)seconds + second) * 1000 + ms;
	return true;
}

bool moment_parse(const char *text, int64_t now_ms, int64_t *ret)
{
	static const char units[] = "smhd";
	static const int64_t size[] = {1, 60, 3600, 86400};
	size_t len = strlen(text);
	const char *unit = len > 1 ? strchr(units, text[len - 1]) : NULL;
	uint64_t number;

	if (unit != NULL) {
		cleanup_free char *count = xstrndup(text, len - 1);

		if (!parse_u64(count, &number) || number > UINT32_MAX ||
			(int64_t)number * size[unit - units] * 1000 > now_ms)
			return false;
		*ret = now_ms - (int64_t)number * size[unit - units] * 1000;
		return true;
	}
	if (parse_u64(text, &number)) {
		if (number > INT64_MAX / 1000)
			return false;
		*ret = (int64_t)number * 1000;
		return true;
	}
	return parse_date(text, ret);
}
