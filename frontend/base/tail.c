/* Reading a file from its last lines on. */
#include "tail.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"

enum { CHUNK = 16384 };

/* Where the last LINES lines of SIZE bytes begin. */
static off_t line_start(int fd, off_t size, int64_t lines)
{
	char chunk[CHUNK];
	off_t end = size;

	if (lines == 0)
		return size;
	while (end > 0) {
		off_t begin = end > CHUNK ? end - CHUNK : 0;
		ssize_t got = pread(fd, chunk, (size_t)(end - begin), begin);

		if (got != end - begin)
			return 0;
		for (off_t i = end - 1; i >= begin; i--)
			/* The newline at the very end ends the last line and begins none. */
			if (chunk[i - begin] == '\n' && i != size - 1 && --lines == 0)
				return i + 1;
		end = begin;
	}
	return 0;
}

int tail_open(const char *path, int64_t lines, struct tail *ret, struct error *err)
{
	struct stat st;
	cleanup_fd int fd = fs_open(path, &st, err);

	if (fd < 0)
		return -1;
	ret->at = lines < 0 ? 0 : line_start(fd, st.st_size, lines);
	ret->end = st.st_size;
	ret->fd = steal_fd(&fd);
	return 0;
}

ssize_t tail_read(struct tail *tail, char *bytes, size_t size)
{
	struct stat st;
	ssize_t got;

	if (fstat(tail->fd, &st) == 0 && st.st_size < tail->at)
		tail->at = 0;
	got = pread(tail->fd, bytes, size, tail->at);
	tail->at += got > 0 ? got : 0;
	return got;
}

bool tail_is_gone(const struct tail *tail)
{
	struct stat st;

	return fstat(tail->fd, &st) != 0 || st.st_nlink == 0;
}

void tail_close(struct tail *tail)
{
	mem_cleanup_fd(&tail->fd);
}
