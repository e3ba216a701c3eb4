/* bottle gc */
#include "command.h"
#include "context.h"
#include "err.h"
#include "json.h"
#include "mem.h"
#include "pack.h"
#include "print.h"
#include "registry_remains.h"
#include "strv.h"
#include "teardown.h"

struct garbage {
	struct strv dead; /* launches */
	struct teardown_orphans orphans;
	struct strv registries; /* of packings that were killed */
	unsigned packs;
	size_t shown,
		shown_orphans; /* of each list, from its beginning: what was found, or removed */
};

static int find(struct context *ctx, struct garbage *garbage, struct error *err)
{
	garbage->packs = pack_sweep(ctx, true);
	if (teardown_find_dead(ctx, &garbage->dead, err) != 0 ||
		teardown_find_orphans(ctx, &garbage->orphans, err) != 0 ||
		registry_remains_sweep(ctx, true, &garbage->registries, err) != 0)
		return -1;
	garbage->shown = garbage->dead.count;
	garbage->shown_orphans = garbage->orphans.count;
	return 0;
}

static void show(const struct garbage *garbage, bool acted)
{
	const char *verb = acted ? "removed " : "";

	for (size_t i = 0; i < garbage->shown; i++)
		print_line(stdout, "%sdead launch  %s", verb, garbage->dead.item[i]);
	for (size_t i = 0; i < garbage->shown_orphans; i++)
		print_line(stdout, "%s%-11s  %s", verb,
			garbage->orphans.item[i].is_network ? "network" : "container",
			garbage->orphans.item[i].name);
	for (size_t i = 0; i < garbage->registries.count; i++)
		print_line(stdout, "%sregistry     %s", verb, garbage->registries.item[i]);
	if (garbage->packs > 0)
		printf("%shalf-made packs  %u\n", verb, garbage->packs);
	if (garbage->dead.count + garbage->orphans.count + garbage->registries.count +
			garbage->packs ==
		0)
		puts("nothing to remove");
	else if (!acted)
		puts("bottle gc -f removes this");
}

static void show_json(const struct garbage *garbage, bool acted)
{
	json_t *dead = json_array(), *orphans = json_array(), *registries = json_array();

	for (size_t i = 0; i < garbage->shown; i++)
		json_array_append_new(dead, json_string(garbage->dead.item[i]));
	for (size_t i = 0; i < garbage->shown_orphans; i++)
		json_array_append_new(orphans, json_string(garbage->orphans.item[i].name));
	for (size_t i = 0; i < garbage->registries.count; i++)
		json_array_append_new(registries, json_string(garbage->registries.item[i]));
	json_print(json_pack("{s:s, s:b, s:o, s:o, s:o, s:i}", "schema", "bottle.gc/1", "removed",
		acted, "dead_launches", dead, "orphans", orphans, "registries", registries,
		"half_made_packs", (int)garbage->packs));
}

/* One that cannot be removed does not keep the others. What was removed moves to the beginning of its list. */
static int sweep(struct context *ctx, struct garbage *garbage)
{
	cleanup_error struct error unswept = ERROR_INIT;
	int code = EXIT_OK;

	garbage->shown = garbage->shown_orphans = 0;
	for (size_t i = 0; i < garbage->dead.count; i++) {
		cleanup_error struct error failed = ERROR_INIT;
		char **to = &garbage->dead.item[garbage->shown], **at = &garbage->dead.item[i];
		int result = teardown_if_dead(ctx, *at, &failed);

		if (result == 0) {
			char *moved = *to;

			*to = *at;
			*at = moved;
			garbage->shown++;
		}
		if (result >= 0)
			continue;
		err_wrap(&failed, "gc: %s", *at);
		err_print(&failed, stderr);
		code = (int)failed.code;
	}
	for (size_t i = 0; i < garbage->orphans.count; i++) {
		cleanup_error struct error failed = ERROR_INIT;
		struct teardown_orphan *to = &garbage->orphans.item[garbage->shown_orphans];
		struct teardown_orphan *at = &garbage->orphans.item[i];

		if (teardown_remove_orphan(ctx, at, &failed) == 0) {
			struct teardown_orphan moved = *to;

			*to = *at;
			*at = moved;
			garbage->shown_orphans++;
			continue;
		}
		err_wrap(&failed, "gc");
		err_print(&failed, stderr);
		code = (int)failed.code;
	}
	strv_clear(&garbage->registries);
	if (registry_remains_sweep(ctx, false, &garbage->registries, &unswept) != 0) {
		err_wrap(&unswept, "gc");
		err_print(&unswept, stderr);
		code = (int)unswept.code;
	}
	pack_sweep(ctx, false);
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
			show_json(&garbage, act);
		else
			show(&garbage, act);
	}
	strv_clear(&garbage.dead);
	strv_clear(&garbage.registries);
	teardown_orphans_clear(&garbage.orphans);
	return code;
}
