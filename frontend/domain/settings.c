/* Merging built-in values, the administrator's file and the user's. */
#include "settings.h"

#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "address.h"
#include "err.h"
#include "mem.h"
#include "pool.h"
#include "settings_file.h"
#include "spec_grammar.h"

#define BLOCK_RULE "allowed is an aligned private /20, as 10.213.0.0/20"
#define POOL_RULE "allowed is a range inside 2 to 254 without 53 and 54"

/* Two users with different pools or blocks could both hold one address, so those are not theirs. */
static const struct {
	const char *name;
	bool admin_only;
} keys[SETTINGS_KEY_COUNT] = {
	[SETTINGS_POOL_FIRST] = {"pool.first", true},
	[SETTINGS_POOL_LAST] = {"pool.last", true},
	[SETTINGS_SUBNET_BLOCK] = {"subnet_block", true},
	[SETTINGS_ENGINE] = {"engine", false},
	[SETTINGS_SMOLVM] = {"smolvm", false},
	[SETTINGS_ALIAS] = {"alias", false},
	[SETTINGS_WILDCARD] = {"wildcard", false},
	[SETTINGS_REGISTRY_IMAGE] = {"registry_image", false},
};

const char *settings_name(enum settings_key key)
{
	return keys[key].name;
}

static void set_built_in(struct settings *settings)
{
	*settings = (struct settings){
		.pool_first = POOL_FIRST,
		.pool_last = POOL_LAST,
		.subnet_block = {{10, 213, 0, 0}},
	};
}

/* Fills *ret from "A.B.C.D/20". */
static bool parse_block(const char *text, struct addr *ret)
{
	const char *slash = strchr(text, '/');
	cleanup_free char *base = NULL;
	const uint8_t *o;
	struct addr addr;

	if (slash == NULL || strcmp(slash, "/20") != 0)
		return false;
	base = xstrndup(text, (size_t)(slash - text));
	if (!addr_parse(base, &addr))
		return false;
	o = addr.octet;
	if (o[3] != 0 || o[2] % 16 != 0)
		return false;
	if (o[0] != 10 && !(o[0] == 172 && o[1] >= 16 && o[1] <= 31) &&
		!(o[0] == 192 && o[1] == 168))
		return false;
	*ret = addr;
	return true;
}

/* Fills *ret from one key of FILE; the file's own strings are handed over. */
static int take_value(
	struct settings *ret, enum settings_key key, struct settings_file *file, struct error *err)
{
	const size_t socket_max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
	const struct spec_yaml *lines = &file->lines;
	const char *name = keys[key].name;

	switch (key) {
	case SETTINGS_POOL_FIRST:
		ret->pool_first = file->pool.first;
		return 0;
	case SETTINGS_POOL_LAST:
		ret->pool_last = file->pool.last;
		return 0;
	case SETTINGS_SUBNET_BLOCK:
		if (!parse_block(file->subnet_block, &ret->subnet_block))
			return spec_yaml_error(lines, err, name, "got '%.40s': %s",
				file->subnet_block, BLOCK_RULE);
		return 0;
	case SETTINGS_ENGINE:
		if (file->engine[0] != '/' || strlen(file->engine) > socket_max)
			return spec_yaml_error(lines, err, name,
				"got '%.120s': allowed is the absolute path of a socket, at most "
				"%zu bytes",
				file->engine, socket_max);
		free(ret->engine);
		ret->engine = steal_str(&file->engine);
		return 0;
	case SETTINGS_SMOLVM:
		if (file->smolvm[0] != '/')
			return spec_yaml_error(lines, err, name,
				"got '%.120s': allowed is an absolute path", file->smolvm);
		free(ret->smolvm);
		ret->smolvm = steal_str(&file->smolvm);
		return 0;
	case SETTINGS_ALIAS:
		ret->alias = file->alias;
		return 0;
	case SETTINGS_WILDCARD:
		ret->wildcard = file->wildcard;
		return 0;
	case SETTINGS_REGISTRY_IMAGE:
		if (!spec_image_valid(file->registry_image))
			return spec_yaml_error(lines, err, name, "%s", SPEC_IMAGE_RULE);
		free(ret->registry_image);
		ret->registry_image = steal_str(&file->registry_image);
		return 0;
	case SETTINGS_KEY_COUNT:
		break;
	}
	return 0;
}

static int merge(struct settings *settings, struct settings_file *file, enum settings_origin origin,
	struct error *err)
{
	for (int i = 0; i < SETTINGS_KEY_COUNT; i++) {
		enum settings_key key = (enum settings_key)i;
		struct settings_source *source = &settings->source[key];
		size_t line = spec_yaml_line(&file->lines, keys[key].name);

		if (line == 0)
			continue;
		if (origin == SETTINGS_USER && keys[key].admin_only)
			return spec_yaml_error(&file->lines, err, keys[key].name,
				"not a user's to set: allowed in %s alone", settings->admin_file);
		if (origin == SETTINGS_USER && source->locked)
			return spec_yaml_error(&file->lines, err, keys[key].name,
				"locked by %s:%zu: allowed is leaving it out", settings->admin_file,
				source->lock_line);
		if (take_value(settings, key, file, err) != 0)
			return -1;
		source->origin = origin;
		source->line = line;
	}
	return 0;
}

