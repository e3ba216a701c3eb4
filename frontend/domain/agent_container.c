/* The agent's container. */
#include "agent_container.h"

#include <stdlib.h>
#include <string.h>

#include "agent_config.h"
#include "context.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_image.h"
#include "engine_network.h"
#include "err.h"
#include "lease.h"
#include "mem.h"
#include "names.h"

#define LABEL_READ_ONLY "io.bot-bottle.read-only-root" /* of an image */

static int name_taken(struct context *ctx, const char *slug, const char *kind, const char *name,
	struct error *err)
{
	if (engine_fault(ctx->engine) != ENGINE_FAULT_NAME_TAKEN)
		return -1;
	err_note(err, "next", "bottle stop %s or bottle gc, or docker %s %s if no bottle needs it",
		slug, kind, name);
	return -1;
}

int agent_container_network(struct context *ctx, const char *slug, const struct lease *lease,
	const json_t *labels, struct agent_container *ret, struct error *err)
{
	json_auto_t *all = json_deep_copy(labels);

	ret->name = xasprintf("%s%s", NAME_AGENT_PREFIX, slug);
	json_object_set_new(all, LABEL_ALIAS, json_string(lease->alias));
	return engine_network_create_internal(ctx->engine, ret->name, lease->inside.subnet,
		       lease->inside.gateway, all, &ret->network, err) == 0
		       ? 0
		       : name_taken(ctx, slug, "network rm", ret->name, err);
}

static int is_read_only(struct context *ctx, const char *image, bool *ret, struct error *err)
{
	cleanup_engine_image struct engine_image found = ENGINE_IMAGE_INIT;
	const char *label;

	if (engine_image_inspect(ctx->engine, image, &found, err) != 0)
		return -1;
	label = engine_image_label(&found, LABEL_READ_ONLY);
	*ret = label != NULL && strcmp(label, "yes") == 0;
	return 0;
}

int agent_container_create(struct context *ctx, const char *slug, const struct bottle_spec *spec,
	const char *image, const struct lease *lease, const json_t *labels,
	struct agent_container *container, struct error *err)
{
	cleanup_engine_container struct engine_container made = ENGINE_CONTAINER_INIT;
	struct agent_config config = {.spec = spec,
		.lease = lease,
		.labels = labels,
		.image = image,
		.network = container->network,
		.guest = ctx->guest};
	json_auto_t *body = NULL;

	if (is_read_only(ctx, image, &config.read_only, err) != 0)
		return -1;
	body = agent_config_body(&config, err);
	if (body == NULL)
		return -1;
	if (engine_container_create(ctx->engine, container->name, body, &container->id, err) != 0)
		return name_taken(ctx, slug, "rm -f", container->name, err);
	if (ctx->plan != NULL)
		return 0;
	if (engine_container_inspect(ctx->engine, container->id, &made, err) != 0 ||
		agent_config_compare(made.json, body, err) != 0)
		return -1;
	agent_config_digest(made.json, container->config);
	return 0;
}

static const char *started_at(const struct engine_container *container)
{
	const json_t *state = json_object_get(container->json, "State");
	const char *text = json_string_value(json_object_get(state, "StartedAt"));

	return text ? text : "";
}

int agent_container_start(struct context *ctx, struct agent_container *container, struct error *err)
{
	cleanup_engine_container struct engine_container now = ENGINE_CONTAINER_INIT;
	const json_t *state;

	if (engine_container_start(ctx->engine, container->id, err) != 0 ||
		engine_container_inspect(ctx->engine, container->id, &now, err) != 0)
		return -1;
	if (ctx->plan == NULL && strcmp(now.state, "running") != 0)
		return err_set(err, EXIT_UNAVAILABLE,
			"the agent's container is %s right after its start", now.state);
	state = json_object_get(now.json, "State");
	container->started = xstrdup(started_at(&now));
	container->pid = (pid_t)json_integer_value(json_object_get(state, "Pid"));
	return 0;
}

int agent_container_alive(
	struct context *ctx, const char *id, const char *started, bool *ret, struct error *err)
{
	cleanup_engine_container struct engine_container now = ENGINE_CONTAINER_INIT;
	bool found;

	*ret = false;
	if (engine_container_find(ctx->engine, id, &now, &found, err) != 0)
		return -1;
	if (!found)
		return 0;
	*ret = strcmp(now.state, "running") == 0 && strcmp(started_at(&now), started) == 0;
	return 0;
}

int agent_container_running(
	struct context *ctx, const char *slug, const char *launch, bool *ret, struct error *err)
{
	cleanup_engine_container struct engine_container now = ENGINE_CONTAINER_INIT;
	cleanup_free char *name = xasprintf("%s%s", NAME_AGENT_PREFIX, slug);
	const char *label;
	bool found;

	*ret = false;
	if (engine_container_find(ctx->engine, name, &now, &found, err) != 0)
		return -1;
	if (!found)
		return 0;
	label = engine_container_label(&now, LABEL_LAUNCHER);
	*ret = label != NULL && strcmp(label, launch) == 0 && strcmp(now.state, "running") == 0;
	return 0;
}

void agent_container_clear(struct agent_container *container)
{
	free(container->name);
	free(container->id);
	free(container->network);
	free(container->started);
	*container = (struct agent_container){.id = NULL};
}
