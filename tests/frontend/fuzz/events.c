/* Any bytes as the record of events. Two files of it when there is a NUL: the older one in front of it. */
#include "events.h"

#include "context.h"
#include "err.h"
#include "fuzz.h"
#include "linelog.h"

#define ADDED "the last line"

static char *newer, *older;

/* Whether READER's next line is what stands at *AT, up to a NUL; *AT is then behind it. False at the last newline. */
static bool is_next(struct linelog_reader *reader, const uint8_t **at, const uint8_t *end)
{
	const uint8_t *newline = memchr(*at, '\n', (size_t)(end - *at));
	const char *line;
	size_t len;

	if (newline == NULL)
		return false;
	line = linelog_next(reader);
	FUZZ_RULE(line != NULL);
	len = strlen(line);
	FUZZ_RULE(len <= (size_t)(newline - *at) && memcmp(line, *at, len) == 0);
	FUZZ_RULE((*at)[len] == '\0' || *at + len == newline);
	*at = newline + 1;
	return true;
}

/* Every line of both files in order, and then what is added behind whatever was left there. */
static void read_lines(
	const uint8_t *first, size_t first_len, const uint8_t *second, size_t second_len)
{
	cleanup_linelog struct linelog_reader reader = LINELOG_READER_INIT;
	cleanup_error struct error err = ERROR_INIT;
	const uint8_t *first_end = first + first_len, *second_end = second + second_len;
	const char *line, *last = NULL;

	FUZZ_RULE(linelog_open(&reader, newer, &err) == 0);
	while (is_next(&reader, &first, first_end))
		;
	while (is_next(&reader, &second, second_end))
		;
	FUZZ_RULE(linelog_next(&reader) == NULL && !reader.gap);
	FUZZ_RULE(linelog_append(newer, ADDED "\n", 1 << 20, &err) == 0);
	while ((line = linelog_next(&reader)) != NULL)
		last = line;
	FUZZ_RULE(last != NULL && strcmp(last, ADDED) == 0);
}

static void read_events(const struct context *ctx)
{
	cleanup_events struct events events = EVENTS_INIT;
	cleanup_error struct error err = ERROR_INIT;
	struct event_read event;

	FUZZ_RULE(events_open(ctx, &events, &err) == 0);
	while (events_next(&events, &event)) {
		cleanup_free char *text = events_text(&event);

		FUZZ_RULE(event.time != NULL && event.name != NULL && event.bottle != NULL);
		FUZZ_RULE(event.at >= 0 && strchr(text, '\n') == NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct context ctx;
	const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
	size_t first_len = nul != NULL ? (size_t)(nul - data) : 0;
	const uint8_t *second = nul != NULL ? nul + 1 : data;
	size_t second_len = size - (size_t)(second - data);

	if (ctx.state_root == NULL) {
		ctx.state_root = xstrdup(fuzz_folder());
		newer = xasprintf("%s/.events", fuzz_folder());
		older = xasprintf("%s/.events.1", fuzz_folder());
	}
	fuzz_file(older, data, first_len);
	fuzz_file(newer, second, second_len);
	read_events(&ctx);
	read_lines(data, first_len, second, second_len);
	return 0;
}
