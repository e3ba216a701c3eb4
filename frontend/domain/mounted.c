/* The list of folders that agents could write. */
#include "mounted.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "chain.h"
#include "childenv.h"
#include "context.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "smolvm.h"
#include "spec.h"
#include "strv.h"

#define LIST_MAX (1 << 20) /* bytes */

static char *list_path(const char *state_root)
{
	return xasprintf("%s/.mounted", state_root);
}

static int too_long(const char *path, struct error *err)
{
	err_set(err, EXIT_CONFIG, "%s: the list of folders that agents could write is full", path);
	return err_note(
		err, "next", "take folders out of it that are gone, or that you have checked");
}

int mounted_read(struct context *ctx, struct error *err)
{
	cleanup_buf struct buf text = BUF_INIT(LIST_MAX);
	cleanup_free char *path = list_path(ctx->state_root);
	char *newline;
	size_t at = 0;

	if (!fs_exists(path))
		return 0;
	if (fs_read(path, &text, err) != 0)
		return text.toobig ? too_long(path, err) : -1;
	/* A power cut may leave NULs in place of a line: the lines behind them count. */
	while (at < text.len && (newline = memchr(text.data + at, '\n', text.len - at)) != NULL) {
		*newline = '\0';
		if (text.data[at] == '/')
			strv_push(&ctx->mounted, text.data + at);
		at = (size_t)(newline + 1 - text.data);
	}
	ctx->mounted_saved = ctx->mounted.count;
	return 0;
}

void mounted_add(struct context *ctx, const struct spec_mounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (!mounts->item[i].read_only &&
			chain_passes(mounts->item[i].host, &ctx->mounted) < 0)
			strv_push(&ctx->mounted, mounts->item[i].host);
	if (ctx->vm != NULL)
		smolvm_renew_env(ctx->vm, &ctx->mounted);
}

/* One write for all lines, so that two launches do not mix theirs, on a line of their own also where a power
 * cut left half of one. */
int mounted_save(struct context *ctx, struct error *err)
{
	cleanup_free char *path = list_path(ctx->state_root);
	cleanup_buf struct buf lines = BUF_INIT(LIST_MAX);
	size_t size = 0;

	if (ctx->mounted_saved == ctx->mounted.count)
		return 0;
	buf_append_str(&lines, "\n");
	for (size_t i = 0; i < ctx->mounted.count; i++) {
		size += strlen(ctx->mounted.item[i]) + 1;
		if (i < ctx->mounted_saved)
			continue;
		buf_append_str(&lines, ctx->mounted.item[i]);
		buf_append_str(&lines, "\n");
	}
	if (size > LIST_MAX)
		return too_long(path, err);
	if (fs_append(path, buf_str(&lines), lines.len, err) != 0)
		return -1;
	ctx->mounted_saved = ctx->mounted.count;
	return fs_sync(path, err);
}

int mounted_refuse_places(const struct strv *mounted, struct error *err)
{
	for (size_t i = 0; childenv_places[i] != NULL; i++) {
		const char *name = childenv_places[i], *value = childenv_place(name);
		ssize_t at = value != NULL ? chain_passes(value, mounted) : -1;

		if (at < 0)
			continue;
		err_set(err, EXIT_REFUSED, "%s: an agent may have written %s", name, value);
		err_note(err, "why", "%s was mounted writable into a bottle", mounted->item[at]);
		return err_note(err, "next", "unset %s, or put what it names elsewhere", name);
	}
	return 0;
}
