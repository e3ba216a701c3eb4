/* Format and reading of a settings file. Both files have one format; what only the administrator
 * may say is settings.c's business. */
#include "settings_file.h"

#include <cyaml/cyaml.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "mem.h"

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define STRICT (CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT)
#define MAX_PATH 4095

#define TEXT(key, member)       \
	CYAML_FIELD_STRING_PTR( \
		key, CYAML_FLAG_POINTER | OPTIONAL, struct settings_file, member, 1, MAX_PATH)

static const cyaml_strval_t alias_choices[] = {
	{"auto", SETTINGS_ALIAS_AUTO},
	{"always", SETTINGS_ALIAS_ALWAYS},
	{"never", SETTINGS_ALIAS_NEVER},
};

static const cyaml_strval_t wildcard_choices[] = {
	{"warn", SETTINGS_WILDCARD_WARN},
	{"refuse", SETTINGS_WILDCARD_REFUSE},
};

static const cyaml_schema_field_t pool_fields[] = {
	CYAML_FIELD_UINT("first", OPTIONAL, struct settings_pool, first),
	CYAML_FIELD_UINT("last", OPTIONAL, struct settings_pool, last),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t lock_entry = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 64),
};

static const cyaml_schema_field_t fields[] = {
	CYAML_FIELD_MAPPING("pool", OPTIONAL, struct settings_file, pool, pool_fields),
	TEXT("subnet_block", subnet_block),
	TEXT("engine", engine),
	TEXT("smolvm", smolvm),
	CYAML_FIELD_ENUM("alias", STRICT, struct settings_file, alias, alias_choices,
		CYAML_ARRAY_LEN(alias_choices)),
	CYAML_FIELD_ENUM("wildcard", STRICT, struct settings_file, wildcard, wildcard_choices,
		CYAML_ARRAY_LEN(wildcard_choices)),
	TEXT("registry_image", registry_image),
	CYAML_FIELD_SEQUENCE_COUNT("lock", CYAML_FLAG_POINTER | OPTIONAL, struct settings_file,
		lock.item, lock.count, &lock_entry, 0, 32),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct settings_file, fields),
};

const char *settings_alias_name(enum settings_alias alias)
{
	return alias_choices[alias].str;
}

const char *settings_wildcard_name(enum settings_wildcard wildcard)
{
	return wildcard_choices[wildcard].str;
}

/* Whether PATH is OWNER's or root's alone to write. The folder is looked at before the file, so
 * that nobody else can exchange the file after its turn. */
static int check_owner(const char *path, uid_t owner, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return err_errno(err, EXIT_CONFIG, "read %s", path);
	if (S_ISLNK(st.st_mode))
		return err_set(err, EXIT_CONFIG,
			"%s: a symbolic link: allowed is the file or folder itself", path);
	if (st.st_uid != owner && st.st_uid != 0)
		return err_set(err, EXIT_CONFIG, "%s: belongs to uid %u: allowed is uid %u", path,
			(unsigned)st.st_uid, (unsigned)owner);
	if ((st.st_mode & 022) == 0)
		return 0;
	err_set(err, EXIT_CONFIG, "%s: others may write it (mode %04o): allowed is its owner alone",
		path, (unsigned)(st.st_mode & 07777));
	return err_note(err, "next", "chmod go-w %s", path);
}

int settings_file_read(struct settings_file *ret, const char *file, uid_t owner, bool folder_too,
	struct error *err)
{
	cleanup_buf struct buf bytes = BUF_INIT(SPEC_YAML_MAX_FILE);
	cleanup_free char *copy = xstrdup(file);
	struct spec_yaml lines = {0};
	struct settings_file *loaded;
	void *data = NULL;
	struct stat st;

	if (lstat(file, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if ((folder_too && check_owner(dirname(copy), owner, err) != 0) ||
		check_owner(file, owner, err) != 0)
		return -1;
	if (fs_read(file, &bytes, err) != 0) {
		err->code = EXIT_CONFIG;
		return -1;
	}
	if (spec_yaml_load(&lines, file, buf_str(&bytes), bytes.len, &schema, EXIT_CONFIG, &data,
		    err) != 0)
		return -1;
	loaded = data != NULL ? data : xcalloc(1, sizeof(*loaded));
	*ret = *loaded;
	ret->lines = lines;
	free(loaded);
	return 1;
}

void settings_file_clear(struct settings_file *file)
{
	free(file->subnet_block);
	free(file->engine);
	free(file->smolvm);
	free(file->registry_image);
	strv_clear(&file->lock);
	spec_yaml_clear(&file->lines);
	*file = (struct settings_file){0};
}
