/* A file of lines that several processes append to and others follow. It has a size limit: the file that is full
 * becomes PATH.1, in place of an older one. A line is written whole or not at all, and in one piece. */
#ifndef BASE_LINELOG_H
#define BASE_LINELOG_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct error;

enum { LINELOG_LINE_MAX = 4096 }; /* bytes with the newline */

/* Appends LINE (which ends in the only newline) to PATH, creating it with mode 0600; where it would pass MAX bytes,
 * it is renamed to PATH.1 before. EXIT_REFUSED when PATH is not a file of this user that is closed to others, a
 * link included; EXIT_AGAIN when another writer has it for over a second; EXIT_CANTCREATE when it cannot be
 * written, on a full disk: the file is then as it was. */
int linelog_append(const char *path, const char *line, size_t max, struct error *err);

/* From the oldest line on, and over any number of renames. Zero-initialise with both descriptors -1. */
struct linelog_reader {
	char *path;
	int fd, next; /* being read; to be read after it */
	bool gap;     /* what was appended between two looks is gone */
	struct buf text;
	size_t at; /* of the next line in it */
};

#define LINELOG_READER_INIT                         \
	{                                           \
		NULL, -1, -1, false, BUF_INIT(0), 0 \
	}
#define cleanup_linelog __attribute__((cleanup(linelog_close)))

/* Files that do not exist are empty. EXIT_REFUSED as above. */
int linelog_open(struct linelog_reader *reader, const char *path, struct error *err);

/* The next whole line without its newline, or NULL when there is none now. Owned by the reader until the next
 * call. What follows a file's last newline is nobody's line. */
const char *linelog_next(struct linelog_reader *reader);

void linelog_close(struct linelog_reader *reader);

#endif
