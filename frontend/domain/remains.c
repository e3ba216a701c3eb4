/* Words for gc, and folders without a journal. */
#include "remains.h"

#include <jansson.h>
#include <string.h>
#include <sys/stat.h>

#include "context.h"
#include "engine_container.h"
#include "engine_network.h"
#include "err.h"
#include "journal.h"
#include "mem.h"
#include "moment.h"
#include "strv.h"

/* When the journal was last written to. */
static void last_word(const struct context *ctx, const char *slug, char ret[static MOMENT_STRLEN])
{
	cleanup_free char *path = xasprintf("%s/%s/journal", ctx->state_root, slug);
	struct stat st;

	moment_print(stat(path, &st) == 0 ? (int64_t)st.st_mtime * 1000 : 0, ret);
	strcpy(strchr(ret, '.'), "Z");
}

char *remains_of_launch(const struct context *ctx, const char *slug)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	cleanup_error struct error unreadable = ERROR_INIT;
	char since[MOMENT_STRLEN];

	last_word(ctx, slug, since);
	if (journal_read(ctx, slug, &facts, &unreadable) != 0)
		return xasprintf("since %s: its journal cannot be read any more", since);
	if (facts.lost != NULL)
		return xasprintf("since %s: lost (%s), and not removed whole", since, facts.lost);
	if (facts.pid == 0)
		return xasprintf(
			"since %s: the host was started anew before the bottle was ready", since);
	return xasprintf("since %s: the launch (pid %d) ended before the bottle was ready", since,
		(int)facts.pid);
}

static char *orphan_text(const char *created)
{
	static const char why[] = "no journal of its launch is here, and no machine of its name";

	/* "2026-11-28T21:00:00.123456789Z" */
	return created != NULL && strlen(created) > 19 ? xasprintf("made %.19sZ: %s", created, why)
						       : xstrdup(why);
}

char *remains_of_orphan(struct context *ctx, bool is_network, const char *id)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
	cleanup_engine_networks struct engine_networks networks = ENGINE_NETWORKS_INIT;
	cleanup_error struct error gone = ERROR_INIT;

	if (!is_network && engine_container_inspect(ctx->engine, id, &container, &gone) == 0)
		return orphan_text(json_string_value(json_object_get(container.json, "Created")));
	if (is_network && engine_network_list(ctx->engine, &networks, &gone) == 0)
		for (size_t i = 0; i < networks.count; i++)
			if (strcmp(networks.item[i].id, id) == 0)
				return orphan_text(json_string_value(
					json_object_get(networks.item[i].json, "Created")));
	return orphan_text(NULL);
}

static bool has_journal(const struct context *ctx, const char *slug)
{
	cleanup_free char *path = xasprintf("%s/%s/journal", ctx->state_root, slug);
	struct stat st;

	return lstat(path, &st) == 0;
}

int remains_find_folders(const struct context *ctx, struct strv *slugs, struct error *err)
{
	cleanup_strv struct strv all = STRV_INIT;

	if (journal_slugs(ctx, &all, err) != 0)
		return -1;
	for (size_t i = 0; i < all.count; i++)
		if (!has_journal(ctx, all.item[i]) && !journal_is_locked(ctx, all.item[i]))
			strv_push(slugs, all.item[i]);
	return 0;
}

int remains_remove_folder(const struct context *ctx, const char *slug, struct error *err)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;

	if (journal_lock(ctx, slug, 0, &journal, err) != 0)
		return -1;
	if (journal_exists(&journal))
		return 1;
	return journal_remove(&journal, err);
}
