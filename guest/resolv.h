/* resolv: the nameservers of /etc/resolv.conf, read as resolv.conf(5) says. */
#ifndef GUEST_RESOLV_H
#define GUEST_RESOLV_H

#include <stddef.h>

#include "endpoint.h"

/* No libc asks more than three (MAXNS); what an image lists beyond this is left out. */
#define RESOLV_MAX 8

/* The number of nameserver lines in text (NUL-terminated), port 53 each; .len is 0 for one whose
 * address does not parse, so that it is reported and not passed over. */
size_t resolv_parse(const char *text, struct endpoint ret[static RESOLV_MAX]);

/* 0 and at least one nameserver, or an errno: ENOENT no file, ENODATA none listed, EFBIG too long
 * to say, EINVAL not a regular file, or what open(2) or read(2) said. */
int resolv_read(struct endpoint ret[static RESOLV_MAX], size_t *ret_count);

#endif
