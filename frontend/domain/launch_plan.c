/* The steps of a launch that is only planned. The order is this file's; what is asked for at each step is made by the
 * code that a launch makes it with, and tests/native/plan.t compares both. */
#include <jansson.h>
#include <stddef.h>
#include <string.h>

#include "agent.h"
#include "alias.h"
#include "bundle.h"
#include "context.h"
#include "launch.h"
#include "lease.h"
#include "machine.h"
#include "plan.h"
#include "published.h"
#include "seal.h"
#include "services.h"
#include "smolvm.h"

static int check_services(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	if (services_check(ctx, launch->lease.alias, &launch->services, err) != 0 ||
		published_everywhere(ctx, false, &launch->published, err) != 0)
		return -1;
	return services_check_published(ctx, &launch->published, err);
}

int launch_plan(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	if (launch_preflight(launch, err) != 0 ||
		machine_refuse_taken(ctx, launch->machine, err) != 0 ||
		lease_claim(ctx, launch->slug, launch->labels, &launch->skip, NULL, NULL,
			&launch->lease, err) != 0 ||
		alias_ensure(ctx, launch->lease.octet, err) != 0 ||
		bundle_start(ctx, launch->slug, launch->spec, &launch->image, &launch->lease,
			launch->labels, NULL, NULL, NULL, &launch->bundle, err) != BUNDLE_OK ||
		(!seal_asked(launch->spec) && check_services(launch, err) != 0))
		return -1;
	return agent_plan(ctx, &launch->agent, err) == 0
		       ? machine_plan(ctx, launch->machine, launch->spec, &launch->agent,
				 launch->lease.alias, &launch->bundle, err)
		       : -1;
}

/* An argument need not be text; a document must be. */
static json_t *text(const char *word)
{
	json_t *string = json_string(word);

	return string != NULL ? string : json_string("(not UTF-8)");
}

static json_t *list(const struct strv *strv)
{
	json_t *array = json_array();

	for (size_t i = 0; i < strv->count; i++)
		json_array_append_new(array, text(strv->item[i]));
	return array;
}

static json_t *item(const struct plan_item *item)
{
	json_t *json = item->json != NULL ? json_loads(item->json, 0, NULL) : json_null();

	if (strcmp(item->to, "engine") == 0)
		return json_pack("{s:s, s:o, s:o, s:o, s:b}", "to", item->to, "method",
			text(item->words.item[0]), "path", text(item->words.item[1]), "body", json,
			"asked", item->asked);
	if (strcmp(item->to, "record") == 0)
		return json_pack("{s:s, s:o, s:o}", "to", item->to, "machine",
			text(item->words.item[0]), "set", json);
	return json_pack("{s:s, s:o, s:b}", "to", item->to, "argv", list(&item->words), "asked",
		item->asked);
}

json_t *launch_plan_json(const struct launch *launch)
{
	const struct context *ctx = launch->ctx;
	const struct agent *agent = &launch->agent;
	json_t *requests = json_array();

	for (size_t i = 0; i < ctx->plan->count; i++)
		json_array_append_new(requests, item(&ctx->plan->item[i]));
	return json_pack("{s:s, s:s, s:s, s:{s:o, s:o}, s:o, s:{s:o, s:o, s:b}, s:o, s:o, s:o}",
		"schema", "bottle.plan/1", "name", launch->slug, "alias", launch->lease.alias,
		"engine", "socket", text(ctx->socket), "from", text(ctx->socket_from), "smolvm",
		ctx->vm ? json_pack("{s:o, s:s}", "path", text(ctx->vm->path), "version",
				  ctx->vm->version)
			: json_null(),
		"agent", "image", agent->image ? text(agent->image) : json_null(), "pack",
		agent->pack ? text(agent->pack) : json_null(), "cached", agent->cached, "services",
		list(&launch->services), "published", list(&launch->published), "requests",
		requests);
}
