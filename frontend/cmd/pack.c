/* bottle pack */
#include "pack.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "agent.h"
#include "approve.h"
#include "clock.h"
#include "command.h"
#include "context.h"
#include "duration.h"
#include "err.h"
#include "json.h"
#include "mem.h"
#include "num.h"
#include "pack_store.h"
#include "print.h"
#include "spec.h"
#include "steps.h"
#include "table.h"

/* Caller frees. */
static char *size_text(uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
	double size = (double)bytes;
	size_t i = 0;

	for (; size >= 1024 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		size /= 1024;
	return xasprintf(i == 0 ? "%.0f %s" : "%.1f %s", size, units[i]);
}

static char *date_text(int64_t seconds)
{
	time_t at = (time_t)seconds;
	char date[32] = "";
	struct tm utc;

	if (gmtime_r(&at, &utc) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%SZ", &utc);
	return xstrdup(date);
}

static bool is_folder(const char *word)
{
	struct stat st;

	return word[0] == '/' || word[0] == '.' || (stat(word, &st) == 0 && S_ISDIR(st.st_mode));
}

static int set_agent(struct bottle_spec *spec, const char *word, struct error *err)
{
	char *folder = NULL;

	if (!is_folder(word))
		return spec_set_image(spec, word, err);
	folder = realpath(word, NULL);
	if (folder == NULL)
		return err_errno(err, EXIT_DATA, "the folder %s", word);
	spec->agent.dockerfile = xasprintf("%s/Dockerfile", strcmp(folder, "/") == 0 ? "" : folder);
	free(folder);
	return 0;
}

static void show_built(const struct agent *agent, bool json)
{
	const char *name = strrchr(agent->pack, '/') + 1;
	cleanup_free char *key = xstrndup(name, strlen(name) - strlen(PACK_SUFFIX)), *size = NULL;
	struct stat st = {.st_size = 0};

	(void)stat(agent->pack, &st);
	if (json) {
		json_print(json_pack("{s:s, s:{s:s, s:s, s:s, s:s, s:I, s:b}}", "schema",
			"bottle.pack/1", "built", "key", key, "image", agent->image, "image_id",
			agent->image_id, "path", agent->pack, "size", (json_int_t)st.st_size,
			"packed", agent->made));
		return;
	}
	size = size_text((uint64_t)st.st_size);
	print_line(stdout, "key    %s", key);
	print_line(stdout, "image  %s", agent->image_id);
	print_line(stdout, "path   %s", agent->pack);
	print_line(stdout, "size   %s", size);
	puts(agent->made ? "packed" : "cached");
}

static int build(struct context *ctx, const struct cmd_args *args, struct error *err)
{
	cleanup_spec struct bottle_spec spec = BOTTLE_SPEC_INIT;
	cleanup_steps struct steps steps = STEPS_INIT;
	struct agent agent = AGENT_INIT;
	int result;

	ctx->engine_unproven = cmd_flag(args, "engine-unproven");
	if (set_agent(&spec, args->operand[1], err) != 0 ||
		approve_build(ctx, spec.agent.dockerfile, !cmd_flag(args, "json"), err) != 0)
		return -1;
	steps_start(&steps, ctx);
	ctx->progress.output = steps_output;
	result = agent_prepare(ctx, &spec, &agent, err);
	steps_stop(&steps);
	if (result == 0)
		show_built(&agent, cmd_flag(args, "json"));
	agent_clear(&agent);
	return result;
}

static void add_row(struct table *table, const struct pack_entry *entry, bool with_version)
{
	cleanup_free char *size = size_text(entry->size), *date = date_text(entry->used);

	table_add(table, entry->key);
	if (entry->image == NULL && entry->image_id != NULL)
		table_addf(table, "%.19s", entry->image_id); /* sha256: and 12 digits */
	else
		table_add(table, entry->image);
	table_add(table, size);
	if (with_version)
		table_add(table, entry->smolvm);
	table_add(table, date);
}

static json_t *entry_json(const struct pack_entry *entry)
{
	return json_pack("{s:s, s:s, s:o, s:o, s:I, s:o, s:I}", "key", entry->key, "path",
		entry->path, "image", json_text(entry->image), "image_id",
		json_text(entry->image_id), "size", (json_int_t)entry->size, "smolvm",
		json_text(entry->smolvm), "last_used", (json_int_t)entry->used);
}

static int list(struct context *ctx, const struct cmd_args *args, struct error *err)
{
	static const char *const headings[] = {"KEY", "IMAGE", "SIZE", "SMOLVM", "LAST-USED", NULL};
	cleanup_pack_store struct pack_store store = PACK_STORE_INIT;
	json_t *packs;
	struct table table;

	if (pack_store_read(ctx, &store, err) != 0)
		return -1;
	pack_store_name(ctx, &store);
	if (!cmd_flag(args, "json")) {
		table_init(&table, headings);
		for (size_t i = 0; i < store.count; i++)
			add_row(&table, &store.item[i], true);
		table_print(&table, stdout);
		return 0;
	}
	packs = json_array();
	for (size_t i = 0; i < store.count; i++)
		json_array_append_new(packs, entry_json(&store.item[i]));
	json_print(json_pack("{s:s, s:o}", "schema", "bottle.pack/1", "packs", packs));
	return 0;
}

static int read_choice(const struct cmd_args *args, struct pack_choice *ret, struct error *err)
{
	const char *age = cmd_value(args, "older-than"), *keep = cmd_value(args, "keep");
	uint32_t count = 0;

	*ret = (struct pack_choice){clock_epoch(), -1, 0};
	if (age != NULL && !parse_duration(age, &ret->older_than))
		return err_set(
			err, EXIT_USAGE_ERROR, "--older-than '%s': allowed is " DURATION_RULE, age);
	if (keep != NULL && !parse_u32(keep, 0, 1000000, &count))
		return err_set(err, EXIT_USAGE_ERROR, "--keep '%s': allowed is a number", keep);
	ret->keep = count;
	return 0;
}

/* Removes what may go; what is in use after all stays and says so. */
static int remove_all(struct pack_store *store)
{
	int code = 0;

	for (size_t i = 0; i < store->count; i++) {
		cleanup_error struct error failed = ERROR_INIT;
		struct pack_entry *at = &store->item[i];

		if (at->spared != NULL || pack_store_remove(at, &failed) == 0)
			continue;
		at->spared = xstrdup(failed.message);
		if (failed.code == EXIT_AGAIN)
			continue;
		err_wrap(&failed, "pack prune: %s", at->key);
		err_print(&failed, stderr);
		code = (int)failed.code;
	}
	return code;
}

static void show_pruned(const struct pack_store *store, bool acted)
{
	static const char *const headings[] = {"KEY", "IMAGE", "SIZE", "LAST-USED", NULL};
	cleanup_free char *size = NULL;
	struct table table;
	uint64_t total = 0;
	size_t going = 0;

	for (size_t i = 0; i < store->count; i++) {
		const struct pack_entry *at = &store->item[i];

		if (at->spared != NULL) {
			print_line(stdout, "stays  %s  (%s)", at->key, at->spared);
			continue;
		}
		if (going++ == 0)
			table_init(&table, headings);
		add_row(&table, at, false);
		total += at->size;
	}
	if (going == 0) {
		puts("nothing to remove");
		return;
	}
	table_print(&table, stdout);
	size = size_text(total);
	printf(acted ? "removed %zu, %s\n" : "%zu, %s; bottle pack prune -f removes this\n", going,
		size);
}

static void show_pruned_json(const struct pack_store *store, bool acted)
{
	json_t *packs = json_array(), *spared = json_array();

	for (size_t i = 0; i < store->count; i++) {
		const struct pack_entry *at = &store->item[i];

		if (at->spared == NULL)
			json_array_append_new(packs, entry_json(at));
		else
			json_array_append_new(
				spared, json_pack("{s:s, s:s}", "key", at->key, "why", at->spared));
	}
	json_print(json_pack("{s:s, s:b, s:o, s:o}", "schema", "bottle.pack/1", "removed", acted,
		"packs", packs, "spared", spared));
}

static int prune(struct context *ctx, const struct cmd_args *args, struct error *err)
{
	cleanup_pack_store struct pack_store store = PACK_STORE_INIT;
	bool act = cmd_flag(args, "force");
	struct pack_choice choice;
	int code = 0;

	if (read_choice(args, &choice, err) != 0 || pack_store_read(ctx, &store, err) != 0 ||
		pack_store_guard(ctx, &store, err) != 0)
		return -1;
	pack_store_choose(&store, &choice);
	pack_store_name(ctx, &store);
	if (act)
		code = remove_all(&store);
	if (cmd_flag(args, "json"))
		show_pruned_json(&store, act);
	else
		show_pruned(&store, act);
	return code;
}

static const struct verb {
	const char *name;
	size_t operands; /* the verb itself counts */
	const char *options[5];
	int (*run)(struct context *ctx, const struct cmd_args *args, struct error *err);
} verbs[] = {
	{"build", 2, {"engine", "engine-unproven", "json"}, build},
	{"ls", 1, {"engine", "json"}, list},
	{"prune", 1, {"engine", "json", "older-than", "keep", "force"}, prune},
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static bool takes(const struct verb *verb, const char *option)
{
	for (size_t i = 0; i < sizeof(verb->options) / sizeof(verb->options[0]); i++)
		if (verb->options[i] != NULL && strcmp(verb->options[i], option) == 0)
			return true;
	return false;
}

static int check_usage(const struct verb *verb, const struct cmd_args *args, struct error *err)
{
	if (verb == NULL)
		return err_set(err, EXIT_USAGE_ERROR, "pack: '%s' is none of build, ls, prune",
			args->operand[0]);
	if (args->operands != verb->operands)
		return err_set(err, EXIT_USAGE_ERROR,
			args->operands < verb->operands ? "pack %s: an image or a folder is missing"
							: "pack %s takes no operand",
			verb->name);
	for (size_t i = 0; i < args->given; i++)
		if (!takes(verb, args->option[i]->name))
			return err_set(err, EXIT_USAGE_ERROR, "pack %s takes no --%s", verb->name,
				args->option[i]->name);
	return 0;
}

int cmd_pack(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	const struct verb *verb = find_verb(args->operand[0]);
	int code;

	if (check_usage(verb, args, err) != 0)
		return err_note(err, "next", "bottle help pack");
	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return -1;
	print_warnings(&ctx);
	code = verb->run(&ctx, args, err);
	return code < 0 ? err_wrap(err, "pack %s", verb->name) : code;
}
