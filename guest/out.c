#include "out.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "errname.h"

static void put(struct out *o, char c)
{
	if (o->len == sizeof(o->buf))
		out_flush(o);
	o->buf[o->len++] = c;
}

void out_str(struct out *o, const char *s)
{
	while (*s)
		put(o, *s++);
}

void out_u32(struct out *o, uint32_t n)
{
	char digits[11] = "";
	char *p = digits + sizeof(digits) - 1;

	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	out_str(o, p);
}

void out_hex(struct out *o, const uint8_t *data, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		put(o, hex[data[i] >> 4]);
		put(o, hex[data[i] & 15]);
	}
}

void out_errno(struct out *o, int err)
{
	const char *name = errname(err);

	if (name)
		out_str(o, name);
	else
		out_u32(o, (uint32_t)err);
}

int out_flush(struct out *o)
{
	for (size_t done = 0; done < o->len && !o->err;) {
		ssize_t n = write(o->fd, o->buf + done, o->len - done);

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			o->err = n == 0 ? EIO : errno;
	}
	o->len = 0;
	return o->err;
}

void die(int code, const char *what, const char *why, int err)
{
	struct out o = {.fd = STDERR_FILENO};

	out_str(&o, "bottle-guest: ");
	out_str(&o, what);
	out_str(&o, ": ");
	out_str(&o, why);
	if (err) {
		out_str(&o, ": ");
		out_errno(&o, err);
	}
	out_str(&o, "\n");
	out_flush(&o);
	_exit(code);
}
