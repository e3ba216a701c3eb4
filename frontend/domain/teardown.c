/* Taking bottles apart. */
#include "teardown.h"

#include <stdlib.h>
#include <string.h>

#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_network.h"
#include "err.h"
#include "events.h"
#include "fs.h"
#include "journal.h"
#include "machine.h"
#include "mem.h"
#include "names.h"
#include "setid.h"
#include "smolvm_process.h"
#include "strv.h"
#include "supervisor.h"
#include "vmdb.h"

/* As long as smolvm may take to boot a VM. */
#define CHILD_MS (200 * 1000)

enum { LOG_LINES = 200, LOG_MAX = 65536 };

static bool has_launch(const char *label, const char *launch)
{
	return label != NULL && strcmp(label, launch) == 0;
}

/* The engine that the journal names, whatever the command in hand uses: that one if it is the same, else a
 * connection in OWN. */
static int recorded_engine(struct context *ctx, struct context *own, const char *socket,
	struct engine **ret, struct error *err)
{
	if (ctx->engine != NULL && strcmp(ctx->socket, socket) == 0) {
		*ret = ctx->engine;
		return 0;
	}
	if (context_engine_at(own, socket, err) != 0)
		return -1;
	*ret = own->engine;
	return 0;
}

static int remove_container(
	struct engine *engine, const char *name, const char *launch, struct error *err)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
	bool found;

	if (engine_container_find(engine, name, &container, &found, err) != 0)
		return -1;
	if (!found)
		return 0;
	if (!has_launch(engine_container_label(&container, LABEL_LAUNCHER), launch))
		return 0; /* somebody else's of that name */
	return engine_container_remove(engine, container.id, err);
}

/* The one inside first: the other one is the claim. */
static int remove_networks(struct engine *engine, const char *launch, struct error *err)
{
	cleanup_engine_networks struct engine_networks networks = ENGINE_NETWORKS_INIT;

	if (engine_network_list(engine, &networks, err) != 0)
		return -1;
	for (int claim = 0; claim < 2; claim++)
		for (size_t i = 0; i < networks.count; i++) {
			const struct engine_network *at = &networks.item[i];
			bool inside = strncmp(at->name, NAME_AGENT_PREFIX,
					      strlen(NAME_AGENT_PREFIX)) == 0;

			if (inside == (claim == 0) &&
				has_launch(engine_network_label(at, LABEL_LAUNCHER), launch) &&
				engine_network_remove(engine, at->id, err) != 0)
				return -1;
		}
	return 0;
}

static int stop_machine(struct context *ctx, const char *slug, const struct journal_facts *facts,
	int (*how)(struct context *ctx, const char *name, const struct machine_process *known,
		struct error *err),
	struct error *err)
{
	cleanup_free char *name = xasprintf("%s%s", NAME_MACHINE_PREFIX, slug);
	struct machine_process known = {facts->vm_pid, facts->vm_start};

	if (context_smolvm(ctx, err) != 0 || context_vmdb(ctx, err) != 0)
		return -1;
	return how(ctx, name, &known, err);
}

/* Says what FACTS still hold. */
static int left_behind(
	const struct journal *journal, const struct journal_facts *facts, struct error *err)
{
	if (facts->machine)
		err_note(err, "left", "machine %s%s", NAME_MACHINE_PREFIX, journal->slug);
	if (facts->agent_container)
		err_note(err, "left", "container %s%s", NAME_AGENT_PREFIX, journal->slug);
	if (facts->container)
		err_note(err, "left", "container %s%s", NAME_CONTAINER_PREFIX, journal->slug);
	if (facts->agent_network)
		err_note(err, "left", "network %s%s", NAME_AGENT_PREFIX, journal->slug);
	if (facts->network)
		err_note(err, "left", "network %s%s", NAME_NETWORK_PREFIX, journal->slug);
	err_note(err, "left", "folder %s", journal->folder);
	return err_note(err, "next", "bottle stop %s", journal->slug);
}

/* The smolvm, if any, that is still at work for a launch: one that its journal names, or one that was started
 * and not yet journalled when the launcher was killed. 0 = none. */
static int find_child(const struct journal *journal, const struct journal_facts *facts, pid_t *ret,
	struct error *err)
{
	cleanup_free char *machine = xasprintf("%s%s", NAME_MACHINE_PREFIX, journal->slug);

