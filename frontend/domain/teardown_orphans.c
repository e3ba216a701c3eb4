/* What lies on an engine without a journal that would tell of it. */
#include "teardown.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_network.h"
#include "err.h"
#include "journal.h"
#include "machine.h"
#include "mem.h"
#include "names.h"
#include "slug.h"
#include "smolvm_process.h"
#include "strv.h"
#include "vmdb.h"

/* Launch ids that have a journal here. */
static int known_launches(const struct context *ctx, struct strv *ret, struct error *err)
{
	cleanup_strv struct strv slugs = STRV_INIT;

	if (journal_slugs(ctx, &slugs, err) != 0)
		return -1;
	for (size_t i = 0; i < slugs.count; i++) {
		cleanup_journal_facts struct journal_facts facts = {0};
		cleanup_error struct error broken = ERROR_INIT;

		if (journal_read(ctx, slugs.item[i], &facts, &broken) == 0)
			strv_push(ret, facts.launch);
	}
	return 0;
}

/* The labels that a launch gives, all of them, on an object of the name that it gives (PREFIX and slug). An
 * object without one of them was not made by bottle, whatever else it says. */
struct orphan_labels {
	const char *owner, *launch, *slug, *backend, *version;
};

/* Names of containers, and of networks; a container's bottle has a second one of each. */
static const char *const container_prefixes[] = {NAME_AGENT_PREFIX, NAME_CONTAINER_PREFIX, NULL};
static const char *const network_prefixes[] = {NAME_AGENT_PREFIX, NAME_NETWORK_PREFIX, NULL};

/* NAME without the one of PREFIXES that it begins with; NULL = none. */
static const char *slug_of(const char *const *prefixes, const char *name)
{
	for (; *prefixes != NULL; prefixes++)
		if (strncmp(name, *prefixes, strlen(*prefixes)) == 0)
			return name + strlen(*prefixes);
	return NULL;
}

static bool ours(const struct orphan_labels *labels, const char *const *prefixes, const char *name)
{
	cleanup_free char *uid = xasprintf("%u", (unsigned)geteuid());
	const char *slug = slug_of(prefixes, name);

	if (labels->owner == NULL || labels->launch == NULL || labels->slug == NULL ||
		labels->backend == NULL || labels->version == NULL)
		return false;
	return strcmp(labels->owner, uid) == 0 && slug_valid(labels->slug) && slug != NULL &&
	       strcmp(slug, labels->slug) == 0 && strlen(labels->launch) == JOURNAL_LAUNCH_LEN &&
	       strspn(labels->launch, "0123456789abcdef") == JOURNAL_LAUNCH_LEN;
}

/* Whether it is this user's, of a launch without a journal, whose machine does not exist, or whose agent's container
 * does not run: one that does may be of another home or state folder. KNOWN are launches to be left alone. */
static int is_orphan(struct context *ctx, const struct strv *known,
	const struct orphan_labels *labels, const char *const *prefixes, const char *name,
	bool *ret, struct error *err)
{
	cleanup_free char *machine = NULL;
	bool running = false;

	*ret = false;
	if (!ours(labels, prefixes, name) || strv_has(known, labels->launch) ||
		journal_is_locked(ctx, labels->slug))
		return 0;
	if (strcmp(labels->backend, BACKEND_DOCKER) == 0) {
		*ret = true;
		return 0;
	}
	machine = xasprintf("%s%s", NAME_MACHINE_PREFIX, labels->slug);
	if (context_vmdb(ctx, err) != 0 || machine_running(ctx, machine, &running, err) != 0)
		return -1;
	*ret = !running;
	return 0;
}

/* A VM of another state folder of this user may be on any address that an orphan claims. */
static int refuse_unknown_vm(struct context *ctx, struct error *err)
{
	pid_t pid = 0;

	if (context_vmdb(ctx, err) != 0 || smolvm_foreign_monitor(ctx->vmdb->cache, &pid, err) != 0)
		return -1;
	if (pid == 0)
		return 0;
	err_set(err, EXIT_REFUSED,
		"a VM (pid %d) of another home or state folder runs: whether a bottle is "
		"its own cannot be told from here",
		(int)pid);
	return err_note(err, "next",
		"run it with the HOME and XDG_ names that the bottle was launched with");
}

