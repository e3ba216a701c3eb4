/* Errors: filling, wrapping, notes, and what reaches the terminal. */
#include "err.h"

#include <errno.h>
#include <stdlib.h>

#include "tap.h"

/* What err_print prints. Caller frees. */
static char *printed(const struct error *err)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	err_print(err, out);
	fclose(out);
	return text;
}

static void check_print(const struct error *err, const char *want, const char *name)
{
	char *text = printed(err);

	is_str(text, want, name);
	free(text);
}

static void test_values(void)
{
	cleanup_error struct error err = ERROR_INIT;

	is_int(err_set(&err, EXIT_DATA, "%s has %d legs", "it", 3), -1, "err_set returns -1");
	is_int(err.code, EXIT_DATA, "and sets the code");
	is_str(err.message, "it has 3 legs", "and the message");
	is_int(err_note(&err, "next", "run %s", "away"), -1, "err_note returns -1");
	is_str(err_find_note(&err, "next"), "run away", "a note is found by its key");
	is_str(err_find_note(&err, "left"), NULL, "a key without a note is NULL");
	err_set(&err, EXIT_OS, "again: %s", err.message);
	is_str(err.message, "again: it has 3 legs",
		"a message may be made from the one it replaces");
	is_int((long long)err.note_count, 0, "and notes of the old one are gone");
	is_int(err_wrap(&err, "outer"), -1, "err_wrap returns -1");
	is_str(err.message, "outer: again: it has 3 legs", "and puts its text before");
	is_int(err.code, EXIT_OS, "and keeps the code");
	err_clear(&err);
	is_int(err.code, EXIT_OK, "a cleared error has no code");
	is_str(err.message, NULL, "nor a message");
	err_wrap(&err, "nothing");
	is_str(err.message, "nothing: failed", "wrapping an empty error");
	err_clear(&err);
	err_clear(&err);
	ok(true, "clearing twice is harmless");
	errno = ENOENT;
	err_errno(&err, EXIT_DATA, "read %s", "x");
	is_str(err.message, "read x: No such file or directory", "err_errno adds the reason");
	errno = EACCES;
	err_errno(&err, EXIT_DATA, "%s", err.message);
	is_str(err.message, "read x: No such file or directory: Permission denied",
		"also to the message that it replaces");
}

static void test_print(void)
{
	cleanup_error struct error err = ERROR_INIT;

	check_print(&err, "bottle: failed\n", "an empty error still says something");
	err_set(&err, EXIT_AGAIN, "no address left");
	check_print(&err, "bottle: no address left\n", "a bare message");
	err_note(&err, "held by", "api");
	err_note(&err, "held by", "web");
	err_note(&err, "next", "bottle stop NAME");
	check_print(&err,
		"bottle: no address left\n  held by   api\n            web\n  next      bottle "
		"stop NAME\n",
		"notes, one key printed once");
	err_set(&err, EXIT_AGAIN, "x");
	err_note(&err, "log", "first\nsecond\nlast\n");
	check_print(&err, "bottle: x\n  log       first\n            second\n            last\n",
		"a note of several lines is aligned");
	err_set(&err, EXIT_AGAIN, "x");
	err_note(&err, "log", "%s", "");
	check_print(&err, "bottle: x\n  log       \n", "an empty note");
	err_set(&err, EXIT_AGAIN, "name \033[2J \x9b \x07");
	err_note(&err, "why", "\033]0;title\007");
	check_print(&err, "bottle: name \\x1b[2J \\x9b \\x07\n  why       \\x1b]0;title\\x07\n",
		"what a terminal would act on is escaped");
}

int main(void)
{
	test_values();
	test_print();
	return done_testing();
}
