/* The check of a YAML file against a libcyaml schema, with the line of every complaint.
 *
 * It descends the schema, not the file: what the schema does not know ends the walk, so depth
 * and size are bounded by the table whatever the file holds. Anchors, aliases and tags are
 * refused; nothing in these formats needs them. Errors never repeat a value that could be a
 * secret put in the wrong place: only numbers, booleans and choices are quoted. */
#include <cyaml/cyaml.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "buf.h"
#include "err.h"
#include "mem.h"
#include "num.h"
#include "spec_yaml.h"

struct walk {
	yaml_parser_t parser;
	yaml_event_t event; /* the current one */
	const char *bytes;
	size_t len;
	struct spec_yaml *yaml;
	struct error *err;
};

static int check_value(
	struct walk *walk, const struct cyaml_schema_value *schema, const char *path);

/* "FILE:LINE: WHERE: text" at the current event; WHERE is left out for the top of the file. */
static int __attribute__((format(printf, 3, 4)))
complain(struct walk *walk, const char *where, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	return err_set(walk->err, walk->yaml->code, "%s:%zu: %s%s%s", walk->yaml->file,
		walk->event.start_mark.line + 1, where, *where != '\0' ? ": " : "", text);
}

/* libyaml gives a line to every problem but those of decoding, which have a byte offset. */
static size_t problem_line(const struct walk *walk)
{
	size_t line = 1;

	if (walk->parser.error != YAML_READER_ERROR)
		return walk->parser.problem_mark.line + 1;
	for (size_t i = 0; i < walk->len && i < walk->parser.problem_offset; i++)
		line += walk->bytes[i] == '\n';
	return line;
}

static int complain_syntax(struct walk *walk)
{
	const yaml_parser_t *parser = &walk->parser;
	const char *problem = parser->problem != NULL ? parser->problem : "cannot be read";
	const char *help = "";

	if (parser->error == YAML_READER_ERROR)
		help = ": the file must be UTF-8 text";
	else if (strstr(problem, "cannot start any token") != NULL)
		help = ": indent with spaces, never tabs, and quote text that begins with a sign";
	return err_set(walk->err, walk->yaml->code, "%s:%zu: not valid YAML: %s%s%s%s",
		walk->yaml->file, problem_line(walk),
		parser->context != NULL ? parser->context : "", parser->context != NULL ? ", " : "",
		problem, help);
}

static const char *event_anchor(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return (const char *)event->data.alias.anchor;
	case YAML_SCALAR_EVENT:
		return (const char *)event->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT:
		return (const char *)event->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT:
		return (const char *)event->data.mapping_start.anchor;
	default:
		return NULL;
	}
}

static const char *event_tag(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return (const char *)event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return (const char *)event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return (const char *)event->data.mapping_start.tag;
	default:
		return NULL;
	}
}

static int next_event(struct walk *walk)
{
	yaml_event_delete(&walk->event);
	if (!yaml_parser_parse(&walk->parser, &walk->event))
		return complain_syntax(walk);
	if (event_anchor(&walk->event) != NULL)
		return complain(walk, "",
			"anchors (&) and aliases (*) are not allowed: write the value out");
	if (event_tag(&walk->event) != NULL)
		return complain(walk, "", "tags (!) are not allowed: write the plain value");
	return 0;
}

static const char *event_text(const struct walk *walk)
{
	return (const char *)walk->event.data.scalar.value;
}

