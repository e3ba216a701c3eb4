/* Capped byte buffer. */
#include "buf.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

void buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf)BUF_INIT(max);
}

int buf_append(struct buf *buf, const void *bytes, size_t len)
{
	if (len > buf->max - buf->len) {
		buf->toobig = true;
		return -1;
	}
	if (buf->len + len + 1 > buf->size) {
		size_t size = buf->size ? buf->size : 256;

		while (size < buf->len + len + 1)
			size *= 2;
		buf->data = xrealloc(buf->data, size, 1);
		buf->size = size;
	}
	if (len > 0)
		memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
	return 0;
}

int buf_append_str(struct buf *buf, const char *text)
{
	return buf_append(buf, text, strlen(text));
}

const char *buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *buf_steal(struct buf *buf)
{
	char *data = buf->data ? buf->data : xstrdup("");
	size_t max = buf->max;

	*buf = (struct buf)BUF_INIT(max);
	return data;
}

void buf_clear(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf)BUF_INIT(buf->max);
}
