/* Host-wide settings: built in, then /etc/bottle/config.yaml of the administrator, then
 * ${XDG_CONFIG_HOME:-~/.config}/bottle/config.yaml of the user, except for what the
 * administrator locked. bottle.yaml.5 documents both files. */
#ifndef DOMAIN_SETTINGS_H
#define DOMAIN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "addr.h"

struct error;

#define SETTINGS_ADMIN_FILE "/etc/bottle/config.yaml"

enum settings_key {
	SETTINGS_POOL_FIRST,
	SETTINGS_POOL_LAST,
	SETTINGS_SUBNET_BLOCK,
	SETTINGS_ENGINE,
	SETTINGS_SMOLVM,
	SETTINGS_ALIAS,
	SETTINGS_WILDCARD,
	SETTINGS_REGISTRY_IMAGE,
	SETTINGS_KEY_COUNT
};

enum settings_origin { SETTINGS_BUILT_IN, SETTINGS_ADMIN, SETTINGS_USER };
enum settings_alias { SETTINGS_ALIAS_AUTO, SETTINGS_ALIAS_ALWAYS, SETTINGS_ALIAS_NEVER };
enum settings_wildcard { SETTINGS_WILDCARD_WARN, SETTINGS_WILDCARD_REFUSE };

struct settings_source {
	enum settings_origin origin;
	size_t line;      /* in the origin's file, 0 for built in */
	bool locked;      /* by the administrator */
	size_t lock_line; /* of the key in their `lock`, 0 = locked by nature */
};

struct settings {
	uint32_t pool_first, pool_last; /* last octets of 127.0.0.x */
	struct addr subnet_block;       /* first address of a private, aligned /20 */
	char *engine;                   /* absolute socket path, or NULL = found by rule */
	char *smolvm;                   /* absolute path, or NULL = found in PATH */
	enum settings_alias alias;
	enum settings_wildcard wildcard;
	char *registry_image; /* or NULL = none */
	struct settings_source source[SETTINGS_KEY_COUNT];
	char *admin_file, *user_file; /* the paths that were looked at, there or not */
};

#define SETTINGS_INIT \
	{             \
		0     \
	}
#define cleanup_settings __attribute__((cleanup(settings_clear)))

/* Reads both files into what began as SETTINGS_INIT; one that does not exist is fine. -1 with
 * EXIT_CONFIG and "FILE:LINE: ...": a file is wrong, is not its owner's alone to write, or the
 * user's says what it may not. *settings is then empty. */
int settings_load(struct settings *settings, struct error *err);

/* The same with other paths, ADMIN_FILE and its folder belonging to ADMIN_UID. Both are copied. */
int settings_load_files(struct settings *settings, const char *admin_file, uid_t admin_uid,
	const char *user_file, struct error *err);

/* For `config show`: "pool.first"; the value as text, which the caller frees ("" = not set); and
 * "built-in", "/etc/bottle/config.yaml:3" ..., which the caller frees. */
const char *settings_name(enum settings_key key);
char *settings_value(const struct settings *settings, enum settings_key key);
char *settings_origin_text(const struct settings *settings, enum settings_key key);

void settings_clear(struct settings *settings);

#endif
