/* A growing byte buffer with a hard cap that is chosen at init, for anything read from outside. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data; /* NUL-terminated after every append; NULL while empty */
	size_t len;
	size_t size;
	size_t max;  /* bytes, without the NUL */
	bool toobig; /* an append was refused */
};

#define BUF_INIT(cap)                    \
	{                                \
		NULL, 0, 0, (cap), false \
	}
#define cleanup_buf __attribute__((cleanup(buf_clear)))

void buf_init(struct buf *buf, size_t max);

/* Appends LEN bytes. Returns 0, or -1 with toobig set and the content unchanged. */
int buf_append(struct buf *buf, const void *bytes, size_t len);
int buf_append_str(struct buf *buf, const char *text);

/* The content as a string; "" while empty. Owned by the buffer. */
const char *buf_str(const struct buf *buf);

/* Hands the content over as a heap string, leaving the buffer empty. */
char *buf_steal(struct buf *buf);

void buf_clear(struct buf *buf);

#endif
