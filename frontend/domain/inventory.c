/* ps. */
#include "inventory.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent_container.h"
#include "bundle.h"
#include "context.h"
#include "engine.h"
#include "engine_container.h"
#include "err.h"
#include "journal.h"
#include "mem.h"
#include "names.h"
#include "smolvm.h"
#include "strv.h"
#include "supervisor.h"
#include "verdict.h"

static struct inventory_row *add_row(struct inventory *inventory, const char *name)
{
	struct inventory_row *row;

	inventory->row = xrealloc(inventory->row, inventory->count + 1, sizeof(*inventory->row));
	row = &inventory->row[inventory->count++];
	*row = (struct inventory_row){.name = xstrdup(name), .backend = BACKEND_SMOLVM};
	return row;
}

/* Whether smolvm's list has MACHINE with a live VM; without a list, its process tells. */
static bool machine_is_up(const json_t *machines, const char *machine)
{
	if (machines == NULL)
		return true;
	for (size_t i = 0; i < json_array_size(machines); i++) {
		const json_t *at = json_array_get(machines, i);
		const char *name = json_string_value(json_object_get(at, "name"));
		const char *state = json_string_value(json_object_get(at, "state"));

		if (name != NULL && state != NULL && strcmp(name, machine) == 0)
			return strcmp(state, "running") == 0 || strcmp(state, "unreachable") == 0;
	}
	return false;
}

static const struct engine_container *container_of(
	const struct engine_containers *containers, const char *id)
{
	for (size_t i = 0; i < containers->count; i++)
		if (strcmp(containers->item[i].id, id) == 0)
			return &containers->item[i];
	return NULL;
}

/* The bundle of a bottle on another engine than the one listed costs a call of its own. */
static int bundle_is_up(struct context *ctx, const struct engine_containers *containers,
	const struct verdict *verdict, bool *ret, struct error *err)
{
	cleanup_context struct context other = CONTEXT_INIT;
	const struct engine_container *container;

	if (containers == NULL) {
		/* Nobody to ask: its supervisor, which hears the engine, would not live without the bundle. */
		*ret = supervisor_pid(ctx, verdict->slug) != 0;
		return 0;
	}
	if (ctx->socket != NULL && strcmp(verdict->engine, ctx->socket) == 0) {
		container = container_of(containers, verdict->container_id);
		*ret = container != NULL && strcmp(container->state, "running") == 0;
		return 0;
	}
	if (context_engine_at(&other, verdict->engine, err) == 0 &&
		bundle_alive(&other, verdict->container_id, verdict->sealed ? NULL : verdict->alias,
			verdict->port, verdict->port_count, NULL, ret, err) == 0)
		return 0;
	err_clear(err); /* that engine is not there: its bundle neither */
	*ret = false;
	return 0;
}

/* The same for the agent's container. */
static bool agent_is_up(struct context *ctx, const struct engine_containers *containers,
	const struct verdict *verdict)
{
	cleanup_context struct context other = CONTEXT_INIT;
	cleanup_error struct error away = ERROR_INIT;
	const struct engine_container *container;
	bool alive = false;

	if (containers == NULL)
		return supervisor_pid(ctx, verdict->slug) != 0;
	if (ctx->socket != NULL && strcmp(verdict->engine, ctx->socket) == 0) {
		container = container_of(containers, verdict->agent_id);
		return container != NULL && strcmp(container->state, "running") == 0;
	}
	return context_engine_at(&other, verdict->engine, &away) == 0 &&
	       agent_container_alive(
		       &other, verdict->agent_id, verdict->agent_started, &alive, &away) == 0 &&
	       alive;
}

static int fill_mine(struct context *ctx, const struct engine_containers *containers,
	const json_t *machines, struct inventory_row *row, struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	cleanup_verdict struct verdict verdict = {0};
	cleanup_error struct error unreadable = ERROR_INIT;
	cleanup_free char *machine = xasprintf("%s%s", NAME_MACHINE_PREFIX, row->name);
	bool vm = machine_is_up(machines, machine), bundle = false;
	bool supervised = supervisor_pid(ctx, row->name) != 0;

	row->mine = true;
	row->owner = xasprintf("%u", (unsigned)geteuid());
	row->state = "orphan";
	if (journal_read(ctx, row->name, &facts, &unreadable) != 0)
		return 0;
	if (facts.docker)
		row->backend = BACKEND_DOCKER;
	row->alias = facts.alias && !facts.cleared ? xstrdup(facts.alias) : NULL;
	row->reason = facts.lost ? xstrdup(facts.lost) : facts.doubt ? xstrdup(facts.doubt) : NULL;
	if (facts.lost != NULL) {
		row->state = "bundle-lost";
		return 0;
	}
	if (!facts.ready) {
		row->state = facts.kept                          ? "kept"
			     : journal_is_locked(ctx, row->name) ? "launching"
								 : "orphan";
		return 0;
	}
	if (verdict_load(ctx, row->name, &verdict, &unreadable) != 0) {
		row->state = vm ? "running" : "stopped";
		return 0;
	}
	if (bundle_is_up(ctx, containers, &verdict, &bundle, err) != 0)
		return -1;
	row->since = verdict.time;
	vm = verdict.agent_id != NULL ? agent_is_up(ctx, containers, &verdict)
				      : vm && machine_process_alive(&verdict.process);
	row->state = !vm           ? "stopped"
		     : !supervised ? "degraded"
		     : !bundle     ? "bundle-lost"
				   : "running";
	if (vm && bundle && supervised && facts.doubt == NULL && containers != NULL)
		row->verified = xasprintf(
			"%s%s", verdict.text, verdict.unproven ? " (unproven smolvm)" : "");
	return 0;
}

