/* bottle ps */
#include "clock.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "inventory.h"
#include "json.h"
#include "mem.h"
#include "print.h"
#include "slug.h"
#include "table.h"

/* "45s", "14m", "3h", "2d" */
static char *span(int64_t seconds)
{
	static const struct {
		int64_t size;
		char unit;
	} units[] = {{86400, 'd'}, {3600, 'h'}, {60, 'm'}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (seconds >= units[i].size)
			return xasprintf(
				"%lld%c", (long long)(seconds / units[i].size), units[i].unit);
	return xasprintf("%llds", (long long)(seconds > 0 ? seconds : 0));
}

static void print_table(const struct inventory *inventory, bool all)
{
	static const char *const own[] = {
		"NAME", "STATE", "ALIAS", "BACKEND", "VERIFIED", "UP", NULL};
	static const char *const everyone[] = {
		"NAME", "STATE", "ALIAS", "BACKEND", "VERIFIED", "UP", "OWNER", NULL};
	struct table table;

	table_init(&table, all ? everyone : own);
	for (size_t i = 0; i < inventory->count; i++) {
		const struct inventory_row *row = &inventory->row[i];
		cleanup_free char *up = row->verified ? span(clock_epoch() - row->since) : NULL;

		table_add(&table, row->name);
		table_add(&table, row->state);
		table_add(&table, row->alias);
		table_add(&table, row->backend);
		table_add(&table, row->verified ? row->verified : row->mine ? "no" : NULL);
		table_add(&table, up);
		if (all)
			table_add(&table, row->owner);
	}
	table_print(&table, stdout);
}

/* For scripts, and only what can be a name: other rows are shown by the other forms. */
static void print_names(const struct inventory *inventory)
{
	for (size_t i = 0; i < inventory->count; i++)
		if (slug_valid(inventory->row[i].name))
			printf("%s\n", inventory->row[i].name);
}

static void print_json(const struct inventory *inventory)
{
	json_t *list = json_array();

	for (size_t i = 0; i < inventory->count; i++) {
		const struct inventory_row *row = &inventory->row[i];

		json_array_append_new(list,
			json_pack("{s:s, s:s, s:o, s:s, s:o, s:I, s:s, s:b, s:o}", "name",
				row->name, "state", row->state, "alias", json_text(row->alias),
				"backend", row->backend, "verified", json_text(row->verified),
				"since", (json_int_t)row->since, "owner", row->owner, "mine",
				row->mine, "reason", json_text(row->reason)));
	}
	json_print(json_pack("{s:s, s:o}", "schema", "bottle.ps/1", "bottles", list));
}

int cmd_ps(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_inventory struct inventory inventory = INVENTORY_INIT;
	int result;

	if (cmd_flag(args, "quiet") && cmd_flag(args, "json"))
		return err_set(
			err, EXIT_USAGE_ERROR, "ps: --quiet and --json are two forms: one of them");
	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return -1;
	print_warnings(&ctx);
	result = inventory_read(&ctx, cmd_flag(args, "all"), &inventory, err);
	if (cmd_flag(args, "quiet"))
		print_names(&inventory);
	else if (cmd_flag(args, "json"))
		print_json(&inventory);
	else
		print_table(&inventory, cmd_flag(args, "all"));
	return result == 0 ? EXIT_OK : err_wrap(err, "ps: this is not the whole list");
}
