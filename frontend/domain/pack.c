/* Making packs. */
#include "pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "context.h"
#include "engine.h"
#include "engine_image.h"
#include "engine_socket.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "pack_registry.h"
#include "registry_remains.h"
#include "self.h"
#include "sha256.h"
#include "smolvm.h"

enum {
	LOCK_MS = 35 * 60 * 1000, /* somebody else may be packing a large image */
	HOLD_MS = 5000,           /* a removal */
};

static const char temporary_prefix[] = ".making-";

char *pack_folder(const struct context *ctx)
{
	return xasprintf("%s/smolmachines", ctx->cache_root);
}

/* Whether the description beside PATH says that it is IMAGE_ID, packed by VERSION for this machine. */
static bool described(
	const char *path, const char *image_id, const char *version, bool *ret_other_version)
{
	cleanup_free char *beside = xasprintf("%s.json", path);
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_buf struct buf text = BUF_INIT(65536);
	json_auto_t *json = NULL;
	const char *id, *by, *arch;
	struct stat st;

	if (stat(path, &st) != 0 || fs_read(beside, &text, &ignored) != 0)
		return false;
	json = json_loadb(buf_str(&text), text.len, 0, NULL);
	id = json_string_value(json_object_get(json, "image"));
	by = json_string_value(json_object_get(json, "smolvm"));
	arch = json_string_value(json_object_get(json, "arch"));
	if (id == NULL || by == NULL || arch == NULL || strcmp(id, image_id) != 0 ||
		strcmp(arch, self_arch()) != 0 ||
		json_integer_value(json_object_get(json, "size")) != st.st_size)
		return false;
	*ret_other_version = strcmp(by, version) != 0;
	return !*ret_other_version;
}

char *pack_find(const struct context *ctx, const char *image_id, bool *ret_cached)
{
	cleanup_free char *folder = pack_folder(ctx), *path = NULL;
	const char *colon = strchr(image_id, ':'), *hex = colon ? colon + 1 : image_id;
	bool other = false;

	path = xasprintf("%s/%.*s" PACK_SUFFIX, folder, (int)PACK_KEY_LEN, hex);
	*ret_cached = described(path, image_id, ctx->vm->version, &other);
	if (!other)
		return steal_str(&path);
	free(path);
	path = xasprintf(
		"%s/%.*s-%s" PACK_SUFFIX, folder, (int)PACK_KEY_LEN, hex, ctx->vm->version);
	*ret_cached = described(path, image_id, ctx->vm->version, &other);
	return steal_str(&path);
}

int pack_check(const struct context *ctx, struct error *err)
{
	return ctx->vm->caps->pack_archive ? 0 : pack_registry_check(ctx, err);
}

/* Named after this process, so that pack_sweep knows when it is gone. */
static char *temporary_name(const char *folder, const char *name)
{
	uint64_t start = 0;

	self_process_start(getpid(), &start);
	return xasprintf("%s/%s%d-%llu-%.*s", folder, temporary_prefix, (int)getpid(),
		(unsigned long long)start, (int)PACK_KEY_LEN, name);
}

char *pack_temporary(const char *folder, const char *name, struct error *err)
{
	cleanup_free char *temporary = temporary_name(folder, name);

	return fs_private_dir(folder, err) == 0 && fs_private_dir(temporary, err) == 0
		       ? steal_str(&temporary)
		       : NULL;
}

/* Writes down in PATH what the pack MADE is. */
static int describe(const struct context *ctx, const char *image_id, const char *made,
	const char *path, struct error *err)
{
	cleanup_fd int fd = open(made, O_RDONLY | O_CLOEXEC);
	cleanup_free char *text = NULL;
	json_auto_t *json = NULL;
	char chunk[65536], hex[SHA256_HEX_LEN];
	struct sha256 sha;
	json_int_t size = 0;
	ssize_t got;

	if (fd < 0)
		return err_errno(err, EXIT_CANTCREATE, "smolvm made no %s", made);
	sha256_init(&sha);
	for (; (got = read(fd, chunk, sizeof(chunk))) > 0; size += got)
		sha256_update(&sha, chunk, (size_t)got);
	if (got < 0 || fsync(fd) != 0)
		return err_errno(err, EXIT_CANTCREATE, "read %s", made);
	sha256_final_hex(&sha, hex);
	json = json_pack("{s:s, s:s, s:s, s:s, s:I}", "image", image_id, "smolvm", ctx->vm->version,
		"arch", self_arch(), "sha256", hex, "size", size);
	text = json_dumps(json, JSON_INDENT(2));
	return fs_write(path, text, strlen(text), err);
}

