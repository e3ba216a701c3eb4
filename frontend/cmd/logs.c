/* bottle logs */
#include "logs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "cancel.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "mem.h"
#include "moment.h"
#include "num.h"
#include "print.h"
#include "printable.h"

enum { LINE_KEPT = 65536, STREAMS = 3 /* 1 and 2 are used */ };

/* One stream of one source on its way out. */
struct lane {
	struct printable_stream clean;
	struct buf line; /* that has not ended yet, where lines have a prefix */
};

struct printer {
	bool terminal, prefix, follow;
	struct lane lane[LOGS_SOURCE_COUNT][STREAMS];
};

static void put_line(enum logs_source source, struct buf *line)
{
	printf("%-7s | %s\n", logs_source_name(source), buf_str(line));
	buf_clear(line);
}

/* Lines of several sources are kept apart until they are whole. */
static void put_lines(enum logs_source source, struct lane *lane, const char *bytes, size_t len)
{
	while (len > 0) {
		const char *end = memchr(bytes, '\n', len);
		size_t part = end ? (size_t)(end - bytes) : len;

		if (part > lane->line.max - lane->line.len)
			part = lane->line.max - lane->line.len;
		(void)buf_append(&lane->line, bytes, part);
		bytes += part;
		len -= part;
		if (len == 0)
			break;
		if (*bytes == '\n') {
			bytes++;
			len--;
		}
		put_line(source, &lane->line);
	}
}

static void put(struct printer *printer, enum logs_source source, struct lane *lane,
	const char *bytes, size_t len)
{
	if (printer->prefix)
		put_lines(source, lane, bytes, len);
	else
		fwrite(bytes, 1, len, stdout);
}

static int take(void *arg, enum logs_source source, int stream, const char *bytes, size_t len)
{
	struct printer *printer = arg;
	struct lane *lane = &printer->lane[source][stream];

	if (printer->terminal) {
		cleanup_free char *clean = printable_feed(&lane->clean, bytes, len);

		put(printer, source, lane, clean, strlen(clean));
	} else {
		put(printer, source, lane, bytes, len);
	}
	if (printer->follow)
		fflush(stdout);
	return ferror(stdout) ? -1 : 0;
}

static void init(struct printer *printer)
{
	printer->terminal = isatty(STDOUT_FILENO);
	for (int source = 0; source < LOGS_SOURCE_COUNT; source++)
		for (int stream = 0; stream < STREAMS; stream++)
			buf_init(&printer->lane[source][stream].line, LINE_KEPT);
}

/* What came without an end of its line. */
static void finish(struct printer *printer)
{
	for (int source = 0; source < LOGS_SOURCE_COUNT; source++)
		for (int stream = 0; stream < STREAMS; stream++) {
			struct lane *lane = &printer->lane[source][stream];
			cleanup_free char *held = printable_end(&lane->clean);

			put(printer, (enum logs_source)source, lane, held, strlen(held));
			if (lane->line.len > 0)
				put_line((enum logs_source)source, &lane->line);
			buf_clear(&lane->line);
		}
}

static int read_sources(const struct cmd_args *args, struct logs_wish *wish, struct error *err)
{
	const char *name;
	size_t given = 0;

	for (; (name = cmd_value_at(args, "source", given)) != NULL; given++) {
		bool known = false;

		for (int i = 0; i < LOGS_SOURCE_COUNT; i++)
			if (strcmp(name, logs_source_name((enum logs_source)i)) == 0)
				wish->of[i] = known = true;
		if (!known)
			return err_set(err, EXIT_USAGE_ERROR,
				"logs: --source '%s' is none of bundle, machine, launch", name);
	}
	wish->of[LOGS_BUNDLE] |= given == 0;
	return 0;
}

static int read_wish(const struct cmd_args *args, struct logs_wish *wish, struct error *err)
{
	const char *tail = cmd_value(args, "tail"), *since = cmd_value(args, "since");
	uint32_t lines = 0;

	if (read_sources(args, wish, err) != 0)
		return -1;
	wish->follow = cmd_flag(args, "follow");
	if (tail != NULL && !parse_u32(tail, 0, UINT32_MAX, &lines))
		return err_set(
			err, EXIT_USAGE_ERROR, "logs: --tail '%s' is not a number of lines", tail);
	wish->tail = tail ? (int64_t)lines : -1;
	if (since == NULL)
		return 0;
	if (!moment_parse(since, moment_now(), &wish->since)) {
		err_set(err, EXIT_USAGE_ERROR, "logs: --since '%s' is not a time", since);
		return err_note(err, "allowed", "90s, 10m, 2h, 3d, 2026-11-28T21:00:00Z");
	}
	if (!wish->of[LOGS_MACHINE])
		return 0;
	err_set(err, EXIT_USAGE_ERROR,
		"logs: --since: lines of the machine's console have no time");
	return err_note(
		err, "next", "bottle logs %s --source machine --tail 100", args->operand[0]);
}

int cmd_logs(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	struct logs_wish wish = {.follow = false};
	struct printer printer = {.terminal = false};
	struct logs_sink sink = {take, &printer, STDOUT_FILENO};
	int result;

	if (read_wish(args, &wish, err) != 0 ||
		context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return -1;
	print_warnings(&ctx);
	init(&printer);
	printer.follow = wish.follow;
	printer.prefix = wish.of[LOGS_BUNDLE] + wish.of[LOGS_MACHINE] + wish.of[LOGS_LAUNCH] > 1;
	result = logs_run(&ctx, args->operand[0], &wish, &sink, err);
	finish(&printer);
	if (result == 0 && cancel_asked())
		return EXIT_SIGNAL_BASE + cancel_signal();
	return result == 0 ? EXIT_OK : -1;
}
