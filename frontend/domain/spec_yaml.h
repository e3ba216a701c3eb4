/* A YAML file of ours, checked against a libcyaml schema and then loaded by libcyaml.
 *
 * libcyaml fills the structures; the check before it exists because libcyaml 1.3.1
 *   - reports an unknown key at the line of the entry before it, and syntax errors at no line,
 *   - takes "4x" for the number 4, "010" for 8 and every word but five for true,
 *   - ignores every document after the first, and cuts a string at an escaped NUL,
 *   - has no mapping with free keys, as `env: {LANG: C.UTF-8}` is one.
 * The check walks libyaml's events along the same schema table, so that the table stays the only
 * place that says what a file may hold. Free mappings stand in the table as CYAML_IGNORE: libcyaml
 * skips them, the check takes their pairs. Both read the same bytes.
 *
 * What was found is kept as a list of paths ("agent.mounts[0].host") with their lines, for errors
 * that can only be seen later. */
#ifndef DOMAIN_SPEC_YAML_H
#define DOMAIN_SPEC_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "exit_code.h"

struct cyaml_schema_value;
struct error;
struct strv;

struct spec_yaml_entry {
	char *path;
	char *value; /* of a free mapping's pair, else NULL */
	size_t line; /* from 1 */
};

struct spec_yaml {
	char *file;          /* as the user named it; NULL = nothing was loaded */
	enum exit_code code; /* of every error about this file */
	struct spec_yaml_entry *entry;
	size_t count;
};

#define SPEC_YAML_MAX_FILE (256 * 1024)
#define SPEC_YAML_MAX_PAIRS 256   /* in a free mapping */
#define SPEC_YAML_MAX_VALUE 32768 /* bytes of a free mapping's value */

/* Checks LEN BYTES of FILE and loads them. Fills *ret with a structure laid out as SCHEMA says
 * (NULL when the file says nothing and need not), which the caller frees with all its strings,
 * and *yaml with the lines. Errors read "FILE:LINE: what is wrong: what is allowed" and have the
 * code CODE. */
int spec_yaml_load(struct spec_yaml *yaml, const char *file, const char *bytes, size_t len,
	const struct cyaml_schema_value *schema, enum exit_code code, void **ret,
	struct error *err);

/* The first half of spec_yaml_load: the check alone. yaml->file and yaml->code are set by the
 * caller. */
int spec_yaml_check(struct spec_yaml *yaml, const char *bytes, size_t len,
	const struct cyaml_schema_value *schema, struct error *err);

/* The line of PATH, or 0 when the file does not have it. */
size_t spec_yaml_line(const struct spec_yaml *yaml, const char *path);

/* Drops PATH and what lies below it: the command line replaced its value. */
void spec_yaml_forget(struct spec_yaml *yaml, const char *path);

/* Adds "NAME=value" for each pair of the free mapping PATH. */
void spec_yaml_pairs(const struct spec_yaml *yaml, const char *path, struct strv *ret);

/* "FILE:LINE: PATH: text" where the file has PATH, else "PATH: text". Returns -1. */
int spec_yaml_error(const struct spec_yaml *yaml, struct error *err, const char *path,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Records PATH; VALUE may be NULL. */
void spec_yaml_record(struct spec_yaml *yaml, const char *path, const char *value, size_t line);

void spec_yaml_clear(struct spec_yaml *yaml);

#endif
