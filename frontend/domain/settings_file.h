/* One settings file as it was written. For settings*.c alone. */
#ifndef DOMAIN_SETTINGS_FILE_H
#define DOMAIN_SETTINGS_FILE_H

#include <stdint.h>
#include <sys/types.h>

#include "settings.h"
#include "spec_yaml.h"
#include "strv.h"

struct settings_pool {
	uint32_t first, last;
};

/* Zero where the file is silent; spec_yaml_line(&lines, name) tells which keys it has. */
struct settings_file {
	struct settings_pool pool;
	char *subnet_block;
	char *engine;
	char *smolvm;
	enum settings_alias alias;
	enum settings_wildcard wildcard;
	char *registry_image;
	struct strv lock;
	struct spec_yaml lines;
};

/* Reads FILE into *ret. Returns 1, 0 when there is no such file, or -1. The file belongs to
 * OWNER or root and nobody else may write it; with FOLDER_TOO the same holds of its folder. */
int settings_file_read(struct settings_file *ret, const char *file, uid_t owner, bool folder_too,
	struct error *err);

/* The spelling of a choice, for output. */
const char *settings_alias_name(enum settings_alias alias);
const char *settings_wildcard_name(enum settings_wildcard wildcard);

void settings_file_clear(struct settings_file *file);

#endif
