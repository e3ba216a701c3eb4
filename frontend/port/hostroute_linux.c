/* Routes from /proc/net/route: hexadecimal words in the host's byte order (proc(5)). */
#include "hostroute.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "mem.h"

/* The kernel prints the address word as it lies in memory. */
static uint32_t word_of(struct addr addr)
{
	uint32_t word;

	memcpy(&word, addr.octet, sizeof(word));
	return word;
}

static uint32_t mask_of(unsigned prefix)
{
	uint32_t mask = prefix == 0 ? 0 : ~0u << (32 - prefix);

	return word_of((struct addr){{(uint8_t)(mask >> 24), (uint8_t)(mask >> 16),
		(uint8_t)(mask >> 8), (uint8_t)mask}});
}

int hostroute_overlap(struct addr first, unsigned prefix, char **ret_device, struct error *err)
{
	cleanup_buf struct buf text = BUF_INIT(4 << 20);
	uint32_t ours = word_of(first), our_mask = mask_of(prefix);

	*ret_device = NULL;
	if (fs_read("/proc/net/route", &text, err) != 0)
		return -1;
	for (const char *line = strchr(buf_str(&text), '\n'); line != NULL;
		line = strchr(line + 1, '\n')) {
		char device[32];
		unsigned destination, mask;

		if (sscanf(line + 1, "%31s %x %*x %*x %*d %*d %*d %x", device, &destination,
			    &mask) != 3)
			continue;
		if (mask != 0 && ((destination ^ ours) & mask & our_mask) == 0) {
			*ret_device = xstrdup(device);
			return 0;
		}
	}
	return 0;
}
