/* Listing the cache, and removing from it. */
#include "pack_store.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "context.h"
#include "engine.h"
#include "engine_image.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "pack.h"
#include "strv.h"
#include "vmdb.h"

static char *copy_string(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text != NULL ? xstrdup(text) : NULL;
}

/* What the description beside ENTRY's pack says; without a sound one there is none. */
static void describe(struct pack_entry *entry)
{
	cleanup_free char *beside = xasprintf("%s.json", entry->path);
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_buf struct buf text = BUF_INIT(65536);
	json_auto_t *json = NULL;

	entry->ours = strncmp(entry->key, PACK_COPY_PREFIX, strlen(PACK_COPY_PREFIX)) == 0;
	if (!fs_exists(beside) || fs_read(beside, &text, &ignored) != 0)
		return;
	json = json_loadb(buf_str(&text), text.len, 0, NULL);
	entry->image_id = copy_string(json, "image");
	entry->smolvm = copy_string(json, "smolvm");
	entry->ours = entry->ours || (entry->image_id != NULL && entry->smolvm != NULL);
}

static void add(struct pack_store *store, const char *folder, const char *name)
{
	size_t len = strlen(name), suffix = strlen(PACK_SUFFIX);
	struct pack_entry *entry;
	struct stat st;
	char *path;

	if (len <= suffix || strcmp(name + len - suffix, PACK_SUFFIX) != 0 || name[0] == '.')
		return;
	path = xasprintf("%s/%s", folder, name);
	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
		free(path);
		return;
	}
	store->item = xrealloc(store->item, store->count + 1, sizeof(*store->item));
	entry = &store->item[store->count++];
	*entry = (struct pack_entry){
		.key = xstrndup(name, len - suffix),
		.path = path,
		.size = (uint64_t)st.st_size,
		.used = st.st_mtime,
	};
	describe(entry);
}

static int by_use(const void *a, const void *b)
{
	const struct pack_entry *x = a, *y = b;

	if (x->used != y->used)
		return x->used > y->used ? -1 : 1;
	return strcmp(x->key, y->key);
}

int pack_store_read(const struct context *ctx, struct pack_store *ret, struct error *err)
{
	cleanup_free char *folder = pack_folder(ctx);
	DIR *dir = opendir(folder);
	struct dirent *entry;

	if (dir == NULL)
		return errno == ENOENT ? 0 : err_errno(err, EXIT_OS, "read %s", folder);
	while ((entry = readdir(dir)) != NULL)
		add(ret, folder, entry->d_name);
	closedir(dir);
	if (ret->count > 0)
		qsort(ret->item, ret->count, sizeof(*ret->item), by_use);
	return 0;
}

void pack_store_name(struct context *ctx, struct pack_store *store)
{
	cleanup_error struct error failed = ERROR_INIT;

	if (store->count == 0 || context_engine(ctx, &failed) != 0)
		return;
	for (size_t i = 0; i < store->count; i++) {
		cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;
		cleanup_strv struct strv names = STRV_INIT;
		cleanup_error struct error unknown = ERROR_INIT;
		struct pack_entry *at = &store->item[i];

		if (at->image_id == NULL)
			continue;
		if (engine_image_inspect(ctx->engine, at->image_id, &image, &unknown) == 0) {
			engine_image_tags(&image, &names);
			at->image = names.count > 0 ? strv_join(&names, ", ") : NULL;
		} else if (engine_fault(ctx->engine) == ENGINE_FAULT_TRANSPORT) {
			return; /* one that hangs is not waited for again */
		}
	}
}

static void spare(struct pack_entry *entry, char *why)
{
	if (entry->spared == NULL)
		entry->spared = why;
	else
		free(why);
}

static bool is_same(const char *a, const char *b)
{
	struct stat x, y;

	return strcmp(a, b) == 0 || (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev &&
					    x.st_ino == y.st_ino);
}

/* The lock, alone, or -1 with EXIT_AGAIN. Made if it is not there: a launch may be about to take it. */
static int lock_alone(const struct pack_entry *entry, struct error *err)
{
	cleanup_free char *path = xasprintf("%s.lock", entry->path);

	return fs_lock(path, 0, err);
}

static bool is_held(const struct pack_entry *entry)
{
	cleanup_free char *path = xasprintf("%s.lock", entry->path);
	cleanup_error struct error held = ERROR_INIT;
	cleanup_fd int lock = -1;

	if (!fs_exists(path))
		return false;
	lock = lock_alone(entry, &held);
	return lock < 0;
}

int pack_store_guard(struct context *ctx, struct pack_store *store, struct error *err)
{
	cleanup_strv struct strv machines = STRV_INIT, packs = STRV_INIT;

	if (context_vmdb(ctx, err) != 0 || vmdb_packs(ctx->vmdb, &machines, &packs, err) != 0)
		return -1;
	for (size_t i = 0; i < store->count; i++) {
		if (!store->item[i].ours)
			spare(&store->item[i], xstrdup("not made by bottle"));
		for (size_t k = 0; k < packs.count; k++)
			if (is_same(store->item[i].path, packs.item[k]))
				spare(&store->item[i], xasprintf("machine %s", machines.item[k]));
		if (is_held(&store->item[i]))
			spare(&store->item[i], xstrdup("in use by a launch or a packing"));
	}
	return 0;
}

void pack_store_choose(struct pack_store *store, const struct pack_choice *choice)
{
	for (size_t i = 0; i < store->count; i++) {
		struct pack_entry *at = &store->item[i];

		if (i < choice->keep)
			spare(at, xasprintf("one of the %zu last used", choice->keep));
		else if (choice->older_than >= 0 && choice->now - at->used < choice->older_than)
			spare(at, xstrdup("used since"));
	}
}

int pack_store_remove(const struct pack_entry *entry, struct error *err)
{
	cleanup_free char *beside = xasprintf("%s.json", entry->path);
	cleanup_free char *lock_path = xasprintf("%s.lock", entry->path);
	cleanup_fd int lock = lock_alone(entry, err);
	struct stat st;

	if (lock < 0)
		return err->code == EXIT_AGAIN
			       ? err_set(err, EXIT_AGAIN, "in use by a launch or a packing")
			       : -1;
	if (lstat(entry->path, &st) != 0)
		return errno == ENOENT ? 0 : err_errno(err, EXIT_OS, "look at %s", entry->path);
	/* A launch that came and ended since the records were read has left one of its own. */
	if (st.st_mtime != entry->used)
		return err_set(err, EXIT_AGAIN, "it was used meanwhile");
	if (unlink(entry->path) != 0)
		return err_errno(err, EXIT_OS, "remove %s", entry->path);
	unlink(beside);
	unlink(lock_path);
	return 0;
}

void pack_store_clear(struct pack_store *store)
{
	for (size_t i = 0; i < store->count; i++) {
		struct pack_entry *at = &store->item[i];

		free(at->key);
		free(at->path);
		free(at->image_id);
		free(at->image);
		free(at->smolvm);
		free(at->spared);
	}
	free(store->item);
	*store = (struct pack_store)PACK_STORE_INIT;
}
