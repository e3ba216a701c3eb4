/* Errors as values. */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "printable.h"
#include "style.h"

int err_set(struct error *err, enum exit_code code, const char *fmt, ...)
{
	va_list ap;
	char *message;

	va_start(ap, fmt);
	message = xvasprintf(fmt, ap);
	va_end(ap);
	err_clear(err);
	err->code = code;
	err->message = message;
	return -1;
}

int err_errno(struct error *err, enum exit_code code, const char *fmt, ...)
{
	const char *reason = strerror(errno);
	va_list ap;
	cleanup_free char *what = NULL;

	va_start(ap, fmt);
	what = xvasprintf(fmt, ap);
	va_end(ap);
	return err_set(err, code, "%s: %s", what, reason);
}

int err_wrap(struct error *err, const char *fmt, ...)
{
	va_list ap;
	cleanup_free char *context = NULL;
	char *message;

	va_start(ap, fmt);
	context = xvasprintf(fmt, ap);
	va_end(ap);
	message = xasprintf("%s: %s", context, err->message ? err->message : "failed");
	free(err->message);
	err->message = message;
	return -1;
}

int err_note(struct error *err, const char *key, const char *fmt, ...)
{
	va_list ap;
	struct err_note *note;

	err->notes = xrealloc(err->notes, err->note_count + 1, sizeof(*err->notes));
	note = &err->notes[err->note_count++];
	note->key = xstrdup(key);
	va_start(ap, fmt);
	note->text = xvasprintf(fmt, ap);
	va_end(ap);
	return -1;
}

int err_add(struct error *err, const char *key, const struct error *other)
{
	err_note(err, key, "%s", other->message ? other->message : "failed");
	for (size_t i = 0; i < other->note_count; i++)
		err_note(err, other->notes[i].key, "%s", other->notes[i].text);
	return -1;
}

const char *err_find_note(const struct error *err, const char *key)
{
	for (size_t i = 0; i < err->note_count; i++)
		if (strcmp(err->notes[i].key, key) == 0)
			return err->notes[i].text;
	return NULL;
}

static void print_note(const char *key, const char *text, FILE *out)
{
	cleanup_free char *clean = printable(text);
	const char *line = clean;

	while (line != NULL) {
		const char *end = strchr(line, '\n');
		int len = end ? (int)(end - line) : (int)strlen(line);

		fprintf(out, "  %-9s %.*s\n", line == clean ? key : "", len, line);
		line = end && end[1] ? end + 1 : NULL;
	}
}

void err_print(const struct error *err, FILE *out)
{
	cleanup_free char *clean = printable_line(err->message ? err->message : "failed");

	fprintf(out, "%sbottle:%s %s\n", style_begin(out, STYLE_BAD), style_end(out), clean);
	for (size_t i = 0; i < err->note_count; i++) {
		bool repeat = i > 0 && strcmp(err->notes[i].key, err->notes[i - 1].key) == 0;

		print_note(repeat ? "" : err->notes[i].key, err->notes[i].text, out);
	}
}

void err_clear(struct error *err)
{
	for (size_t i = 0; i < err->note_count; i++) {
		free(err->notes[i].key);
		free(err->notes[i].text);
	}
	free(err->notes);
	free(err->message);
	*err = (struct error)ERROR_INIT;
}
