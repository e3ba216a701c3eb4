/* out: a buffered writer without stdio, and the way to fail. */
#ifndef GUEST_OUT_H
#define GUEST_OUT_H

#include <stddef.h>
#include <stdint.h>

struct out {
	int fd;
	int err; /* of a write that came to grief; what follows it is dropped */
	size_t len;
	char buf[512];
};

void out_str(struct out *o, const char *s);
void out_u32(struct out *o, uint32_t n);
void out_hex(struct out *o, const uint8_t *data, size_t len);
/* "ECONNREFUSED", or the number of an error that errname() does not know. */
void out_errno(struct out *o, int err);
/* 0 if everything since the start was written, else the errno of the write that failed. */
int out_flush(struct out *o);

/* One line on stderr, "bottle-guest: WHAT: WHY[: ERRNO]" (err 0: no ERRNO), then _exit(code). */
_Noreturn void die(int code, const char *what, const char *why, int err);

#endif
