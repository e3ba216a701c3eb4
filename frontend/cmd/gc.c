/* bottle gc */
#include "command.h"
#include "context.h"
#include "err.h"
#include "json.h"
#include "mem.h"
#include "pack.h"
#include "print.h"
#include "registry_remains.h"
#include "remains.h"
#include "strv.h"
#include "teardown.h"

struct garbage {
	struct strv dead; /* launches */
	struct teardown_orphans orphans;
	struct strv dead_why, orphan_why; /* of each, in the same order */
	struct strv folders;              /* without a journal; when it acted, those removed */
	struct strv registries;           /* of packings that were killed */
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
	if (remains_find_folders(ctx, &garbage->folders, err) != 0)
		return -1;
	for (size_t i = 0; i < garbage->dead.count; i++)
		strv_take(&garbage->dead_why, remains_of_launch(ctx, garbage->dead.item[i]));
	for (size_t i = 0; i < garbage->orphans.count; i++)
		strv_take(&garbage->orphan_why,
			remains_of_orphan(ctx, garbage->orphans.item[i].is_network,
				garbage->orphans.item[i].id));
	garbage->shown = garbage->dead.count;
	garbage->shown_orphans = garbage->orphans.count;
	return 0;
}

static void show(const struct garbage *garbage, bool acted)
{
	const char *verb = acted ? "removed " : "";

	for (size_t i = 0; i < garbage->shown; i++)
		print_line(stdout, "%sdead launch  %s  %s", verb, garbage->dead.item[i],
			garbage->dead_why.item[i]);
	for (size_t i = 0; i < garbage->shown_orphans; i++)
		print_line(stdout, "%s%-11s  %s  %s", verb,
			garbage->orphans.item[i].is_network ? "network" : "container",
			garbage->orphans.item[i].name, garbage->orphan_why.item[i]);
	for (size_t i = 0; i < garbage->registries.count; i++)
		print_line(stdout, "%sregistry     %s  its packing has ended", verb,
			garbage->registries.item[i]);
	for (size_t i = 0; i < garbage->folders.count; i++)
		print_line(stdout, "%sfolder       %s  it has no journal", verb,
			garbage->folders.item[i]);
	if (garbage->packs > 0)
		printf("%shalf-made packs  %u\n", verb, garbage->packs);
	if (garbage->dead.count + garbage->orphans.count + garbage->registries.count +
			garbage->folders.count + garbage->packs ==
		0)
		puts("nothing to remove");
	else if (!acted)
		puts("bottle gc -f removes this");
}

static json_t *detail(const char *kind, const char *name, const char *why)
{
	return json_pack("{s:s, s:s, s:s}", "kind", kind, "name", name, "why", why);
}

/* What the text says, entry by entry. */
static json_t *details(const struct garbage *garbage)
{
	json_t *list = json_array();

	for (size_t i = 0; i < garbage->shown; i++)
		json_array_append_new(
			list, detail("launch", garbage->dead.item[i], garbage->dead_why.item[i]));
	for (size_t i = 0; i < garbage->shown_orphans; i++)
		json_array_append_new(
			list, detail(garbage->orphans.item[i].is_network ? "network" : "container",
				      garbage->orphans.item[i].name, garbage->orphan_why.item[i]));
	for (size_t i = 0; i < garbage->registries.count; i++)
		json_array_append_new(list,
			detail("registry", garbage->registries.item[i], "its packing has ended"));
	for (size_t i = 0; i < garbage->folders.count; i++)
		json_array_append_new(
			list, detail("folder", garbage->folders.item[i], "it has no journal"));
	return list;
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
	json_print(json_pack("{s:s, s:b, s:o, s:o, s:o, s:i, s:o}", "schema", "bottle.gc/1",
		"removed", acted, "dead_launches", dead, "orphans", orphans, "registries",
		registries, "half_made_packs", (int)garbage->packs, "details", details(garbage)));
}

static void swap(struct strv *list, size_t a, size_t b)
{
	char *moved = list->item[a];

	list->item[a] = list->item[b];
	list->item[b] = moved;
}

static int sweep_folders(const struct context *ctx, struct garbage *garbage)
{
	cleanup_strv struct strv found = garbage->folders;
	int code = EXIT_OK;

	garbage->folders = (struct strv)STRV_INIT;
	for (size_t i = 0; i < found.count; i++) {
		cleanup_error struct error failed = ERROR_INIT;
		int result = remains_remove_folder(ctx, found.item[i], &failed);

		if (result == 0)
			strv_push(&garbage->folders, found.item[i]);
		if (result >= 0)
			continue;
		err_wrap(&failed, "gc: %s", found.item[i]);
		err_print(&failed, stderr);
		code = (int)failed.code;
	}
	return code;
}

static int sweep_registries(struct context *ctx, struct garbage *garbage)
{
	cleanup_error struct error failed = ERROR_INIT;

	strv_clear(&garbage->registries);
	if (registry_remains_sweep(ctx, false, &garbage->registries, &failed) == 0)
		return EXIT_OK;
	err_wrap(&failed, "gc");
	err_print(&failed, stderr);
	return (int)failed.code;
}

/* One that cannot be removed does not keep the others. What was removed moves to the beginning of its list. */
static int sweep(struct context *ctx, struct garbage *garbage)
{
	int code = EXIT_OK, folders, registries;

	garbage->shown = garbage->shown_orphans = 0;
	for (size_t i = 0; i < garbage->dead.count; i++) {
		cleanup_error struct error failed = ERROR_INIT;
		int result = teardown_if_dead(ctx, garbage->dead.item[i], &failed);

		if (result == 0) {
			swap(&garbage->dead_why, garbage->shown, i);
			swap(&garbage->dead, garbage->shown++, i);
		}
		if (result >= 0)
			continue;
		err_wrap(&failed, "gc: %s", garbage->dead.item[i]);
		err_print(&failed, stderr);
		code = (int)failed.code;
	}
	for (size_t i = 0; i < garbage->orphans.count; i++) {
		cleanup_error struct error failed = ERROR_INIT;
		struct teardown_orphan *to = &garbage->orphans.item[garbage->shown_orphans];
		struct teardown_orphan *at = &garbage->orphans.item[i];

		if (teardown_remove_orphan(ctx, at, &failed) == 0) {
			struct teardown_orphan moved = *to;

			swap(&garbage->orphan_why, garbage->shown_orphans, i);
			*to = *at;
			*at = moved;
			garbage->shown_orphans++;
			continue;
		}
		err_wrap(&failed, "gc");
		err_print(&failed, stderr);
		code = (int)failed.code;
	}
	registries = sweep_registries(ctx, garbage);
	pack_sweep(ctx, false);
	folders = sweep_folders(ctx, garbage);
	return folders != EXIT_OK ? folders : registries != EXIT_OK ? registries : code;
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
	strv_clear(&garbage.dead_why);
	strv_clear(&garbage.orphan_why);
	strv_clear(&garbage.folders);
	strv_clear(&garbage.registries);
	teardown_orphans_clear(&garbage.orphans);
	return code;
}