static int by_archive(struct context *ctx, struct engine *engine, const char *image_id,
	const char *folder, const char *made, struct error *err)
{
	cleanup_free char *archive = xasprintf("%s/image.tar", folder);

	return engine_image_save(engine, &ctx->mounted, image_id, archive, err) == 0
		       ? smolvm_pack(ctx->vm, archive, made, err)
		       : -1;
}

/* In FOLDER, of this process alone; then under its name. The description goes first: what it is about must be as
 * large as it says, so one beside an older or no pack is none. */
static int make_in(struct context *ctx, const char *image_id, const char *folder, const char *path,
	struct error *err)
{
	cleanup_free char *made = xasprintf("%s/agent" PACK_SUFFIX, folder);
	cleanup_free char *about = xasprintf("%s/about", folder);
	cleanup_free char *beside = xasprintf("%s.json", path);
	struct engine_socket socket = {ctx->socket, (char *)"the engine in use"};
	struct engine *engine = NULL;
	int result;

	if (engine_open(&socket, &engine, err) != 0)
		return -1;
	result = ctx->vm->caps->pack_archive
			 ? by_archive(ctx, engine, image_id, folder, made, err)
			 : pack_registry_run(ctx, engine, image_id, folder, made, err);
	engine_free(engine);
	if (result != 0 || describe(ctx, image_id, made, about, err) != 0)
		return -1;
	if (rename(about, beside) != 0 || rename(made, path) != 0)
		return err_errno(err, EXIT_CANTCREATE, "rename to %s", path);
	return 0;
}

int pack_make(struct context *ctx, const char *image_id, const char *path, bool *ret_made,
	struct error *err)
{
	cleanup_free char *folder = pack_folder(ctx), *temporary = NULL;
	cleanup_free char *lock_path = xasprintf("%s.lock", path);
	cleanup_fd int lock = -1;
	bool other, made = false;
	int result;

	if (ret_made != NULL)
		*ret_made = false;
	if (described(path, image_id, ctx->vm->version, &other))
		return 0;
	if (fs_private_dir(folder, err) != 0 || (lock = fs_lock(lock_path, LOCK_MS, err)) < 0)
		return -1;
	if (described(path, image_id, ctx->vm->version, &other))
		return 0; /* another process has made it meanwhile */
	temporary = pack_temporary(folder, strrchr(path, '/') + 1, err);
	if (temporary == NULL)
		return -1;
	result = make_in(ctx, image_id, temporary, path, err);
	made = result == 0;
	if (!registry_remains_noted(temporary)) /* else a later pack_sweep needs it */
		fs_remove_flat(temporary);
	if (ret_made != NULL)
		*ret_made = made;
	return result;
}

int pack_plan(struct context *ctx, const char *image_id, const char *path, struct error *err)
{
	cleanup_free char *folder = pack_folder(ctx), *temporary = NULL, *made = NULL;

	if (!ctx->vm->caps->pack_archive) {
		context_warn(ctx, "the requests of packing by a registry are not listed");
		return 0;
	}
	temporary = temporary_name(folder, strrchr(path, '/') + 1);
	made = xasprintf("%s/agent" PACK_SUFFIX, temporary);
	return by_archive(ctx, ctx->engine, image_id, temporary, made, err);
}

int pack_hold(const char *path, int *ret, struct error *err)
{
	cleanup_free char *lock_path = xasprintf("%s.lock", path);
	cleanup_fd int lock = fs_lock_shared(lock_path, HOLD_MS, err);

	if (lock < 0)
		return -1;
	if (utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW) != 0) {
		err_errno(err, EXIT_AGAIN, "use %s", path);
		return err_note(err, "next", "try again; bottle pack prune may have removed it");
	}
	*ret = steal_fd(&lock);
	return 0;
}

/* Whether the process that a temporary folder is named after is gone. */
static bool abandoned(const char *name)
{
	int pid;
	unsigned long long wanted;
	uint64_t start;

	if (sscanf(name + sizeof(temporary_prefix) - 1, "%d-%llu-", &pid, &wanted) != 2)
		return false;
	return self_process_start(pid, &start) != 0 ? errno != EPERM : start != wanted;
}

unsigned pack_sweep(const struct context *ctx, bool dry)
{
	cleanup_free char *folder = pack_folder(ctx);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned found = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		cleanup_free char *path = xasprintf("%s/%s", folder, entry->d_name);

		if (strncmp(entry->d_name, temporary_prefix, sizeof(temporary_prefix) - 1) != 0 ||
			!abandoned(entry->d_name))
			continue;
		if (dry || registry_remains_clear(ctx, path))
			found += dry || fs_remove_tree(path);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}