	for (size_t i = 0; i < facts->children; i++) {
		struct machine_process child = {facts->child[i].pid, facts->child[i].start};

		*ret = child.pid;
		if (machine_process_alive(&child))
			return 0;
	}
	*ret = 0;
	return facts->machine ? smolvm_making(machine, ret, err) : 0;
}

/* A smolvm that a killed launcher left at work would write its record, or boot its VM, after we looked. It is
 * waited for, because killing it could leave a VM that no record names. */
static int wait_for_children(const struct context *ctx, const struct journal *journal,
	const struct journal_facts *facts, struct error *err)
{
	int64_t deadline = clock_ms() + CHILD_MS;
	bool told = false;
	pid_t child;

	for (;;) {
		if (find_child(journal, facts, &child, err) != 0)
			return -1;
		if (child == 0)
			return 0;
		if (!told)
			context_warn(ctx, "waiting for a smolvm (pid %d) of that launch to end",
				(int)child);
		told = true;
		if (cancel_asked() || clock_ms() > deadline)
			return err_set(err, EXIT_AGAIN,
				"a smolvm (pid %d) of that launch is still at work", (int)child);
		clock_sleep_ms(100);
	}
}

/* Containers and networks, the agent's first; FACTS forget what is gone. */
static int remove_bundle(struct context *ctx, const struct journal *journal,
	struct journal_facts *facts, struct error *err)
{
	cleanup_free char *container = xasprintf("%s%s", NAME_CONTAINER_PREFIX, journal->slug);
	cleanup_free char *agent = xasprintf("%s%s", NAME_AGENT_PREFIX, journal->slug);
	cleanup_context struct context own = CONTEXT_INIT;
	struct engine *engine = NULL;

	if ((facts->container || facts->network || facts->agent_network) &&
		recorded_engine(ctx, &own, facts->engine, &engine, err) != 0)
		return -1;
	if (facts->agent_container && remove_container(engine, agent, facts->launch, err) != 0)
		return -1;
	facts->agent_container = false;
	if (facts->container && remove_container(engine, container, facts->launch, err) != 0)
		return -1;
	facts->container = false;
	if ((facts->network || facts->agent_network) &&
		remove_networks(engine, facts->launch, err) != 0)
		return -1;
	facts->network = facts->agent_network = false;
	return 0;
}

static int remove_agent(struct context *ctx, const struct journal *journal,
	const struct journal_facts *facts, struct error *err)
{
	cleanup_free char *agent = xasprintf("%s%s", NAME_AGENT_PREFIX, journal->slug);
	cleanup_context struct context own = CONTEXT_INIT;
	struct engine *engine = NULL;

	return recorded_engine(ctx, &own, facts->engine, &engine, err) == 0
		       ? remove_container(engine, agent, facts->launch, err)
		       : -1;
}

/* Everything but the folder. */
static int remove_objects(struct context *ctx, struct journal *journal, struct journal_facts *facts,
	struct error *err)
{
	cleanup_error struct error unremoved = ERROR_INIT;

	if (wait_for_children(ctx, journal, facts, err) != 0)
		return left_behind(journal, facts, err);
	if (facts->machine && stop_machine(ctx, journal->slug, facts, machine_remove, err) == 0)
		facts->machine = false;
	/* A VM that may run must not outlive the bundle on its address; one that was never started cannot. */
	if (facts->machine && facts->started)
		return left_behind(journal, facts, err);
	if (!facts->machine) {
		int removed = remove_bundle(ctx, journal, facts, err);

		/* The VM is gone: what it leaves in mounts stays as this finds it. */
		if (facts->started)
			setid_sweep(ctx, journal, facts);
		return removed == 0 ? 0 : left_behind(journal, facts, err);
	}
	if (remove_bundle(ctx, journal, facts, &unremoved) != 0)
		context_warn(ctx, "%s", unremoved.message);
	return left_behind(journal, facts, err);
}

int teardown(struct context *ctx, struct journal *journal, struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	pid_t supervisor = ctx->supervising ? 0 : supervisor_pid(ctx, journal->slug);

	if (journal_read(ctx, journal->slug, &facts, err) != 0)
		return -1;
	setid_recall(ctx, journal->slug, &facts);
	if (remove_objects(ctx, journal, &facts, err) != 0)
		return -1;
	if (journal_remove(journal, err) != 0)
		return left_behind(journal, &facts, err);
	if (supervisor != 0)
		supervisor_await_end(supervisor);
	return 0;
}