/* Whether the scalar is written without quotes, as numbers and booleans must be. */
static bool is_plain(const struct walk *walk)
{
	return walk->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static bool is_null(const struct walk *walk)
{
	static const char *const spelling[] = {"", "~", "null", "Null", "NULL"};

	for (size_t i = 0; is_plain(walk) && i < sizeof(spelling) / sizeof(*spelling); i++)
		if (strcmp(event_text(walk), spelling[i]) == 0)
			return true;
	return false;
}

static bool has_control(const char *text, const char *allowed)
{
	for (; *text != '\0'; text++)
		if (((unsigned char)*text < 0x20 || *text == 0x7f) &&
			strchr(allowed, *text) == NULL)
			return true;
	return false;
}

/* "smolvm, docker" */
static char *join_choices(const struct cyaml_schema_value *schema)
{
	struct buf text = BUF_INIT(4096);

	for (uint32_t i = 0; i < schema->enumeration.count; i++) {
		buf_append_str(&text, i > 0 ? ", " : "");
		buf_append_str(&text, schema->enumeration.strings[i].str);
	}
	return buf_steal(&text);
}

/* The keys of a mapping, or only those that must be there. */
static char *join_keys(const struct cyaml_schema_value *schema, bool required_only)
{
	const struct cyaml_schema_field *field = schema->mapping.fields;
	struct buf text = BUF_INIT(4096);

	for (; field->key != NULL; field++) {
		if (required_only && (field->value.flags & CYAML_FLAG_OPTIONAL) != 0)
			continue;
		buf_append_str(&text, text.len > 0 ? ", " : "");
		buf_append_str(&text, field->key);
	}
	return buf_steal(&text);
}

static const char *wanted(const struct cyaml_schema_value *schema)
{
	switch (schema->type) {
	case CYAML_UINT:
		return "a whole number";
	case CYAML_BOOL:
		return "true or false";
	case CYAML_MAPPING:
	case CYAML_IGNORE:
		return "a mapping (KEY: VALUE)";
	case CYAML_SEQUENCE:
		return "a list (- ITEM, or [ITEM, ITEM])";
	default:
		return "text";
	}
}

static int complain_type(
	struct walk *walk, const struct cyaml_schema_value *schema, const char *path)
{
	const char *got = walk->event.type == YAML_MAPPING_START_EVENT    ? "a mapping"
			  : walk->event.type == YAML_SEQUENCE_START_EVENT ? "a list"
			  : is_null(walk)                                 ? "nothing"
									  : "a single value";

	if (schema->type == CYAML_ENUM) {
		cleanup_free char *choices = join_choices(schema);

		return complain(walk, path, "got %s: allowed are %s", got, choices);
	}
	return complain(walk, path, "got %s: allowed is %s", got, wanted(schema));
}

static int check_text(struct walk *walk, const struct cyaml_schema_value *schema, const char *path)
{
	const char *text = event_text(walk);
	size_t len = walk->event.data.scalar.length;

	if (len < schema->string.min)
		return complain(walk, path, "is empty: allowed is text");
	if (len > schema->string.max)
		return complain(
			walk, path, "is too long: allowed are %u bytes", schema->string.max);
	if (strlen(text) != len || has_control(text, ""))
		return complain(
			walk, path, "holds a control character: allowed is one line of text");
	return 0;
}

static int check_number(struct walk *walk, const char *path)
{
	const char *text = event_text(walk);
	uint32_t ignored;

	if (!is_plain(walk) || !parse_u32(text, 0, UINT32_MAX, &ignored) ||
		(text[0] == '0' && text[1] != '\0'))
		return complain(walk, path,
			"got '%.40s': allowed is a whole number (decimal, unquoted, no leading "
			"zero)",
			text);
	return 0;
}

static int check_bool(struct walk *walk, const char *path)
{
	const char *text = event_text(walk);

	if (!is_plain(walk) || (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
		return complain(walk, path, "got '%.40s': allowed are true, false", text);
	return 0;
}

static int check_choice(
	struct walk *walk, const struct cyaml_schema_value *schema, const char *path)
{
	cleanup_free char *choices = join_choices(schema);

	for (uint32_t i = 0; i < schema->enumeration.count; i++)
		if (strcmp(schema->enumeration.strings[i].str, event_text(walk)) == 0)
			return 0;
	return complain(walk, path, "got '%.40s': allowed are %s", event_text(walk), choices);
}

static int check_scalar(
	struct walk *walk, const struct cyaml_schema_value *schema, const char *path)
{
	if (walk->event.type != YAML_SCALAR_EVENT || is_null(walk))
		return complain_type(walk, schema, path);
	switch (schema->type) {
	case CYAML_UINT:
		return check_number(walk, path);
	case CYAML_BOOL:
		return check_bool(walk, path);
	case CYAML_ENUM:
		return check_choice(walk, schema, path);
	default:
		return check_text(walk, schema, path);
	}
}

static int check_list(struct walk *walk, const struct cyaml_schema_value *schema, const char *path)
{
	if (walk->event.type != YAML_SEQUENCE_START_EVENT)
		return complain_type(walk, schema, path);
	for (uint32_t i = 0;; i++) {
		cleanup_free char *item = xasprintf("%s[%u]", path, i);

		if (next_event(walk) != 0)
			return -1;
		if (walk->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		if (i >= schema->sequence.max)
			return complain(
				walk, path, "too many items: allowed are %u", schema->sequence.max);
		spec_yaml_record(walk->yaml, item, NULL, walk->event.start_mark.line + 1);
		if (check_value(walk, schema->sequence.entry, item) != 0)
			return -1;
	}
}

/* Takes the key at the current event: it is text, and new in this mapping. Returns its path or
 * NULL. */
static char *take_key(struct walk *walk, const char *path)
{
	cleanup_free char *below = NULL;
	size_t first;

	if (walk->event.type != YAML_SCALAR_EVENT ||
		strlen(event_text(walk)) != walk->event.data.scalar.length) {
		complain(walk, path, "a key is not plain text: allowed is KEY: VALUE");
		return NULL;
	}
	below = xasprintf("%s%s%s", path, *path != '\0' ? "." : "", event_text(walk));
	first = spec_yaml_line(walk->yaml, below);
	if (first != 0) {
		complain(walk, path, "duplicate key '%.60s', first on line %zu: allowed is one",
			event_text(walk), first);
		return NULL;
	}
	return steal_str(&below);
}

/* The current event is the key: records KEY_PATH with the value that follows. */
static int take_pair(struct walk *walk, const char *key_path)
{
	size_t line = walk->event.start_mark.line + 1;

	if (next_event(walk) != 0)
		return -1;
	if (walk->event.type != YAML_SCALAR_EVENT)
		return complain(walk, key_path, "is not a single value: allowed is text");
	if (is_null(walk))
		return complain(
			walk, key_path, "has no value: allowed is text, \"\" for an empty one");
	if (walk->event.data.scalar.length > SPEC_YAML_MAX_VALUE)
		return complain(
			walk, key_path, "is too long: allowed are %d bytes", SPEC_YAML_MAX_VALUE);
	if (strlen(event_text(walk)) != walk->event.data.scalar.length ||
		has_control(event_text(walk), "\t\n"))
		return complain(
			walk, key_path, "holds a control character: allowed are tab and newline");
	spec_yaml_record(walk->yaml, key_path, event_text(walk), line);
	return 0;
}

static int check_free_mapping(
	struct walk *walk, const struct cyaml_schema_value *schema, const char *path)
{
	if (walk->event.type != YAML_MAPPING_START_EVENT)
		return complain_type(walk, schema, path);
	for (unsigned i = 0;; i++) {
		cleanup_free char *key_path = NULL;

		if (next_event(walk) != 0)
			return -1;
		if (walk->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		if (i >= SPEC_YAML_MAX_PAIRS)
			return complain(
				walk, path, "too many keys: allowed are %d", SPEC_YAML_MAX_PAIRS);
		key_path = take_key(walk, path);
		if (key_path == NULL)
			return -1;
		if (strchr(event_text(walk), '=') != NULL)
			return complain(walk, path, "a key holds '=': allowed is NAME: VALUE");
		if (take_pair(walk, key_path) != 0)
			return -1;
	}
}

static const struct cyaml_schema_field *find_field(
	const struct cyaml_schema_value *schema, const char *key)
{
	const struct cyaml_schema_field *field = schema->mapping.fields;

	while (field->key != NULL && strcmp(field->key, key) != 0)
		field++;
	return field->key != NULL ? field : NULL;
}

/* The current event ends the mapping whose first line is LINE. */
static int check_required(
	struct walk *walk, const struct cyaml_schema_value *schema, const char *path, size_t line)
{
	const struct cyaml_schema_field *field = schema->mapping.fields;

	for (; field->key != NULL; field++) {
		cleanup_free char *below =
			xasprintf("%s%s%s", path, *path != '\0' ? "." : "", field->key);
		cleanup_free char *keys = NULL;

		if ((field->value.flags & CYAML_FLAG_OPTIONAL) != 0 ||
			spec_yaml_line(walk->yaml, below) != 0)
			continue;
		keys = join_keys(schema, true);
		walk->event.start_mark.line = line - 1;
		return complain(walk, path, "missing key '%s': required are %s", field->key, keys);
	}
	return 0;
}

static int check_mapping(
	struct walk *walk, const struct cyaml_schema_value *schema, const char *path)
{
	size_t line = walk->event.start_mark.line + 1;

	if (walk->event.type != YAML_MAPPING_START_EVENT)
		return complain_type(walk, schema, *path != '\0' ? path : "the file");
	for (;;) {
		const struct cyaml_schema_field *field;
		cleanup_free char *key_path = NULL;
		size_t key_line;

		if (next_event(walk) != 0)
			return -1;
		if (walk->event.type == YAML_MAPPING_END_EVENT)
			return check_required(walk, schema, path, line);
		key_path = take_key(walk, path);
		if (key_path == NULL)
			return -1;
		field = find_field(schema, event_text(walk));
		if (field == NULL) {
			cleanup_free char *keys = join_keys(schema, false);

			return complain(walk, path, "unknown key '%.60s': allowed are %s",
				event_text(walk), keys);
		}
		key_line = walk->event.start_mark.line + 1;
		spec_yaml_record(walk->yaml, key_path, NULL, key_line);
		if (next_event(walk) != 0 || check_value(walk, &field->value, key_path) != 0)
			return -1;
	}
}

static int check_value(struct walk *walk, const struct cyaml_schema_value *schema, const char *path)
{
	switch (schema->type) {
	case CYAML_MAPPING:
		return check_mapping(walk, schema, path);
	case CYAML_SEQUENCE:
		return check_list(walk, schema, path);
	case CYAML_IGNORE:
		return check_free_mapping(walk, schema, path);
	default:
		return check_scalar(walk, schema, path);
	}
}

/* One document, then the end of the stream. */
static int check_stream(struct walk *walk, const struct cyaml_schema_value *schema)
{
	if (next_event(walk) != 0 || next_event(walk) != 0)
		return -1;
	if (walk->event.type == YAML_STREAM_END_EVENT) {
		cleanup_free char *keys = join_keys(schema, true);

		walk->event.start_mark.line = 0;
		if (*keys == '\0')
			return 0;
		return complain(walk, "", "the file is empty: required are %s", keys);
	}
	if (next_event(walk) != 0 || check_value(walk, schema, "") != 0 || next_event(walk) != 0 ||
		next_event(walk) != 0)
		return -1;
	if (walk->event.type != YAML_STREAM_END_EVENT)
		return complain(walk, "", "a second document begins: allowed is one");
	return 0;
}

int spec_yaml_check(struct spec_yaml *yaml, const char *bytes, size_t len,
	const struct cyaml_schema_value *schema, struct error *err)
{
	/* libyaml skips a byte order mark only where it guesses the encoding, which is not
	 * wanted. */
	size_t mark = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	struct walk walk = {.bytes = bytes + mark, .len = len - mark, .yaml = yaml, .err = err};
	int result;

	if (!yaml_parser_initialize(&walk.parser))
		return err_set(err, EXIT_OS, "%s: libyaml does not start", yaml->file);
	yaml_parser_set_encoding(&walk.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&walk.parser, (const unsigned char *)walk.bytes, walk.len);
	result = check_stream(&walk, schema);
	yaml_event_delete(&walk.event);
	yaml_parser_delete(&walk.parser);
	return result;
}
