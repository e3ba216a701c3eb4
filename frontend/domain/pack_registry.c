/* A registry for as long as one packing takes. */
#include "pack_registry.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_image.h"
#include "engine_network.h"
#include "engine_push.h"
#include "err.h"
#include "mem.h"
#include "names.h"
#include "random.h"
#include "registry.h"
#include "registry_remains.h"
#include "smolvm.h"
#include "strv.h"

enum {
	PORT = 5000, /* of the container; where every registry image listens */
	PIDS_MAX = 256,
	READY_MS = 60000, /* to start and answer, under emulation */
	READY_PAUSE_MS = 100,
	LOG_LINES = 5,
	LOG_MAX = 8192,
};

/* What one packing makes; freed by registry_clear, taken apart by undo. */
struct registry {
	char *name;       /* of container and network */
	char *repository; /* path in the registry */
	char *network, *container;
	uint16_t port;
};

#define cleanup_registry __attribute__((cleanup(registry_clear)))

static void registry_clear(struct registry *registry)
{
	free(registry->name);
	free(registry->repository);
	free(registry->network);
	free(registry->container);
}

static int require_setting(const struct context *ctx, struct error *err)
{
	if (ctx->settings.registry_image != NULL)
		return 0;
	err_set(err, EXIT_CONFIG,
		"smolvm %s packs from a registry alone, and registry_image is not set",
		ctx->vm->version);
	return err_note(err, "next",
		"install/get-smolvm (1.32.2 needs none), or: docker pull registry:2 && "
		"echo 'registry_image: registry:2' >>%s",
		ctx->settings.user_file);
}

int pack_registry_check(const struct context *ctx, struct error *err)
{
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;

	if (require_setting(ctx, err) != 0)
		return -1;
	return engine_image_inspect(ctx->engine, ctx->settings.registry_image, &image, err) == 0
		       ? 0
		       : err_wrap(err, "registry_image");
}

static json_t *body_of(const struct registry *registry, const char *image, json_t *labels)
{
	cleanup_free char *port = xasprintf("%d/tcp", PORT);
	cleanup_free char *listen = xasprintf("REGISTRY_HTTP_ADDR=:%d", PORT);

	return json_pack("{s:s, s:O, s:[s], s:{s:{}},"
			 " s:{s:{s:[{s:s, s:s}]}, s:b, s:{s:s}, s:s, s:[s], s:[s], s:i}}",
		"Image", image, "Labels", labels, "Env", listen, "ExposedPorts", port, "HostConfig",
		"PortBindings", port, "HostIp", "127.0.0.1", "HostPort", "", "AutoRemove", 0,
		"RestartPolicy", "Name", "no", "NetworkMode", registry->network, "CapDrop", "ALL",
		"SecurityOpt", "no-new-privileges:true", "PidsLimit", (int)PIDS_MAX);
}

/* Adds the end of the container's log. */
static void note_log(struct engine *engine, const struct registry *registry, struct error *err)
{
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_free char *log = NULL;

	if (registry->container != NULL && !cancel_asked() &&
		engine_container_logs(
			engine, registry->container, LOG_LINES, LOG_MAX, &log, &ignored) == 0 &&
		*log != '\0')
		err_note(err, "log", "%s", log);
}

/* The port, from the engine: nothing but 127.0.0.1 was asked for, and nothing else is taken. */
static int read_port(struct engine *engine, struct registry *registry, struct error *err)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;

	if (engine_container_inspect(engine, registry->container, &container, err) != 0)
		return -1;
	for (size_t i = 0; i < container.port_count; i++) {
		const struct engine_port *at = &container.ports[i];

		if (strcmp(at->host_ip, "127.0.0.1") != 0)
			return err_set(err, EXIT_REFUSED,
				"the engine published the registry on %s instead of 127.0.0.1",
				at->host_ip);
		if (at->port == PORT)
			registry->port = at->host_port;
	}
	if (strcmp(container.state, "running") != 0)
		return err_set(err, EXIT_UNAVAILABLE, "the registry is %s before it answered",
			container.state);
	if (registry->port == 0)
		return err_set(err, EXIT_UNAVAILABLE, "the engine did not publish port %d", PORT);
	return 0;
}

static int await_answer(struct engine *engine, struct registry *registry, struct error *err)
{
	int64_t deadline = clock_ms() + READY_MS;

	for (;;) {
		if (read_port(engine, registry, err) != 0)
			return -1;
		if (registry_answers(registry->port))
			return 0;
		if (cancel_asked())
			return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "interrupted");
		if (clock_ms() > deadline)
			return err_set(err, EXIT_DEADLINE,
				"the registry on 127.0.0.1:%u did not answer within %d s",
				registry->port, READY_MS / 1000);
		clock_sleep_ms(READY_PAUSE_MS);
	}
}