/* The container is about to go; why it ended may stand at the end of its log. */
static void keep_log(
	struct context *ctx, const struct journal *journal, const struct journal_facts *facts)
{
	cleanup_free char *container = xasprintf("%s%s", NAME_CONTAINER_PREFIX, journal->slug);
	cleanup_free char *path = xasprintf("%s/bundle.log", journal->folder), *text = NULL;
	cleanup_error struct error none = ERROR_INIT;
	cleanup_context struct context own = CONTEXT_INIT;
	struct engine *engine = NULL;

	if (facts->container && recorded_engine(ctx, &own, facts->engine, &engine, &none) == 0 &&
		engine_container_logs(engine, container, LOG_LINES, LOG_MAX, &text, &none) == 0)
		(void)fs_write(path, text, strlen(text), &none);
}

int teardown_lost(struct context *ctx, struct journal *journal, const char *why, struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	cleanup_error struct error unwritten =
		ERROR_INIT; /* a full disk does not keep a VM alive */

	if (journal_read(ctx, journal->slug, &facts, err) != 0)
		return -1;
	(void)journal_event(journal, "lost", "why", why, &unwritten);
	keep_log(ctx, journal, &facts);
	if (remove_objects(ctx, journal, &facts, err) != 0)
		return -1;
	return journal_event(journal, "cleared", NULL, NULL, err);
}

int teardown_vm_only(struct context *ctx, struct journal *journal, struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};

	if (journal_read(ctx, journal->slug, &facts, err) != 0)
		return -1;
	if (facts.machine && stop_machine(ctx, journal->slug, &facts, machine_stop, err) != 0)
		return left_behind(journal, &facts, err);
	if (facts.agent_container && remove_agent(ctx, journal, &facts, err) != 0)
		return left_behind(journal, &facts, err);
	if (facts.started)
		setid_sweep(ctx, journal, &facts);
	return journal_event(journal, "kept", NULL, NULL, err);
}

/* Died before it was ready, or was lost and could not be removed whole. */
static bool is_dead(const struct context *ctx, const char *slug)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	cleanup_error struct error broken = ERROR_INIT;

	if (journal_read(ctx, slug, &facts, &broken) != 0)
		return false;
	return (!facts.ready && !facts.kept) || (facts.lost != NULL && !facts.cleared);
}

int teardown_if_dead(struct context *ctx, const char *slug, struct error *err)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;

	/* It may have been launched anew since it was found. */
	if (journal_lock(ctx, slug, 0, &journal, err) != 0)
		return -1;
	if (!is_dead(ctx, slug))
		return 1;
	if (teardown(ctx, &journal, err) != 0)
		return -1;
	events_note(ctx, &(struct event){.name = "removed",
				 .bottle = slug,
				 .reason = "what its dead launch left",
				 .ms = -1});
	return 0;
}

int teardown_find_dead(const struct context *ctx, struct strv *slugs, struct error *err)
{
	cleanup_strv struct strv all = STRV_INIT;

	if (journal_slugs(ctx, &all, err) != 0)
		return -1;
	for (size_t i = 0; i < all.count; i++)
		if (!journal_is_locked(ctx, all.item[i]) && is_dead(ctx, all.item[i]))
			strv_push(slugs, all.item[i]);
	return 0;
}

int teardown_dead(struct context *ctx, const char *except, struct error *err)
{
	cleanup_strv struct strv dead = STRV_INIT;

	if (teardown_find_dead(ctx, &dead, err) != 0)
		return -1;
	for (size_t i = 0; i < dead.count; i++) {
		cleanup_error struct error failed = ERROR_INIT;

		if (strcmp(dead.item[i], except) == 0)
			continue;
		context_warn(ctx, "removing what a dead launch of %s left", dead.item[i]);
		if (teardown_if_dead(ctx, dead.item[i], &failed) < 0 && failed.code != EXIT_AGAIN)
			context_warn(ctx, "%s: %s (bottle gc)", dead.item[i], failed.message);
	}
	return 0;
}
