/* bottle trust */
#include "trust.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "build_tree.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "json.h"
#include "mem.h"
#include "printable.h"
#include "table.h"

struct how {
	bool json, dockerfile;
};

static json_t *entry(enum trust_kind kind, const char *path, const char *sha256)
{
	return json_pack(
		"{s:s, s:s, s:s}", "kind", trust_kind_name(kind), "path", path, "sha256", sha256);
}

static int read_file(const char *name, struct trust_file *file, struct error *err)
{
	return trust_open(name, file, err) == 0 ? trust_read(file, SIZE_MAX, -1, err) : -1;
}

static int trust(const struct context *ctx, const char *name, const struct how *how, json_t *list,
	struct error *err)
{
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_free char *path = NULL;
	bool tree = how->dockerfile || build_tree_named(name);

	if ((tree ? build_tree_read(name, NULL, &file, err) : read_file(name, &file, err)) != 0 ||
		trust_approve(ctx, &file, err) != 0)
		return -1;
	path = printable(file.path);
	if (!how->json)
		printf("%s is trusted%s: sha256 %s\n", path,
			tree ? " with what it builds from" : "", file.sha256);
	json_array_append_new(list, entry(file.kind, file.path, file.sha256));
	return 0;
}

static int revoke(const struct context *ctx, const char *name, const struct how *how, json_t *list,
	struct error *err)
{
	cleanup_free char *shown = printable(name);
	bool found = false;

	if (trust_revoke(ctx, name, &found, err) != 0)
		return -1;
	if (!how->json)
		printf("%s %s\n", shown, found ? "is no longer trusted" : "was not trusted");
	json_array_append_new(list, json_pack("{s:s, s:b}", "name", name, "found", found));
	return 0;
}

static void add_row(struct table *table, const struct trust_record *record)
{
	time_t since = (time_t)record->since;
	char date[32] = "";
	struct tm utc;

	if (gmtime_r(&since, &utc) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	table_add(table, date);
	table_add(table, trust_kind_name(record->kind));
	table_add(table, record->sha256);
	table_add(table, record->path);
}

static int list_all(const struct context *ctx, bool json, struct error *err)
{
	static const char *const headings[] = {"SINCE", "KIND", "SHA256", "PATH", NULL};
	struct trust_record *record = NULL;
	struct table table = {0, 0, NULL};
	json_t *list;
	size_t count = 0;

	if (trust_list(ctx, &record, &count, err) != 0)
		return err_wrap(err, "trust");
	list = json_array();
	if (!json)
		table_init(&table, headings);
	for (size_t i = 0; i < count; i++) {
		json_t *one = entry(record[i].kind, record[i].path, record[i].sha256);

		json_object_set_new(one, "since", json_integer((json_int_t)record[i].since));
		json_array_append_new(list, one);
		if (!json)
			add_row(&table, &record[i]);
		trust_record_clear(&record[i]);
	}
	free(record);
	if (json)
		json_print(json_pack("{s:s, s:O}", "schema", "bottle.trust/1", "trusted", list));
	else
		table_print(&table, stdout);
	json_decref(list);
	return EXIT_OK;
}

int cmd_trust(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	const struct how how = {cmd_flag(args, "json"), cmd_flag(args, "dockerfile")};
	bool list = cmd_flag(args, "list"), revoking = cmd_flag(args, "revoke");
	int code = EXIT_OK;
	json_t *done;

	if (list == (args->operands > 0) || (list && revoking) ||
		(how.dockerfile && (list || revoking))) {
		err_set(err, EXIT_USAGE_ERROR, "trust: name files, or say --list");
		return err_note(err, "next", "bottle help trust");
	}
	if (context_open(&ctx, NULL, err) != 0)
		return -1;
	if (list)
		return list_all(&ctx, how.json, err);
	done = json_array();
	/* One that cannot be read does not keep the others. */
	for (size_t i = 0; i < args->operands; i++) {
		cleanup_error struct error failed = ERROR_INIT;

		if ((revoking ? revoke : trust)(&ctx, args->operand[i], &how, done, &failed) != 0) {
			err_wrap(&failed, "trust");
			err_print(&failed, stderr);
			code = (int)failed.code;
		}
	}
	if (how.json)
		json_print(json_pack("{s:s, s:O}", "schema", "bottle.trust/1",
			revoking ? "revoked" : "trusted", done));
	json_decref(done);
	return code;
}
