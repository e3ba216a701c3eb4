/* Any bytes as a file of our own, as in journal.c: a pack's description, what a packing noted of its registry, the
 * folders that agents could write; and as the label by which the process that made a registry is known. The first byte
 * chooses. */
#define context_engine_at fuzz_engine_at
#include "../../../frontend/domain/registry_remains.c"
#undef context_engine_at

#include <fcntl.h>

#include "fuzz.h"
#include "mounted.h"
#include "pack_store.h"

static struct context ctx;
static char *description, *note, *mounted, *folder;
static bool asked;

/* No engine is ever asked here, but one would be. */
int fuzz_engine_at(struct context *own, const char *socket, struct error *err)
{
	(void)own;
	asked = true;
	return err_set(err, EXIT_UNAVAILABLE, "%s", socket);
}

static void read_description(const uint8_t *data, size_t size)
{
	cleanup_pack_store struct pack_store store = PACK_STORE_INIT;
	cleanup_error struct error err = ERROR_INIT;

	fuzz_file(description, data, size);
	FUZZ_RULE(pack_store_read(&ctx, &store, &err) == 0 && store.count == 1);
	FUZZ_RULE(strcmp(store.item[0].key, "0123456789abcdef") == 0);
	if (store.item[0].ours) /* which lets it be removed */
		FUZZ_RULE(store.item[0].image_id != NULL && store.item[0].smolvm != NULL);
}

static void read_note(const uint8_t *data, size_t size)
{
	fuzz_file(note, data, size);
	asked = false;
	if (registry_remains_clear(&ctx, folder))
		FUZZ_RULE(!asked);
	else
		FUZZ_RULE(memmem(data, size, NAME_REGISTRY_PREFIX, strlen(NAME_REGISTRY_PREFIX)) ||
			  memchr(data, '\\', size));
}

static bool has_line(const uint8_t *line, size_t len)
{
	cleanup_free char *text = xstrndup((const char *)line, len);

	return strv_has(&ctx.mounted, text);
}

/* No folder may be lost, whatever a power cut left in front of it. */
static void read_mounted(const uint8_t *data, size_t size)
{
	cleanup_error struct error err = ERROR_INIT;
	const uint8_t *end = data + size, *newline;

	fuzz_file(mounted, data, size);
	FUZZ_RULE(mounted_read(&ctx, &err) == 0);
	for (; (newline = memchr(data, '\n', (size_t)(end - data))) != NULL; data = newline + 1)
		FUZZ_RULE(*data != '/' || has_line(data, (size_t)(newline - data)));
	for (size_t i = 0; i < ctx.mounted.count; i++)
		FUZZ_RULE(ctx.mounted.item[i][0] == '/' && !strchr(ctx.mounted.item[i], '\n'));
	strv_clear(&ctx.mounted);
}

static void read_label(const uint8_t *data, size_t size)
{
	cleanup_free char *text = fuzz_text(data, size), *boot = self_boot_id();
	cleanup_free char *own = NULL;
	uint64_t start = 0;

	FUZZ_RULE(self_process_start(getpid(), &start) == 0);
	own = xasprintf("%d %llu %s", (int)getpid(), (unsigned long long)start, boot);
	FUZZ_RULE(!is_gone(own) && !is_gone(NULL));
	if (is_gone(text))
		FUZZ_RULE(strpbrk(text, "0123456789") != NULL);
}

static void begin(void)
{
	cleanup_free char *packs = xasprintf("%s/smolmachines", fuzz_folder());
	cleanup_free char *pack = xasprintf("%s/0123456789abcdef.smolmachine", packs);

	ctx.state_root = xstrdup(fuzz_folder());
	ctx.cache_root = xstrdup(fuzz_folder());
	folder = xasprintf("%s/making", fuzz_folder());
	FUZZ_RULE(mkdir(packs, 0700) == 0 && mkdir(folder, 0700) == 0);
	fuzz_file(pack, (const uint8_t *)"", 0);
	description = xasprintf("%s.json", pack);
	note = xasprintf("%s/" NOTE, folder);
	mounted = xasprintf("%s/.mounted", fuzz_folder());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const uint8_t *data, size_t size) = {
		read_description, read_note, read_mounted, read_label};

	if (size == 0)
		return 0;
	if (ctx.state_root == NULL)
		begin();
	readers[data[0] % 4](data + 1, size - 1);
	return 0;
}
