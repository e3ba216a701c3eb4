/* Loading a checked YAML file with libcyaml, and the lines of what it held. */
#include "spec_yaml.h"

#include <cyaml/cyaml.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "mem.h"
#include "strv.h"

void spec_yaml_record(struct spec_yaml *yaml, const char *path, const char *value, size_t line)
{
	struct spec_yaml_entry *entry;

	yaml->entry = xrealloc(yaml->entry, yaml->count + 1, sizeof(*yaml->entry));
	entry = &yaml->entry[yaml->count++];
	entry->path = xstrdup(path);
	entry->value = value != NULL ? xstrdup(value) : NULL;
	entry->line = line;
}

size_t spec_yaml_line(const struct spec_yaml *yaml, const char *path)
{
	for (size_t i = 0; i < yaml->count; i++)
		if (strcmp(yaml->entry[i].path, path) == 0)
			return yaml->entry[i].line;
	return 0;
}

/* Whether PATH is UNDER or lies below it. */
static bool is_below(const char *path, const char *under)
{
	size_t len = strlen(under);

	return strncmp(path, under, len) == 0 &&
	       (path[len] == '\0' || path[len] == '.' || path[len] == '[');
}

void spec_yaml_forget(struct spec_yaml *yaml, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < yaml->count; i++) {
		if (is_below(yaml->entry[i].path, path)) {
			free(yaml->entry[i].path);
			free(yaml->entry[i].value);
		} else {
			yaml->entry[kept++] = yaml->entry[i];
		}
	}
	yaml->count = kept;
}

void spec_yaml_pairs(const struct spec_yaml *yaml, const char *path, struct strv *ret)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < yaml->count; i++) {
		const struct spec_yaml_entry *entry = &yaml->entry[i];

		if (entry->value != NULL && strncmp(entry->path, path, len) == 0 &&
			entry->path[len] == '.')
			strv_pushf(ret, "%s=%s", entry->path + len + 1, entry->value);
	}
}

int spec_yaml_error(
	const struct spec_yaml *yaml, struct error *err, const char *path, const char *fmt, ...)
{
	enum exit_code code = yaml->file != NULL ? yaml->code : EXIT_DATA;
	size_t line = spec_yaml_line(yaml, path);
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (line == 0)
		return err_set(err, code, "%s: %s", path, text);
	return err_set(err, code, "%s:%zu: %s: %s", yaml->file, line, path, text);
}

void spec_yaml_clear(struct spec_yaml *yaml)
{
	for (size_t i = 0; i < yaml->count; i++) {
		free(yaml->entry[i].path);
		free(yaml->entry[i].value);
	}
	free(yaml->entry);
	free(yaml->file);
	*yaml = (struct spec_yaml){0};
}

/* cyaml_mem_fn_t on our heap, which does not fail. */
static void *allocate(void *ctx, void *ptr, size_t size)
{
	(void)ctx;
	if (size == 0) {
		free(ptr);
		return NULL;
	}
	return xrealloc(ptr, size, 1);
}

static void __attribute__((format(printf, 3, 0)))
keep_log(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	cleanup_free char *line = xvasprintf(fmt, args);

	(void)level;
	buf_append_str(ctx, line); /* a log that grows too big is cut, which is enough */
}

int spec_yaml_load(struct spec_yaml *yaml, const char *file, const char *bytes, size_t len,
	const struct cyaml_schema_value *schema, enum exit_code code, void **ret, struct error *err)
{
	cleanup_buf struct buf log = BUF_INIT(4096);
	struct spec_yaml lines = {.file = xstrdup(file), .code = code};
	const cyaml_config_t config = {
		.log_fn = keep_log,
		.log_ctx = &log,
		.mem_fn = allocate,
		.log_level = CYAML_LOG_WARNING,
		.flags = CYAML_CFG_NO_ALIAS,
	};
	cyaml_data_t *data = NULL;
	cyaml_err_t status = CYAML_OK;

	if (spec_yaml_check(&lines, bytes, len, schema, err) != 0) {
		spec_yaml_clear(&lines);
		return -1;
	}
	if (lines.count > 0) /* libcyaml refuses a file of comments alone */
		status = cyaml_load_data((const uint8_t *)bytes, len, &config, schema, &data, NULL);
	if (status != CYAML_OK) {
		/* Reached only where the check is laxer than libcyaml: its own words are better
		 * than none. */
		spec_yaml_clear(&lines);
		return err_set(
			err, code, "%s: %s: %s", file, cyaml_strerror(status), buf_str(&log));
	}
	*yaml = lines;
	*ret = data;
	return 0;
}
