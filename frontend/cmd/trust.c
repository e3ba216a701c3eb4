/* bottle trust */
#include "trust.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "command.h"
#include "context.h"
#include "err.h"
#include "json.h"
#include "mem.h"
#include "printable.h"
#include "table.h"

static json_t *entry(const char *path, const char *sha256)
{
	return json_pack("{s:s, s:s}", "path", path, "sha256", sha256);
}

static int trust(
	const struct context *ctx, const char *name, bool json, json_t *list, struct error *err)
{
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_free char *path = NULL;

	if (trust_open(name, &file, err) != 0 || trust_read(&file, SIZE_MAX, -1, err) != 0 ||
		trust_approve(ctx, &file, err) != 0)
		return -1;
	path = printable(file.path);
	if (!json)
		printf("%s is trusted: sha256 %s\n", path, file.sha256);
	json_array_append_new(list, entry(file.path, file.sha256));
	return 0;
}

static int revoke(
	const struct context *ctx, const char *name, bool json, json_t *list, struct error *err)
{
	cleanup_free char *shown = printable(name);
	bool found = false;

	if (trust_revoke(ctx, name, &found, err) != 0)
		return -1;
	if (!json)
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
	table_add(table, record->sha256);
	table_add(table, record->path);
}

static int list_all(const struct context *ctx, bool json, struct error *err)
{
	static const char *const headings[] = {"SINCE", "SHA256", "PATH", NULL};
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
		json_t *one = entry(record[i].path, record[i].sha256);

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
	bool json = cmd_flag(args, "json"), list = cmd_flag(args, "list"),
	     revoking = cmd_flag(args, "revoke");
	int code = EXIT_OK;
	json_t *done;

	if (list == (args->operands > 0) || (list && revoking)) {
		err_set(err, EXIT_USAGE_ERROR, "trust: name files, or say --list");
		return err_note(err, "next", "bottle help trust");
	}
	if (context_open(&ctx, NULL, err) != 0)
		return -1;
	if (list)
		return list_all(&ctx, json, err);
	done = json_array();
	/* One that cannot be read does not keep the others. */
	for (size_t i = 0; i < args->operands; i++) {
		cleanup_error struct error failed = ERROR_INIT;

		if ((revoking ? revoke : trust)(&ctx, args->operand[i], json, done, &failed) != 0) {
			err_wrap(&failed, "trust");
			err_print(&failed, stderr);
			code = (int)failed.code;
		}
	}
	if (json)
		json_print(json_pack("{s:s, s:O}", "schema", "bottle.trust/1",
			revoking ? "revoked" : "trusted", done));
	json_decref(done);
	return code;
}