/* By the id that the setting's name has now: which image runs does not change in between. */
static int serve(const struct context *ctx, struct engine *engine, struct registry *registry,
	struct error *err)
{
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;
	json_auto_t *labels = registry_remains_labels(registry->name, registry->repository);
	json_auto_t *body = NULL;

	if (engine_image_inspect(engine, ctx->settings.registry_image, &image, err) != 0 ||
		engine_network_create(
			engine, registry->name, NULL, NULL, labels, &registry->network, err) != 0)
		return -1;
	body = body_of(registry, image.id, labels);
	if (engine_container_create(engine, registry->name, body, &registry->container, err) != 0 ||
		engine_container_start(engine, registry->container, err) != 0)
		return -1;
	return await_answer(engine, registry, err);
}

/* An engine removes an image with its last name, and ours would be that. */
static int require_name(struct engine *engine, const char *image_id, struct error *err)
{
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;
	cleanup_strv struct strv names = STRV_INIT;

	if (engine_image_inspect(engine, image_id, &image, err) != 0)
		return -1;
	engine_image_tags(&image, &names);
	if (names.count > 0)
		return 0;
	err_set(err, EXIT_DATA, "the image %s has no name", image_id);
	err_note(err, "why", "it would be removed with the one that it gets for the registry");
	return err_note(err, "next", "docker tag %s NAME", image_id);
}

/* That the registry has, under the digest of our push, the image that was to be packed. An engine's image id is the
 * digest of its configuration or, in a containerd store, of its manifest. */
static int compare(const struct registry *registry, const char *image_id, const char *digest,
	struct error *err)
{
	cleanup_free char *config = NULL;

	if (registry_manifest(registry->port, registry->repository, digest, &config, err) != 0)
		return -1;
	if (strcmp(config, image_id) == 0 || strcmp(digest, image_id) == 0)
		return 0;
	return err_set(err, EXIT_REFUSED, "what was pushed as %s is %.80s, not the image %s",
		digest, config, image_id);
}

static int push_and_pack(const struct context *ctx, struct engine *engine,
	const struct registry *registry, const char *image_id, const char *made, struct error *err)
{
	cleanup_free char *repository =
		xasprintf("127.0.0.1:%u/%s", registry->port, registry->repository);
	cleanup_free char *reference = NULL;
	char digest[ENGINE_DIGEST_STRLEN];

	if (engine_image_tag(engine, image_id, repository, REGISTRY_TAG, err) != 0 ||
		engine_image_push(engine, repository, REGISTRY_TAG, digest, err) != 0 ||
		compare(registry, image_id, digest, err) != 0)
		return -1;
	reference = xasprintf("localhost:%u/%s@%s", registry->port, registry->repository, digest);
	if (smolvm_pack(ctx->vm, reference, made, err) != 0)
		return -1;
	return compare(registry, image_id, digest, err);
}

/* After success or failure, also after Ctrl-C: the next one ends it. What cannot be removed is warned of. */
static bool undo(const struct context *ctx, struct engine *engine, const struct registry *registry)
{
	cleanup_error struct error failed = ERROR_INIT;
	int old = cancel_tolerate(cancel_count() + (cancel_signal() == 0));
	int result =
		registry_remains_remove(ctx, engine, registry->name, registry->repository, &failed);

	cancel_tolerate(old);
	if (result != 0)
		context_warn(ctx, "the registry %s is left: %s (bottle gc)", registry->name,
			failed.message);
	return result == 0;
}

int pack_registry_run(struct context *ctx, struct engine *engine, const char *image_id,
	const char *folder, const char *made, struct error *err)
{
	cleanup_free char *id = random_hex(REGISTRY_ID_LEN / 2);
	cleanup_registry struct registry registry = {
		.name = xasprintf(NAME_REGISTRY_PREFIX "%s", id),
		.repository = random_hex(REGISTRY_REPOSITORY_LEN / 2),
	};
	int result;

	if (require_setting(ctx, err) != 0 || require_name(engine, image_id, err) != 0 ||
		registry_remains_note(
			folder, ctx->socket, registry.name, registry.repository, err) != 0)
		return -1;
	result = serve(ctx, engine, &registry, err);
	if (result == 0)
		result = push_and_pack(ctx, engine, &registry, image_id, made, err);
	if (result != 0) {
		note_log(engine, &registry, err);
		unlink(made);
	}
	if (undo(ctx, engine, &registry))
		registry_remains_forget(folder);
	return result == 0 ? 0 : err_wrap(err, "by a registry");
}
