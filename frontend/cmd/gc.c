/* bottle gc */
#include "agent.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "journal.h"
#include "json.h"
#include "mem.h"
#include "print.h"
#include "strv.h"
#include "teardown.h"

struct garbage {
	struct strv dead; /* launches */
	struct teardown_orphans orphans;
	unsigned packs;
};

static int find(struct context *ctx, struct garbage *garbage, struct error *err)
{
	garbage->packs = agent_sweep(ctx, true);
	return teardown_find_dead(ctx, &garbage->dead, err) == 0
		       ? teardown_find_orphans(ctx, &garbage->orphans, err)
		       : -1;
}

static void show(const struct garbage *garbage, bool acted)
{
	const char *verb = acted ? "removed " : "";

	for (size_t i = 0; i < garbage->dead.count; i++)
		print_line(stdout, "%sdead launch  %s", verb, garbage->dead.item[i]);
	for (size_t i = 0; i < garbage->orphans.count; i++)
		print_line(stdout, "%s%-11s  %s", verb,
			garbage->orphans.item[i].is_network ? "network" : "container",
			garbage->orphans.item[i].name);
	if (garbage->packs > 0)
		printf("%shalf-made packs  %u\n", verb, garbage->packs);
	if (garbage->dead.count + garbage->orphans.count + garbage->packs == 0)
		puts("nothing to remove");
	else if (!acted)
		puts("bottle gc -f removes this");
}

static void show_json(const struct garbage *garbage, bool acted)
{
	json_t *dead = json_array(), *orphans = json_array();

	for (size_t i = 0; i < garbage->dead.count; i++)
		json_array_append_new(dead, json_string(garbage->dead.item[i]));
	for (size_t i = 0; i < garbage->orphans.count; i++)
		json_array_append_new(orphans, json_string(garbage->orphans.item[i].name));
	json_print(json_pack("{s:s, s:b, s:o, s:o, s:i}", "schema", "bottle.gc/1", "removed", acted,
		"dead_launches", dead, "orphans", orphans, "half_made_packs", (int)garbage->packs));
}

/* One that cannot be removed does not keep the others. */
static int sweep(struct context *ctx, struct garbage *garbage)
{
	int code = EXIT_OK;

	for (size_t i = 0; i < garbage->dead.count; i++) {
		cleanup_journal struct journal journal = JOURNAL_INIT;
		cleanup_error struct error failed = ERROR_INIT;

		if (journal_lock(ctx, garbage->dead.item[i], 0, &journal, &failed) != 0 ||
			(journal_exists(&journal) && teardown(ctx, &journal, &failed) != 0)) {
			err_wrap(&failed, "gc: %s", garbage->dead.item[i]);
			err_print(&failed, stderr);
			code = (int)failed.code;
		}
	}
	for (size_t i = 0; i < garbage->orphans.count; i++) {
		cleanup_error struct error failed = ERROR_INIT;

		if (teardown_remove_orphan(ctx, &garbage->orphans.item[i], &failed) != 0) {
			err_wrap(&failed, "gc");
			err_print(&failed, stderr);
			code = (int)failed.code;
		}
	}
	agent_sweep(ctx, false);
	return code;
}

int cmd_gc(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	struct garbage garbage = {.packs = 0};
	bool act = cmd_flag(args, "force");
	int code = EXIT_OK;

	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return -1;
	print_warnings(&ctx);
	if (find(&ctx, &garbage, err) != 0) {
		code = err_wrap(err, "gc");
	} else {
		if (act)
			code = sweep(&ctx, &garbage);
		if (cmd_flag(args, "json"))
			show_json(&garbage, act && code == EXIT_OK);
		else
			show(&garbage, act && code == EXIT_OK);
	}
	strv_clear(&garbage.dead);
	teardown_orphans_clear(&garbage.orphans);
	return code;
}
