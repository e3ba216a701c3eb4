/* Routes from /proc/net/route: hexadecimal words in the host's byte order (proc(5)). */
#include "hostroute.h"

#include <dirent.h>
#include <stdbool.h>
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

/* "lo" may: what leaves by it comes back by it. "default" is for interfaces to come. */
static bool lets_loopback_out(const char *device)
{
	cleanup_free char *path = xasprintf("/proc/sys/net/ipv4/conf/%s/route_localnet", device);
	FILE *file = device[0] != '.' && strcmp(device, "lo") != 0 && strcmp(device, "default") != 0
			     ? fopen(path, "re")
			     : NULL;
	bool on;

	if (file == NULL)
		return false;
	on = fgetc(file) == '1';
	fclose(file);
	return on;
}

void hostroute_loopback_leaves(char **ret_device)
{
	DIR *dir = opendir("/proc/sys/net/ipv4/conf");
	struct dirent *entry;

	*ret_device = NULL;
	while (dir != NULL && *ret_device == NULL && (entry = readdir(dir)) != NULL)
		if (lets_loopback_out(entry->d_name))
			*ret_device = xstrdup(entry->d_name);
	if (dir != NULL)
		closedir(dir);
}
