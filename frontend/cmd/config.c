/* bottle config */
#include <string.h>

#include "command.h"
#include "context.h"
#include "effective.h"
#include "err.h"
#include "json.h"
#include "table.h"

static void print_table(const struct effective *effective, bool origin)
{
	static const char *const plain[] = {"KEY", "VALUE", NULL};
	static const char *const with[] = {"KEY", "VALUE", "ORIGIN", "LOCKED", NULL};
	struct table table;

	table_init(&table, origin ? with : plain);
	for (int key = 0; key < SETTINGS_KEY_COUNT; key++) {
		const struct effective_row *row = &effective->row[key];

		table_add(&table, row->name);
		table_add(&table, row->value);
		if (origin) {
			table_add(&table, row->origin);
			table_add(&table, row->locked ? "yes" : "no");
		}
	}
	table_print(&table, stdout);
}

static void print_json(const struct settings *settings, const struct effective *effective)
{
	json_t *list = json_array();

	for (int key = 0; key < SETTINGS_KEY_COUNT; key++) {
		const struct effective_row *row = &effective->row[key];

		json_array_append_new(
			list, json_pack("{s:s, s:s?, s:s, s:b}", "key", row->name, "value",
				      row->value, "origin", row->origin, "locked", row->locked));
	}
	json_print(json_pack("{s:s, s:{s:s, s:s}, s:o}", "schema", "bottle.config/1", "files",
		"admin", settings->admin_file, "user", settings->user_file, "settings", list));
}

int cmd_config(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_effective struct effective effective = {.row = {{.name = NULL}}};

	if (strcmp(args->operand[0], "show") != 0) {
		err_set(err, EXIT_USAGE_ERROR, "config: '%s' is not show", args->operand[0]);
		return err_note(err, "next", "bottle config show");
	}
	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return err_wrap(err, "config show");
	effective_read(&ctx, &effective);
	if (cmd_flag(args, "json"))
		print_json(&ctx.settings, &effective);
	else
		print_table(&effective, cmd_flag(args, "origin"));
	return EXIT_OK;
}
