/* Makes bytes of a guest, a bundle or a file harmless to a terminal. Every path that prints foreign
 * bytes goes through here. */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stddef.h>

/* Returns a copy of TEXT in which control characters other than tab, newline and a carriage return before one, C1
 * controls (also as UTF-8), DEL, bidirectional overrides and isolates, and bytes that are not valid UTF-8 stand as
 * \xNN. The caller frees it. */
char *printable(const char *text);

/* The same for LEN bytes, which may hold NUL. */
char *printable_n(const char *text, size_t len);

/* The same with tab and newline escaped too: for what is one line, or one cell of a table, so that nobody can
 * add lines that look like ours. */
char *printable_line(const char *text);

/* The same as printable for bytes that come in pieces. Zero-initialise. */
struct printable_stream {
	unsigned char held[4]; /* the beginning of a character whose rest has not come yet */
	size_t len;
};

/* What can be printed of it now. The caller frees it. */
char *printable_feed(struct printable_stream *stream, const char *bytes, size_t len);

/* What is held, when nothing follows. The caller frees it. */
char *printable_end(struct printable_stream *stream);

#endif