/* One bound may be the file's and the other built in, so the pair is looked at after the merge. */
static int check_pool(
	const struct settings *settings, const struct settings_file *file, struct error *err)
{
	uint32_t first = settings->pool_first, last = settings->pool_last;
	const char *key =
		spec_yaml_line(&file->lines, "pool.last") != 0 ? "pool.last" : "pool.first";

	if (first >= 2 && last <= 254 && first <= last && (first > 54 || last < 53))
		return 0;
	return spec_yaml_error(
		&file->lines, err, key, "the pool would be %u to %u: %s", first, last, POOL_RULE);
}

static int take_locks(
	struct settings *settings, const struct settings_file *file, struct error *err)
{
	for (size_t i = 0; i < file->lock.count; i++) {
		cleanup_free char *path = xasprintf("lock[%zu]", i);
		bool known = false;

		for (int key = 0; key < SETTINGS_KEY_COUNT; key++) {
			struct settings_source *source = &settings->source[key];

			if (strcmp(keys[key].name, file->lock.item[i]) != 0)
				continue;
			source->locked = known = true;
			source->lock_line = spec_yaml_line(&file->lines, path);
		}
		if (!known)
			return spec_yaml_error(&file->lines, err, path,
				"got '%.40s': allowed are the keys of this file, as engine or "
				"pool.first",
				file->lock.item[i]);
	}
	return 0;
}

static int load_admin(struct settings *settings, uid_t owner, struct error *err)
{
	struct settings_file file = {0};
	int result = settings_file_read(&file, settings->admin_file, owner, true, err);

	if (result == 1) {
		result = merge(settings, &file, SETTINGS_ADMIN, err);
		if (result == 0)
			result = check_pool(settings, &file, err);
		if (result == 0)
			result = take_locks(settings, &file, err);
	}
	/* A user is not to move these anyway; shown as locked, they explain themselves. */
	for (int key = 0; key < SETTINGS_KEY_COUNT; key++)
		settings->source[key].locked |= keys[key].admin_only;
	settings_file_clear(&file);
	return result;
}

static int load_user(struct settings *settings, struct error *err)
{
	struct settings_file file = {0};
	int result = settings_file_read(&file, settings->user_file, geteuid(), false, err);

	if (result == 1) {
		result = spec_yaml_line(&file.lines, "lock") == 0
				 ? merge(settings, &file, SETTINGS_USER, err)
				 : spec_yaml_error(&file.lines, err, "lock",
					   "not a user's to set: allowed in %s alone",
					   settings->admin_file);
	}
	settings_file_clear(&file);
	return result;
}

int settings_load_files(struct settings *settings, const char *admin_file, uid_t admin_uid,
	const char *user_file, struct error *err)
{
	settings_clear(settings);
	set_built_in(settings);
	settings->admin_file = xstrdup(admin_file);
	settings->user_file = xstrdup(user_file);
	if (load_admin(settings, admin_uid, err) == 0 && load_user(settings, err) == 0)
		return 0;
	settings_clear(settings);
	return -1;
}

/* The user's file, or NULL with *err set. As the XDG specification asks, a relative value counts
 * as none; without a home there is no telling what the user refused, so that is an error. */
static char *find_user_file(struct error *err)
{
	const char *config = getenv("XDG_CONFIG_HOME");
	const char *home = getenv("HOME");

	if (config != NULL && config[0] == '/')
		return xasprintf("%s/bottle/config.yaml", config);
	if (home != NULL && home[0] == '/')
		return xasprintf("%s/.config/bottle/config.yaml", home);
	err_set(err, EXIT_CONFIG, "find the user's settings: HOME is not an absolute path");
	return NULL;
}

int settings_load(struct settings *settings, struct error *err)
{
	cleanup_free char *user_file = find_user_file(err);

	if (user_file == NULL)
		return -1;
	return settings_load_files(settings, SETTINGS_ADMIN_FILE, 0, user_file, err);
}

char *settings_value(const struct settings *settings, enum settings_key key)
{
	char block[ADDR_STRLEN];

	switch (key) {
	case SETTINGS_POOL_FIRST:
		return xasprintf("%u", settings->pool_first);
	case SETTINGS_POOL_LAST:
		return xasprintf("%u", settings->pool_last);
	case SETTINGS_SUBNET_BLOCK:
		addr_print(settings->subnet_block, block);
		return xasprintf("%s/20", block);
	case SETTINGS_ENGINE:
		return xstrdup(settings->engine != NULL ? settings->engine : "");
	case SETTINGS_SMOLVM:
		return xstrdup(settings->smolvm != NULL ? settings->smolvm : "");
	case SETTINGS_ALIAS:
		return xstrdup(settings_alias_name(settings->alias));
	case SETTINGS_WILDCARD:
		return xstrdup(settings_wildcard_name(settings->wildcard));
	case SETTINGS_REGISTRY_IMAGE:
		return xstrdup(settings->registry_image != NULL ? settings->registry_image : "");
	case SETTINGS_KEY_COUNT:
		break;
	}
	return xstrdup("");
}

char *settings_origin_text(const struct settings *settings, enum settings_key key)
{
	const struct settings_source *source = &settings->source[key];

	if (source->origin == SETTINGS_BUILT_IN)
		return xstrdup("built-in");
	return xasprintf("%s:%zu",
		source->origin == SETTINGS_ADMIN ? settings->admin_file : settings->user_file,
		source->line);
}

void settings_clear(struct settings *settings)
{
	free(settings->engine);
	free(settings->smolvm);
	free(settings->registry_image);
	free(settings->admin_file);
	free(settings->user_file);
	*settings = (struct settings)SETTINGS_INIT;
}
