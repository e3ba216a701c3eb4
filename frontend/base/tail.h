/* The end of a file that somebody else goes on writing to. */
#ifndef BASE_TAIL_H
#define BASE_TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct error;

struct tail {
	int fd;
	off_t at;  /* of the next byte */
	off_t end; /* its size when it was opened */
};

#define TAIL_INIT        \
	{                \
		-1, 0, 0 \
	}
#define cleanup_tail __attribute__((cleanup(tail_close)))

/* Opens the regular file PATH (fs_open) before its last LINES lines; -1 = all. What follows the last newline is a
 * line too. EXIT_DATA. */
int tail_open(const char *path, int64_t lines, struct tail *ret, struct error *err);

/* The next bytes, at most SIZE; 0 when there are none now, -1 with errno. A file that has become shorter is read from
 * its beginning. */
ssize_t tail_read(struct tail *tail, char *bytes, size_t size);

/* Whether the file has been removed. */
bool tail_is_gone(const struct tail *tail);

void tail_close(struct tail *tail);

#endif
