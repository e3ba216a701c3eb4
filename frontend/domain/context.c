/* Opening what commands work with. */
#include "context.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "chain.h"
#include "engine.h"
#include "engine_socket.h"
#include "err.h"
#include "fs.h"
#include "guest.h"
#include "mem.h"
#include "mounted.h"
#include "plan.h"
#include "smolvm.h"
#include "vmdb.h"

/* ${NAME:-~/FALLBACK}/LEAF; a relative value is ignored, as the XDG specification says. */
static char *xdg_folder(const char *name, const char *fallback, const char *leaf)
{
	const char *value = getenv(name), *home = getenv("HOME");

	if (value != NULL && value[0] == '/')
		return xasprintf("%s/%s", value, leaf);
	return home != NULL && home[0] == '/' ? xasprintf("%s/%s/%s", home, fallback, leaf) : NULL;
}

static void set_socket(struct context *ctx, const char *path, const char *from)
{
	char *copy = xstrdup(path), *rule = xstrdup(from); /* perhaps of what is freed here */

	free(ctx->socket);
	free(ctx->socket_from);
	ctx->socket = copy;
	ctx->socket_from = rule;
}

int context_open(struct context *ctx, const char *engine, struct error *err)
{
	char *resolved;

	ctx->state_root = xdg_folder("XDG_STATE_HOME", ".local/state", "bottle");
	ctx->cache_root = xdg_folder("XDG_CACHE_HOME", ".cache", "bot-bottle");
	if (ctx->state_root == NULL || ctx->cache_root == NULL) {
		err_set(err, EXIT_CONFIG, "HOME is not set to an absolute path");
		return err_note(err, "next", "export HOME");
	}
	/* smolvm notes the real paths of what it is given from there, and that is compared. */
	resolved = fs_resolve(ctx->cache_root);
	free(ctx->cache_root);
	ctx->cache_root = resolved;
	if (mounted_read(ctx, err) != 0 || mounted_refuse_places(&ctx->mounted, err) != 0 ||
		settings_load(&ctx->settings, err) != 0)
		return -1;
	if (engine != NULL)
		set_socket(ctx, engine, "--engine");
	return 0;
}

void context_make_plan(struct context *ctx)
{
	ctx->plan = xcalloc(1, sizeof(*ctx->plan));
	*ctx->plan = (struct plan)PLAN_INIT;
}

int context_socket(struct context *ctx, struct error *err)
{
	cleanup_engine_socket struct engine_socket found = ENGINE_SOCKET_INIT;
	const char *chosen = ctx->socket ? ctx->socket : ctx->settings.engine;
	ssize_t at;

	if (engine_socket_find(chosen, ctx->socket ? ctx->socket_from : "the setting `engine`",
		    &found, err) != 0)
		return -1;
	at = chain_passes(found.path, &ctx->mounted);
	if (at >= 0) {
		err_set(err, EXIT_REFUSED, "docker: an agent may have put the socket %s there",
			found.path);
		err_note(err, "why", "%s was mounted writable into a bottle (%s)",
			ctx->mounted.item[at], found.rule);
		return err_note(err, "next", "name the socket by another path: --engine PATH");
	}
	set_socket(ctx, found.path, found.rule);
	return 0;
}

int context_engine_unagreed(struct context *ctx, struct error *err)
{
	struct engine_socket socket;

	if (ctx->engine != NULL)
		return 0;
	if (context_socket(ctx, err) != 0)
		return -1;
	socket = (struct engine_socket){ctx->socket, ctx->socket_from};
	if (engine_open_unagreed(&socket, &ctx->engine, err) != 0)
		return -1;
	engine_set_plan(ctx->engine, ctx->plan);
	return 0;
}

int context_engine(struct context *ctx, struct error *err)
{
	return context_engine_unagreed(ctx, err) == 0 ? engine_agree(ctx->engine, err) : -1;
}

int context_engine_at(struct context *ctx, const char *socket, struct error *err)
{
	if (ctx->socket == NULL || strcmp(ctx->socket, socket) != 0) {
		engine_free(ctx->engine);
		ctx->engine = NULL;
		set_socket(ctx, socket, "the bottle's launch");
	}
	return context_engine(ctx, err);
}

