/* Images, packs and the cache of packs. */
#include "agent.h"

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

#include "build_tree.h"
#include "context.h"
#include "engine.h"
#include "engine_image.h"
#include "engine_socket.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "self.h"
#include "sha256.h"
#include "smolvm.h"
#include "spec.h"
#include "trust.h"

enum {
	KEY_LEN = 16,             /* hex digits of the image id that name a pack */
	LOCK_MS = 35 * 60 * 1000, /* somebody else may be packing a large image */
};

static const char temporary_prefix[] = ".making-";

static char *cache_folder(const struct context *ctx)
{
	return xasprintf("%s/smolmachines", ctx->cache_root);
}

/* Whether the description beside a pack says that it is IMAGE_ID, packed by the engine in use. */
static bool described(
	const char *pack, const char *image_id, const char *version, bool *ret_other_version)
{
	cleanup_free char *path = xasprintf("%s.json", pack);
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_buf struct buf text = BUF_INIT(65536);
	json_auto_t *json = NULL;
	const char *id, *by, *arch;
	struct stat st;

	if (stat(pack, &st) != 0 || fs_read(path, &text, &ignored) != 0)
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

/* KEY.smolmachine, or KEY-VERSION.smolmachine when the former is another engine version's. */
static void find_cached(const struct context *ctx, struct agent *agent)
{
	cleanup_free char *folder = cache_folder(ctx);
	const char *hex = strchr(agent->image_id, ':');
	bool other = false;

	hex = hex ? hex + 1 : agent->image_id;
	agent->pack = xasprintf("%s/%.*s.smolmachine", folder, KEY_LEN, hex);
	agent->cached = described(agent->pack, agent->image_id, ctx->vm->version, &other);
	if (!other)
		return;
	free(agent->pack);
	agent->pack = xasprintf("%s/%.*s-%s.smolmachine", folder, KEY_LEN, hex, ctx->vm->version);
	agent->cached = described(agent->pack, agent->image_id, ctx->vm->version, &other);
}

static int resolve_image(struct context *ctx, struct agent *agent, struct error *err)
{
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;

	if (engine_image_inspect(ctx->engine, agent->image, &image, err) != 0)
		return err_wrap(err, "agent image");
	agent->image_id = xstrdup(image.id);
	find_cached(ctx, agent);
	return 0;
}

/* Named after this process, so that agent_sweep knows when it is gone. */
static char *temporary_name(const char *folder, const char *name)
{
	uint64_t start = 0;

	self_process_start(getpid(), &start);
	return xasprintf("%s/%s%d-%llu-%.*s", folder, temporary_prefix, (int)getpid(),
		(unsigned long long)start, KEY_LEN, name);
}

/* A folder in the cache for a file NAME in the making. NULL with *err set. */
static char *make_temporary(const char *folder, const char *name, struct error *err)
{
	cleanup_free char *temporary = temporary_name(folder, name);

	return fs_private_dir(folder, err) == 0 && fs_private_dir(temporary, err) == 0
		       ? steal_str(&temporary)
		       : NULL;
}

/* docker gets a folder of ours, of the very bytes whose hash was approved: it reads for as long as a build takes, and
 * an agent may write in the original all the while. */
static int build_from(struct context *ctx, const char *dockerfile, const char *copy,
	const char *tag, struct error *err)
{
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_trust_record struct trust_record was = {0};
	cleanup_free char *inner = xasprintf("%s%s", copy, strrchr(dockerfile, '/'));
	const struct engine_build build = {inner, copy, tag, dockerfile};

	if (build_tree_read(dockerfile, copy, &file, err) != 0 ||
		trust_find(ctx, &file, &was, err) != 0)
		return -1;
	if (!trust_given(&file, &was))
		return trust_refuse(&file, &was, err);
	return engine_image_build(ctx->engine, &ctx->mounted, &build, err);
}

static int build(
	struct context *ctx, const char *dockerfile, struct agent *agent, struct error *err)
{
	cleanup_free char *folder = cache_folder(ctx), *temporary = NULL, *copy = NULL;
	char hex[SHA256_HEX_LEN];
	int result;

	context_doing(ctx, "preflight", "building the image from %s", dockerfile);
	sha256_hex(dockerfile, strlen(dockerfile), hex);
	temporary = make_temporary(folder, hex, err);
	if (temporary == NULL)
		return -1;
	copy = xasprintf("%s/context", temporary);
	agent->image = xasprintf("bottle-agent-%.12s:latest", hex);
	result = build_from(ctx, dockerfile, copy, agent->image, err);
	fs_remove_tree(temporary);
	return result;
}

/* Reads FILE into our copy PACK, which is there afterwards if FILE holds what WAS approved. */
static int copy_pack(struct trust_file *file, const struct trust_record *was, const char *folder,
	const char *pack, struct error *err)
{
	cleanup_free char *temporary = make_temporary(folder, was->sha256, err);
	cleanup_free char *copy = xasprintf("%s/copy", temporary ? temporary : "");
	cleanup_fd int out = -1;
	int result = 0;

	if (temporary == NULL)
		return -1;
	out = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		result = err_errno(err, EXIT_CANTCREATE, "create %s", copy);
	else if ((result = trust_read(file, SIZE_MAX, out, err)) == 0 && trust_given(file, was) &&
		 (fsync(out) != 0 || rename(copy, pack) != 0))
		result = err_errno(err, EXIT_CANTCREATE, "copy %s to %s", file->path, pack);
	fs_remove_flat(temporary);
	return result;
}

/* smolvm takes a path, and whoever wrote the pack may write it again. So it gets a copy of ours, of the very
 * bytes whose hash was approved. What root alone can write is used as it is. */
static int resolve_pack(
	const struct context *ctx, const char *name, struct agent *agent, struct error *err)
{
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_trust_record struct trust_record was = {0};
	cleanup_free char *folder = cache_folder(ctx), *copy = NULL;

	agent->cached = true;
	if (trust_open(name, &file, err) != 0)
		return -1;
	if (file.rooted) {
		agent->pack = xstrdup(file.path);
		return 0;
	}
	if (fs_private_dir(folder, err) != 0 || trust_find(ctx, &file, &was, err) != 0)
		return -1;
	copy = xasprintf("%s/sha256-%s.smolmachine", folder, was.sha256 ? was.sha256 : "");
	if ((was.sha256 == NULL || fs_exists(copy)
			    ? trust_read(&file, SIZE_MAX, -1, err)
			    : copy_pack(&file, &was, folder, copy, err)) != 0)
		return -1;
	if (!trust_given(&file, &was))
		return trust_refuse(&file, &was, err);
	agent->pack = steal_str(&copy);
	return 0;
}

int agent_resolve(
	struct context *ctx, const struct bottle_spec *spec, struct agent *agent, struct error *err)
{
	if (spec->agent.pack != NULL)
		return resolve_pack(ctx, spec->agent.pack, agent, err) == 0
			       ? 0
			       : err_wrap(err, "agent.pack");
	if (spec->agent.image != NULL)
		agent->image = xstrdup(spec->agent.image);
	else if (build(ctx, spec->agent.dockerfile, agent, err) != 0)
		return -1;
	return resolve_image(ctx, agent, err);
}

static int describe(const struct context *ctx, const struct agent *agent, const char *made,
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
		return err_errno(err, EXIT_CANTCREATE, "pack: smolvm made no %s", made);
	sha256_init(&sha);
	for (; (got = read(fd, chunk, sizeof(chunk))) > 0; size += got)
		sha256_update(&sha, chunk, (size_t)got);
	if (got < 0 || fsync(fd) != 0)
		return err_errno(err, EXIT_CANTCREATE, "pack: read %s", made);
	sha256_final_hex(&sha, hex);
	json = json_pack("{s:s, s:s, s:s, s:s, s:I}", "image", agent->image_id, "smolvm",
		ctx->vm->version, "arch", self_arch(), "sha256", hex, "size", size);
	text = json_dumps(json, JSON_INDENT(2));
	return fs_write(path, text, strlen(text), err);
}

/* FOLDER is where the image is put on its way into the pack MADE. */
static int save_and_pack(struct context *ctx, struct engine *engine, const struct agent *agent,
	const char *folder, const char *made, struct error *err)
{
	cleanup_free char *archive = xasprintf("%s/image.tar", folder);

	return engine_image_save(engine, &ctx->mounted, agent->image_id, archive, err) == 0
		       ? smolvm_pack(ctx->vm, archive, made, err)
		       : -1;
}

static int make_pack(
	struct context *ctx, const struct agent *agent, const char *folder, struct error *err)
{
	cleanup_free char *made = xasprintf("%s/agent.smolmachine", folder);
	cleanup_free char *json = xasprintf("%s.json", agent->pack);
	struct engine_socket socket = {ctx->socket, (char *)"the engine in use"};
	struct engine *engine = NULL;
	int packed;

	if (engine_open(&socket, &engine, err) != 0)
		return -1;
	packed = save_and_pack(ctx, engine, agent, folder, made, err);
	engine_free(engine);
	if (packed != 0 || describe(ctx, agent, made, json, err) != 0)
		return -1;
	return rename(made, agent->pack) == 0
		       ? 0
		       : err_errno(err, EXIT_CANTCREATE, "pack: rename to %s", agent->pack);
}

int agent_pack(struct context *ctx, struct agent *agent, struct error *err)
{
	cleanup_free char *folder = cache_folder(ctx), *lock_path = NULL, *temporary = NULL;
	cleanup_fd int lock = -1;
	bool other;
	int result;

	if (agent->cached)
		return 0;
	lock_path = xasprintf("%s.lock", agent->pack);
	if (fs_private_dir(folder, err) != 0 || (lock = fs_lock(lock_path, LOCK_MS, err)) < 0)
		return err_wrap(err, "pack");
	if (described(agent->pack, agent->image_id, ctx->vm->version, &other))
		return 0; /* another launch has packed it meanwhile */
	context_doing(ctx, "machine", "packing %s, once for all launches of it", agent->image);
	temporary = make_temporary(folder, strrchr(agent->pack, '/') + 1, err);
	if (temporary == NULL)
		return -1;
	result = make_pack(ctx, agent, temporary, err);
	fs_remove_flat(temporary);
	return result == 0 ? 0 : err_wrap(err, "pack %s", agent->image);
}

int agent_plan(struct context *ctx, const struct agent *agent, struct error *err)
{
	cleanup_free char *folder = cache_folder(ctx), *temporary = NULL, *made = NULL;

	if (agent->cached)
		return 0;
	temporary = temporary_name(folder, strrchr(agent->pack, '/') + 1);
	made = xasprintf("%s/agent.smolmachine", temporary);
	return save_and_pack(ctx, ctx->engine, agent, temporary, made, err);
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

unsigned agent_sweep(const struct context *ctx, bool dry)
{
	cleanup_free char *folder = cache_folder(ctx);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned found = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		cleanup_free char *path = xasprintf("%s/%s", folder, entry->d_name);

		if (strncmp(entry->d_name, temporary_prefix, sizeof(temporary_prefix) - 1) == 0 &&
			abandoned(entry->d_name))
			found += dry || fs_remove_tree(path);
	}
	if (dir != NULL)
		closedir(dir);
	return found;
}

void agent_clear(struct agent *agent)
{
	free(agent->image);
	free(agent->image_id);
	free(agent->pack);
	*agent = (struct agent){NULL, NULL, NULL, false};
}
