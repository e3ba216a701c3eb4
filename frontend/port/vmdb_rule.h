/* Comparing a JSON object with what was asked for: a table of rules for its keys, and one rule for
 * every key that is not in the table. Inside vmdb only. */
#ifndef PORT_VMDB_RULE_H
#define PORT_VMDB_RULE_H

#include <jansson.h>

#include "strv.h"

struct error;
struct vmdb_template;

/* What was found to differ so far, one line each. Zero-initialise with the template. */
struct vmdb_diff {
	const struct vmdb_template *template;
	struct strv lines;
};

enum vmdb_kind {
	VMDB_TEXT,   /* the string .text; absent or null is the same default */
	VMDB_STRING, /* any string or null: from the image, or a path of the engine's */
	VMDB_NUMBER, /* any number or null */
	VMDB_BOOL,   /* true, false or null */
	VMDB_ANY,    /* anything: .text says why that is harmless */
	VMDB_OBJECT, /* an object of its own rules .inner; absent or null is its default */
	VMDB_OURS,   /* .check, which is called with NULL when the key is absent */
};

struct vmdb_rule {
	const char *key; /* NULL ends a table */
	enum vmdb_kind kind;
	const char *text;
	const struct vmdb_rule *inner;
	void (*check)(struct vmdb_diff *diff, const char *path, const json_t *value);
};

/* Compares OBJECT key by key. A key without a rule must be empty (vmdb_json_is_empty). PREFIX
 * stands before the keys in the lines: "" or "resources.". */
void vmdb_rule_compare(struct vmdb_diff *diff, const struct vmdb_rule *rules, const char *prefix,
	const json_t *object);

/* Adds the line "PATH: expected EXPECTED, found VALUE". */
void vmdb_diff_add(
	struct vmdb_diff *diff, const char *path, const char *expected, const json_t *value);

/* Adds "PATH: expected WANT, found VALUE" unless they are equal. Takes WANT over. */
void vmdb_diff_expect(struct vmdb_diff *diff, const char *path, json_t *want, const json_t *value);

/* 0 when there is no line; else -1 with an EXIT_REFUSED that has all of them. Releases the lines.
 * WHAT names the thing compared. */
int vmdb_diff_report(struct vmdb_diff *diff, const char *what, struct error *err);

/* Checks that records and policy files have in common (.check of VMDB_OURS). */
void vmdb_check_cpus(struct vmdb_diff *diff, const char *path, const json_t *value);
void vmdb_check_memory(struct vmdb_diff *diff, const char *path, const json_t *value);
void vmdb_check_network(struct vmdb_diff *diff, const char *path, const json_t *value);
void vmdb_check_cidrs(struct vmdb_diff *diff, const char *path, const json_t *value);
void vmdb_check_dns(struct vmdb_diff *diff, const char *path, const json_t *value);
void vmdb_check_sockets(struct vmdb_diff *diff, const char *path, const json_t *value);

#endif
