/* An error on its way to the user: what was tried, on what, why; with notes on what is left behind
 * and what to type next. Functions that can fail take `struct error *err` last and return 0 or -1;
 * success leaves *err alone. Only main and cmd print one. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdio.h>

#include "exit_code.h"

struct err_note {
	char *key; /* "why", "held by", "left", "next" ... */
	char *text;
};

/* Zero-initialise. Owns its strings. */
struct error {
	enum exit_code code; /* EXIT_OK while nothing failed */
	char *message;
	struct err_note *notes;
	size_t note_count;
};

#define ERROR_INIT                     \
	{                              \
		EXIT_OK, NULL, NULL, 0 \
	}
#define cleanup_error __attribute__((cleanup(err_clear)))

/* Fills *err (replacing what was there) and returns -1, so that a caller can `return err_set(...)`. */
int err_set(struct error *err, enum exit_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* As err_set, with ": " and the text of errno. */
int err_errno(struct error *err, enum exit_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "CONTEXT: " before the message; returns -1. */
int err_wrap(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Adds a line printed under the message; a second note with one key is printed under it. Returns -1. */
int err_note(struct error *err, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds OTHER's message as a note with KEY, and OTHER's notes. Returns -1. */
int err_add(struct error *err, const char *key, const struct error *other);

/* The text of the first note with KEY, or NULL. Owned by err. */
const char *err_find_note(const struct error *err, const char *key);

/* Prints "bottle: MESSAGE" and the notes; bytes that a terminal would act on are escaped. */
void err_print(const struct error *err, FILE *out);

/* Releases the strings; *err is as after ERROR_INIT. */
void err_clear(struct error *err);

#endif
