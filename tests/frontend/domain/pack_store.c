/* What counts as a pack, and which prune takes: age, number, and what stays whatever is asked. */
#include "pack_store.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "context.h"
#include "err.h"
#include "mem.h"
#include "tap.h"

enum { NOW = 1000000 };

/* Last used so many seconds ago, in the order of pack_store_read. */
static const int64_t ages[] = {0, 10, 10, 3600, 86400};

enum { COUNT = sizeof(ages) / sizeof(ages[0]) };

static void fill(struct pack_store *store)
{
	*store = (struct pack_store){xcalloc(COUNT, sizeof(*store->item)), COUNT};
	for (size_t i = 0; i < COUNT; i++)
		store->item[i] = (struct pack_entry){
			.key = xasprintf("key-%zu", i), .used = NOW - ages[i], .ours = true};
}

/* One letter an entry: x = goes, . = stays. */
static void letters(const struct pack_store *store, char out[static COUNT + 1])
{
	for (size_t i = 0; i < COUNT; i++)
		out[i] = store->item[i].spared == NULL ? 'x' : '.';
	out[COUNT] = '\0';
}

static void chooses(int64_t older_than, size_t keep, const char *want, const char *name)
{
	const struct pack_choice choice = {NOW, older_than, keep};
	cleanup_pack_store struct pack_store store = PACK_STORE_INIT;
	char got[COUNT + 1];

	fill(&store);
	pack_store_choose(&store, &choice);
	letters(&store, got);
	is_str(got, want, name);
}

static void spared_before(void)
{
	const struct pack_choice all = {NOW, -1, 0}, two = {NOW, -1, 2};
	cleanup_pack_store struct pack_store store = PACK_STORE_INIT;
	char got[COUNT + 1];

	fill(&store);
	store.item[0].spared = xstrdup("machine web");
	store.item[3].spared = xstrdup("machine api");
	pack_store_choose(&store, &all);
	letters(&store, got);
	is_str(got, ".xx.x", "what a machine needs stays when everything is asked for");
	pack_store_choose(&store, &two);
	letters(&store, got);
	is_str(got, "..x.x", "it counts as one of those kept");
	is_str(store.item[0].spared, "machine web", "and keeps its reason");
}

/* A file NAME of FOLDER, last used at USED. */
static void make_file(const char *folder, const char *name, time_t used)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, name);
	struct timespec times[2] = {{used, 0}, {used, 0}};
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	if (fd < 0 || write(fd, "pack", 4) != 4 || futimens(fd, times) != 0 || close(fd) != 0)
		ok(false, "test set-up: %s", path);
}

static void reads(void)
{
	static const char *const made[] = {".making-1-2-k.smolmachine", "k.smolmachine.json",
		".smolmachine", "middle.smolmachine", "old.smolmachine", "new.smolmachine"};
	char cache[] = "/tmp/bottle-packs.XXXXXX";
	struct context ctx = {.cache_root = mkdtemp(cache)};
	cleanup_free char *folder = xasprintf("%s/smolmachines", cache);
	cleanup_free char *dir = xasprintf("%s/folder.smolmachine", folder);
	cleanup_free char *link = xasprintf("%s/link.smolmachine", folder);
	cleanup_pack_store struct pack_store store = PACK_STORE_INIT;
	cleanup_error struct error err = ERROR_INIT;

	mkdir(folder, 0700);
	for (size_t i = 0; i < 6; i++)
		make_file(folder, made[i], i == 3 ? 200 : i == 4 ? 100 : 300);
	if (mkdir(dir, 0700) != 0 || symlink("old.smolmachine", link) != 0)
		ok(false, "test set-up: %s", dir);
	is_int(pack_store_read(&ctx, &store, &err), 0, "a store is read");
	is_int((long long)store.count, 3,
		"without what is half made, notes beside packs, folders and links");
	if (store.count == 3) {
		is_str(store.item[0].key, "new", "the last used first");
		is_str(store.item[1].key, "middle", "then the one before");
		is_str(store.item[2].key, "old", "and the oldest last");
		is_int((long long)store.item[0].size, 4, "with its size");
	}
	for (size_t i = 0; i < 6; i++) {
		cleanup_free char *path = xasprintf("%s/%s", folder, made[i]);

		unlink(path);
	}
	unlink(link);
	rmdir(dir);
	rmdir(folder);
	rmdir(cache);
}

int main(void)
{
	const struct pack_choice any = {NOW, -1, 0};
	struct pack_store none = PACK_STORE_INIT;

	chooses(-1, 0, "xxxxx", "without a condition all go");
	chooses(0, 0, "xxxxx", "older than 0 s: all, also what is used this second");
	chooses(1, 0, ".xxxx", "older than 1 s");
	chooses(10, 0, ".xxxx", "exactly as old as asked goes");
	chooses(11, 0, "...xx", "a second younger stays");
	chooses(86400, 0, "....x", "older than a day");
	chooses(86401, 0, ".....", "older than any: none go");
	chooses(INT64_MAX, 0, ".....", "the largest number");
	chooses(-1, 1, ".xxxx", "keep 1: the last used stays");
	chooses(-1, 4, "....x", "keep 4");
	chooses(-1, COUNT, ".....", "keep as many as there are");
	chooses(-1, SIZE_MAX, ".....", "keep more than there are");
	chooses(3600, 1, "...xx", "both: what is older, and not among the kept");
	chooses(10, 4, "....x", "both, the number deciding");
	spared_before();
	reads();
	pack_store_choose(&none, &any);
	is_int((long long)none.count, 0, "an empty store stays empty");
	pack_store_clear(&none);
	return done_testing();
}