static bool listed(const struct inventory *inventory, const char *name)
{
	for (size_t i = 0; i < inventory->count; i++)
		if (strcmp(inventory->row[i].name, name) == 0)
			return true;
	return false;
}

/* Containers without a journal here: other users', other tools', or ours with a lost folder. */
static void add_others(
	const struct engine_containers *containers, bool all, struct inventory *inventory)
{
	cleanup_free char *uid = xasprintf("%u", (unsigned)geteuid());

	for (size_t i = 0; i < containers->count; i++) {
		const struct engine_container *at = &containers->item[i];
		const char *owner = engine_container_label(at, LABEL_OWNER);
		const char *alias = engine_container_label(at, LABEL_ALIAS);
		const char *backend = engine_container_label(at, LABEL_BACKEND);
		const char *name = at->name + strlen(NAME_CONTAINER_PREFIX);
		bool mine = owner != NULL && strcmp(owner, uid) == 0;
		struct inventory_row *row;

		if (strncmp(at->name, NAME_CONTAINER_PREFIX, strlen(NAME_CONTAINER_PREFIX)) != 0)
			continue; /* an agent's goes with its bundle */
		if ((!mine && !all) || listed(inventory, name))
			continue;
		row = add_row(inventory, name);
		row->mine = mine;
		row->state = mine ? "orphan" : "foreign";
		row->owner = xstrdup(owner ? owner : "?");
		row->backend = owner == NULL ? "?"
			       : backend != NULL && strcmp(backend, BACKEND_DOCKER) == 0
				       ? BACKEND_DOCKER
				       : BACKEND_SMOLVM;
		row->alias = alias                ? xstrdup(alias)
			     : at->port_count > 0 ? xstrdup(at->ports[0].host_ip)
						  : NULL;
	}
}

/* Whether one of these bottles is a machine: without one, smolvm need not be there. */
static bool any_machine(const struct context *ctx, const struct strv *slugs)
{
	for (size_t i = 0; i < slugs->count; i++) {
		cleanup_journal_facts struct journal_facts facts = {0};
		cleanup_error struct error unreadable = ERROR_INIT;

		if (journal_read(ctx, slugs->item[i], &facts, &unreadable) != 0 || !facts.docker)
			return true;
	}
	return false;
}

/* What smolvm, if it MATTERS, and the engine say; whether the engine does. *FAILED has the words of the first that
 * does not. */
static bool ask(struct context *ctx, bool matters, struct engine_containers *containers,
	json_t **machines, struct error *failed)
{
	bool engine;

	cleanup_error struct error second = ERROR_INIT;
	cleanup_free char *list = NULL;

	engine = context_engine_unagreed(ctx, failed) == 0 &&
		 engine_container_list(ctx->engine, NAME_PREFIX, NULL, containers, failed) == 0;
	if (matters && context_smolvm_find(ctx, &second) == 0 &&
		smolvm_list(ctx->vm, &list, &second) == 0) {
		*machines = json_loads(list, 0, NULL);
		if (!json_is_array(*machines))
			err_set(&second, EXIT_UNAVAILABLE, "smolvm: machine ls --json: not a list");
	}
	if (second.code != EXIT_OK && failed->code == EXIT_OK) {
		*failed = second;
		second = (struct error)ERROR_INIT;
	}
	return engine;
}

int inventory_read(struct context *ctx, bool all, struct inventory *ret, struct error *err)
{
	cleanup_engine_containers struct engine_containers containers = ENGINE_CONTAINERS_INIT;
	cleanup_error struct error failed = ERROR_INIT;
	cleanup_strv struct strv slugs = STRV_INIT;
	json_auto_t *machines = NULL;
	bool answered;

	if (journal_slugs(ctx, &slugs, err) != 0)
		return -1;
	answered = ask(ctx, any_machine(ctx, &slugs), &containers, &machines, &failed);
	for (size_t i = 0; i < slugs.count; i++)
		if (fill_mine(ctx, answered ? &containers : NULL, machines,
			    add_row(ret, slugs.item[i]), err) != 0)
			return -1;
	add_others(&containers, all, ret);
	if (failed.code == EXIT_OK)
		return 0;
	*err = failed;
	failed = (struct error)ERROR_INIT;
	return -1;
}

void inventory_clear(struct inventory *inventory)
{
	for (size_t i = 0; i < inventory->count; i++) {
		free(inventory->row[i].name);
		free(inventory->row[i].alias);
		free(inventory->row[i].verified);
		free(inventory->row[i].owner);
		free(inventory->row[i].reason);
	}
	free(inventory->row);
	*inventory = (struct inventory)INVENTORY_INIT;
}
