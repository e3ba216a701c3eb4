/* Random names. */
#include "random.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "mem.h"

char *random_hex(size_t bytes)
{
	unsigned char raw[32];
	char *text = xcalloc(bytes * 2 + 1, 1);

	if (bytes > sizeof(raw) || getentropy(raw, bytes) != 0)
		abort();
	for (size_t i = 0; i < bytes; i++)
		snprintf(text + i * 2, 3, "%02x", raw[i]);
	return text;
}
