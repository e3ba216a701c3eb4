/* The engine's time of day: SystemTime of /info, RFC 3339 with a fraction. */
#include "engine.h"

#include <stdio.h>
#include <time.h>

#include "clock.h"
#include "engine_call.h"
#include "err.h"

/* "2026-11-28T21:09:03.123456789+01:00"; the fraction is dropped. */
static bool parse(const char *text, int64_t *ret)
{
	struct tm tm = {0};
	int used = 0, hours = 0, minutes = 0;
	char sign = 'Z';

	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		    &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 6)
		return false;
	text += used;
	if (*text == '.')
		for (text++; *text >= '0' && *text <= '9'; text++)
			;
	if (*text != 'Z' && sscanf(text, "%c%2d:%2d", &sign, &hours, &minutes) != 3)
		return false;
	if (sign != 'Z' && sign != '+' && sign != '-')
		return false;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	*ret = (int64_t)timegm(&tm) - (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

int engine_ask_clock(struct engine *engine, int64_t *ret, int64_t *ret_ms, struct error *err)
{
	json_auto_t *info = NULL;
	int64_t begin = clock_ms();
	int status = 0;

	if (engine_call(engine, "GET", "/info", NULL, ENGINE_ASK_MS, &status, &info, err) != 0)
		return -1;
	if (status != 200)
		return engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE, info, err,
			"ask for the time");
	if (!parse(engine_str(info, "SystemTime"), ret))
		return engine_strange(engine, err, "ask for the time");
	*ret_ms = clock_ms() - begin;
	return 0;
}
