/* The settings as a command would use them: what the files leave open is looked for here as it is there. */
#ifndef DOMAIN_EFFECTIVE_H
#define DOMAIN_EFFECTIVE_H

#include <stdbool.h>

#include "settings.h"

struct context;

struct effective_row {
	const char *name;
	char *value;  /* NULL = not set, and nothing found in its place */
	char *origin; /* "built-in", "FILE:LINE", "--engine", "DOCKER_HOST", "PATH" ... */
	bool locked;  /* a user's file may not change it */
};

struct effective {
	struct effective_row row[SETTINGS_KEY_COUNT];
};

#define cleanup_effective __attribute__((cleanup(effective_clear)))

/* Zero-initialise *ret. Nobody is contacted, nothing is run. */
void effective_read(struct context *ctx, struct effective *ret);

void effective_clear(struct effective *effective);

#endif