static void add_orphan(
	struct teardown_orphans *orphans, bool is_network, const char *id, const char *name)
{
	orphans->item = xrealloc(orphans->item, orphans->count + 1, sizeof(*orphans->item));
	orphans->item[orphans->count++] =
		(struct teardown_orphan){is_network, xstrdup(id), xstrdup(name)};
}

/* Adds the launches whose agent's container runs: they live, wherever their journal is. Doctor's is no bottle's. */
static void spare_running(const struct engine_containers *containers, struct strv *known)
{
	for (size_t i = 0; i < containers->count; i++) {
		const struct engine_container *at = &containers->item[i];
		const char *launch = engine_container_label(at, LABEL_LAUNCHER);
		const char *backend = engine_container_label(at, LABEL_BACKEND);

		if (strncmp(at->name, NAME_AGENT_PREFIX, strlen(NAME_AGENT_PREFIX)) == 0 &&
			launch != NULL && strcmp(at->state, "running") == 0 &&
			(backend == NULL || strcmp(backend, BACKEND_DOCTOR) != 0))
			strv_push(known, launch);
	}
}

static int add_containers(struct context *ctx, const struct engine_containers *containers,
	const struct strv *known, struct teardown_orphans *ret, struct error *err)
{
	for (size_t i = 0; i < containers->count; i++) {
		const struct engine_container *at = &containers->item[i];
		const struct orphan_labels labels = {engine_container_label(at, LABEL_OWNER),
			engine_container_label(at, LABEL_LAUNCHER),
			engine_container_label(at, LABEL_SLUG),
			engine_container_label(at, LABEL_BACKEND),
			engine_container_label(at, LABEL_VERSION)};
		bool orphan;

		if (is_orphan(ctx, known, &labels, container_prefixes, at->name, &orphan, err) != 0)
			return -1;
		if (orphan)
			add_orphan(ret, false, at->id, at->name);
	}
	return 0;
}

static int add_networks(struct context *ctx, const struct engine_networks *networks,
	const struct strv *known, struct teardown_orphans *ret, struct error *err)
{
	for (size_t i = 0; i < networks->count; i++) {
		const struct engine_network *at = &networks->item[i];
		const struct orphan_labels labels = {engine_network_label(at, LABEL_OWNER),
			engine_network_label(at, LABEL_LAUNCHER),
			engine_network_label(at, LABEL_SLUG),
			engine_network_label(at, LABEL_BACKEND),
			engine_network_label(at, LABEL_VERSION)};
		bool orphan;

		if (is_orphan(ctx, known, &labels, network_prefixes, at->name, &orphan, err) != 0)
			return -1;
		if (orphan)
			add_orphan(ret, true, at->id, at->name);
	}
	return 0;
}

int teardown_find_orphans(struct context *ctx, struct teardown_orphans *ret, struct error *err)
{
	cleanup_engine_containers struct engine_containers containers = ENGINE_CONTAINERS_INIT;
	cleanup_engine_networks struct engine_networks networks = ENGINE_NETWORKS_INIT;
	cleanup_strv struct strv known = STRV_INIT;

	if (context_engine(ctx, err) != 0 || known_launches(ctx, &known, err) != 0 ||
		engine_container_list(ctx->engine, NAME_PREFIX, NULL, &containers, err) != 0 ||
		engine_network_list(ctx->engine, &networks, err) != 0)
		return -1;
	spare_running(&containers, &known);
	if (add_containers(ctx, &containers, &known, ret, err) != 0 ||
		add_networks(ctx, &networks, &known, ret, err) != 0)
		return -1;
	return ret->count > 0 ? refuse_unknown_vm(ctx, err) : 0;
}

int teardown_remove_orphan(
	struct context *ctx, const struct teardown_orphan *orphan, struct error *err)
{
	return orphan->is_network ? engine_network_remove(ctx->engine, orphan->id, err)
				  : engine_container_remove(ctx->engine, orphan->id, err);
}

void teardown_orphans_clear(struct teardown_orphans *orphans)
{
	for (size_t i = 0; i < orphans->count; i++) {
		free(orphans->item[i].id);
		free(orphans->item[i].name);
	}
	free(orphans->item);
	*orphans = (struct teardown_orphans){NULL, 0};
}