int context_smolvm_find(struct context *ctx, struct error *err)
{
	if (ctx->vm != NULL)
		return 0;
	ctx->vm = xcalloc(1, sizeof(*ctx->vm));
	*ctx->vm = (struct smolvm)SMOLVM_INIT;
	ctx->vm->plan = ctx->plan;
	if (smolvm_find(ctx->vm, ctx->settings.smolvm, &ctx->mounted, err) != 0) {
		smolvm_clear(ctx->vm);
		free(ctx->vm);
		ctx->vm = NULL;
		return -1;
	}
	for (size_t i = 0; i < ctx->vm->dropped.count; i++)
		context_warn(ctx, "%s is not passed on to smolvm", ctx->vm->dropped.item[i]);
	return 0;
}

int context_smolvm_ask(struct context *ctx, struct error *err)
{
	return context_smolvm_find(ctx, err) == 0 ? smolvm_ask(ctx->vm, err) : -1;
}

int context_judge_smolvm(const struct context *ctx, struct error *err)
{
	const struct smolvm *vm = ctx->vm;

	switch (vm->standing) {
	case SMOLVM_SUPPORTED:
		return 0;
	case SMOLVM_NEWER:
		context_warn(
			ctx, "smolvm %s is newer than any that was tried: unproven", vm->version);
		return 0;
	case SMOLVM_OLDER:
		if (ctx->engine_unproven) {
			context_warn(
				ctx, "smolvm %s is unproven: %s", vm->version, vm->caps->holes);
			return 0;
		}
		err_set(err, EXIT_UNAVAILABLE, "smolvm: version %s is older than 1.32.2",
			vm->version);
		err_note(err, "why", "%s", vm->caps->holes);
		return err_note(err, "next",
			"install/get-smolvm, or --engine-unproven if that is acceptable");
	case SMOLVM_REFUSED:
		break;
	}
	err_set(err, EXIT_UNAVAILABLE, "smolvm: version %s cannot be used", vm->version);
	err_note(err, "why", "%s", vm->caps->holes);
	return err_note(err, "next", "install/get-smolvm");
}

int context_smolvm(struct context *ctx, struct error *err)
{
	if (ctx->vm_known)
		return 0;
	if (context_smolvm_ask(ctx, err) != 0 || smolvm_ask_done(ctx->vm, err) != 0)
		return -1;
	ctx->vm_known = true;
	return 0;
}

int context_vmdb(struct context *ctx, struct error *err)
{
	if (ctx->vmdb != NULL)
		return 0;
	ctx->vmdb = xcalloc(1, sizeof(*ctx->vmdb));
	if (vmdb_locate(ctx->vmdb, err) != 0)
		return -1;
	ctx->vmdb->plan = ctx->plan;
	return 0;
}

int context_guest(struct context *ctx, struct error *err)
{
	return ctx->guest != NULL ? 0 : guest_folder(ctx->cache_root, &ctx->guest, err);
}

void context_warn(const struct context *ctx, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	if (ctx->progress.warn == NULL)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	ctx->progress.warn(ctx->progress.arg, text);
}

void context_doing(const struct context *ctx, const char *step, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	if (ctx->progress.doing == NULL || ctx->plan != NULL)
		return;
	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	ctx->progress.doing(ctx->progress.arg, step, text);
}

void context_clear(struct context *ctx)
{
	engine_free(ctx->engine);
	if (ctx->vm != NULL)
		smolvm_clear(ctx->vm);
	if (ctx->vmdb != NULL)
		vmdb_clear(ctx->vmdb);
	if (ctx->plan != NULL)
		plan_clear(ctx->plan);
	free(ctx->plan);
	free(ctx->vm);
	free(ctx->vmdb);
	free(ctx->guest);
	free(ctx->socket);
	free(ctx->socket_from);
	strv_clear(&ctx->mounted);
	free(ctx->state_root);
	free(ctx->cache_root);
	settings_clear(&ctx->settings);
	*ctx = (struct context)CONTEXT_INIT;
}
