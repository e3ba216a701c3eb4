/* What the spec names as the agent, as a pack in the cache. */
#include "agent.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build_tree.h"
#include "clock.h"
#include "context.h"
#include "engine_image.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "pack.h"
#include "sha256.h"
#include "spec.h"
#include "trust.h"

static int resolve_image(struct context *ctx, struct agent *agent, struct error *err)
{
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;

	if (engine_image_inspect(ctx->engine, agent->image, &image, err) != 0)
		return err_wrap(err, "agent image");
	agent->image_id = xstrdup(image.id);
	if (ctx->vm == NULL) /* a container is made of the image itself */
		return 0;
	agent->pack = pack_find(ctx, agent->image_id, &agent->cached);
	agent->in_cache = true;
	return agent->cached ? 0 : pack_check(ctx, err);
}

/* docker gets a folder of ours, of the very bytes whose hash was approved: it reads for as long as a build takes, and
 * an agent may write in the original all the while. */
static int build_from(struct context *ctx, const char *dockerfile, const char *copy,
	const char *tag, struct error *err)
{
	const struct engine_build_watch watch = {ctx->progress.output, ctx->progress.arg};
	cleanup_trust_file struct trust_file file = TRUST_FILE_INIT;
	cleanup_trust_record struct trust_record was = {0};
	cleanup_free char *inner = xasprintf("%s%s", copy, strrchr(dockerfile, '/'));
	const struct engine_build build = {inner, copy, tag, dockerfile};

	if (build_tree_read(dockerfile, copy, &file, err) != 0 ||
		trust_find(ctx, &file, &was, err) != 0)
		return -1;
	if (!trust_given(&file, &was))
		return trust_refuse(&file, &was, err);
	return engine_image_build(ctx->engine, &ctx->mounted, &build, &watch, err);
}

static int build(
	struct context *ctx, const char *dockerfile, struct agent *agent, struct error *err)
{
	cleanup_free char *folder = pack_folder(ctx), *temporary = NULL, *copy = NULL;
	char hex[SHA256_HEX_LEN];
	int result;

	context_doing(ctx, "preflight", "building the image from %s", dockerfile);
	sha256_hex(dockerfile, strlen(dockerfile), hex);
	temporary = pack_temporary(folder, hex, err);
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
	cleanup_free char *temporary = pack_temporary(folder, was->sha256, err);
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
	cleanup_free char *folder = pack_folder(ctx), *copy = NULL;

	agent->cached = true;
	if (trust_open(name, &file, err) != 0)
		return -1;
	if (file.rooted) {
		agent->pack = xstrdup(file.path);
		return 0;
	}
	if (fs_private_dir(folder, err) != 0 || trust_find(ctx, &file, &was, err) != 0)
		return -1;
	copy = xasprintf(
		"%s/" PACK_COPY_PREFIX "%s" PACK_SUFFIX, folder, was.sha256 ? was.sha256 : "");
	if ((was.sha256 == NULL || fs_exists(copy)
			    ? trust_read(&file, SIZE_MAX, -1, err)
			    : copy_pack(&file, &was, folder, copy, err)) != 0)
		return -1;
	if (!trust_given(&file, &was))
		return trust_refuse(&file, &was, err);
	agent->pack = steal_str(&copy);
	agent->in_cache = true;
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

int agent_pack(struct context *ctx, struct agent *agent, struct error *err)
{
	pack_sweep(ctx, false);
	if (agent->image_id != NULL && !agent->cached)
		context_doing(
			ctx, "machine", "packing %s, once for all launches of it", agent->image);
	if (agent->image_id != NULL &&
		pack_make(ctx, agent->image_id, agent->pack, &agent->made, err) != 0)
		return err_wrap(err, "pack %s", agent->image);
	if (agent->in_cache && pack_hold(agent->pack, &agent->held, err) != 0)
		return err_wrap(err, "pack");
	return 0;
}

int agent_plan(struct context *ctx, const struct agent *agent, struct error *err)
{
	return agent->cached ? 0 : pack_plan(ctx, agent->image_id, agent->pack, err);
}

int agent_prepare(
	struct context *ctx, const struct bottle_spec *spec, struct agent *agent, struct error *err)
{
	const struct progress *progress = &ctx->progress;
	int64_t began;

	if (context_smolvm_ask(ctx, err) != 0 || context_engine(ctx, err) != 0 ||
		context_smolvm(ctx, err) != 0 || context_judge_smolvm(ctx, err) != 0 ||
		agent_resolve(ctx, spec, agent, err) != 0)
		return -1;
	began = clock_us();
	if (progress->begin != NULL && !agent->cached)
		progress->begin(progress->arg, "pack", "packing the image");
	if (agent_pack(ctx, agent, err) != 0)
		return -1;
	if (progress->end != NULL && !agent->cached)
		progress->end(progress->arg, "pack", clock_us() - began);
	return 0;
}

void agent_clear(struct agent *agent)
{
	free(agent->image);
	free(agent->image_id);
	free(agent->pack);
	mem_cleanup_fd(&agent->held);
	*agent = (struct agent)AGENT_INIT;
}
