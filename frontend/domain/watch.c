/* The supervisor's work.
 *
 * Order: first the engine is asked to tell of the end of container and network, then the launcher hears
 * "watching" and looks once more whether both are there: nothing can happen between two looks. After a loss the
 * VM monitor is killed before anything else is done or waited for; all the rest has time, because the claim on
 * the address is the network, and that goes last. */
#include "watch.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cancel.h"
#include "claim.h"
#include "clock.h"
#include "context.h"
#include "engine_container.h"
#include "engine_events.h"
#include "err.h"
#include "events.h"
#include "journal.h"
#include "mem.h"
#include "pidfd.h"
#include "relay.h"
#include "seal.h"
#include "services.h"
#include "setid.h"
#include "spec.h"
#include "strv.h"
#include "supervisor.h"
#include "teardown.h"

enum {
	RESCAN_MS = 5000,
	TICK_MS = 1000, /* where the end of a process cannot be waited for */
	SECOND_LOOK_MS = 200,
	WILDCARD_LOOK_MS = 1000, /* a command that tries the packet filter is done by then */
	LOCK_MS = 50,
	RETRY_MS = 500,
	CAUSE_MS = 500,
};

/* What is waited for. */
enum {
	ON_VM, /* of a container: the end of that */
	ON_CONTAINER,
	ON_NETWORK,
	ON_INSIDE,
	ON_LAUNCHER,
	ON_SIGNAL,
	ON_RELAY,
	ON_COUNT
};

struct watcher {
	struct context *ctx;
	const struct watch *watch;
	struct pollfd on[ON_COUNT];
	struct services_own own;
	struct relay *relay; /* of a sealed bottle */
	int claim;           /* too: the lease port of its address */
	char *reason;        /* NULL = nothing is lost */
	bool by_network;     /* it is news of a network */
	bool vm_ended;
};

char *watch_print(const struct watch *watch)
{
	cleanup_free char *text = NULL;
	json_t *ports = json_object();
	json_auto_t *json = NULL;

	for (size_t i = 0; i < watch->port_count; i++)
		json_object_set_new(
			ports, watch->port[i].name, json_integer(watch->port[i].host_port));
	json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:o, s:I, s:I}", "name",
		watch->slug, "launch", watch->launch, "engine", watch->engine, "container",
		watch->container, "network", watch->network, "alias", watch->alias, "sealed",
		watch->sealed, "address", watch->address, "ports", ports, "pid",
		(json_int_t)watch->process.pid, "start", (json_int_t)watch->process.start);
	if (watch->agent != NULL)
		json_object_set_new(json, "agent",
			json_pack("{s:s, s:s}", "container", watch->agent, "network",
				watch->agent_network));
	text = json_dumps(json, JSON_COMPACT);
	return xasprintf("%s\n", text ? text : "");
}

static void parse_ports(const json_t *ports, struct watch *ret)
{
	for (int i = 0; i < SPEC_PORT_COUNT; i++) {
		const char *name = spec_port_name((enum spec_port)i);
		json_t *port = json_object_get(ports, name);

		if (port != NULL)
			ret->port[ret->port_count++] =
				(struct probe_port){name, (uint16_t)json_integer_value(port), 0};
	}
}

int watch_parse(const char *line, struct watch *ret, struct error *err)
{
	const char *slug, *launch, *engine, *container, *network, *alias, *address;
	json_auto_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_int_t pid, start;
	struct watch w = {0};
	const char *agent = NULL, *inside = NULL;
	json_t *ports, *box;
	int sealed;

	if (json == NULL ||
		json_unpack(json, "{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:o, s:I, s:I}", "name",
			&slug, "launch", &launch, "engine", &engine, "container", &container,
			"network", &network, "alias", &alias, "sealed", &sealed, "address",
			&address, "ports", &ports, "pid", &pid, "start", &start) != 0)
		return err_set(err, EXIT_DATA, "what to watch is not understood");
	box = json_object_get(json, "agent");
	if (box != NULL &&
		json_unpack(box, "{s:s, s:s}", "container", &agent, "network", &inside) != 0)
		return err_set(err, EXIT_DATA, "what to watch is not understood");
	parse_ports(ports, &w);
	w.sealed = sealed;
	w.address = xstrdup(address);
	w.slug = xstrdup(slug);
	w.launch = xstrdup(launch);
	w.engine = xstrdup(engine);
	w.container = xstrdup(container);
	w.network = xstrdup(network);
	w.alias = xstrdup(alias);
	w.agent = agent ? xstrdup(agent) : NULL;
	w.agent_network = inside ? xstrdup(inside) : NULL;
	w.process = (struct machine_process){(pid_t)pid, (uint64_t)start};
	*ret = w;
	return 0;
}

void watch_clear(struct watch *watch)
{
	char **owned[] = {&watch->slug, &watch->launch, &watch->engine, &watch->container,
		&watch->network, &watch->alias, &watch->address, &watch->agent,
		&watch->agent_network};

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(*owned[i]);
	*watch = (struct watch){0};
}

static void lost(struct watcher *watcher, const char *reason)
{
	if (watcher->reason == NULL)
		watcher->reason = xstrdup(reason);
}

/* A command of this user that probes has listeners of its own on the address, and says so while it has. */
static void scan(struct watcher *watcher)
{
	if (watcher->watch->sealed || watcher->watch->agent != NULL)
		return;
	for (int look = 0; look < 2; look++) {
		cleanup_error struct error found = ERROR_INIT;
		cleanup_strv struct strv services = STRV_INIT;
		const struct watch *watch = watcher->watch;

		watcher->own.probing = supervisor_is_probing(watcher->ctx, watch->slug);
		bool strangers = services_strangers(watch->alias, &watcher->own, &found) != 0;

		if (!strangers &&
			services_check(watcher->ctx, watch->alias, &services, &found) == 0)
			return;
		if (look == 1)
			lost(watcher, found.message);
		else
			clock_sleep_ms(strangers ? SECOND_LOOK_MS : WILDCARD_LOOK_MS);
	}
}

static void look_at_vm(struct watcher *watcher)
{
	if (watcher->reason != NULL || watcher->watch->agent != NULL ||
		machine_process_alive(&watcher->watch->process))
		return;
	watcher->vm_ended = true;
	lost(watcher, "the VM ended");
}

static void hear_engine(struct watcher *watcher, int on, enum engine_events_of of)
{
	cleanup_free char *own = NULL;
	const char *news =
		engine_events_read(watcher->on[on].fd, of, watcher->watch->container, &own);

	if (news == NULL)
		return;
	if (watcher->reason == NULL)
		watcher->by_network = of == ENGINE_EVENTS_NETWORK;
	lost(watcher, news);
}

/* With the VM ended: Docker 28 tells that a bundle left its network before it tells that the bundle ended, which is the
 * better reason. */
static void hear_cause(struct watcher *watcher)
{
	struct pollfd *on = &watcher->on[ON_CONTAINER];
	cleanup_free char *own = NULL;
	const char *news;

	if (!watcher->by_network || poll(on, 1, CAUSE_MS) <= 0)
		return;
	news = engine_events_read(on->fd, ENGINE_EVENTS_CONTAINER, watcher->watch->container, &own);
	if (news == NULL)
		return;
	free(watcher->reason);
	watcher->reason = xstrdup(news);
}

/* The end of a container, from its engine; that the engine went away is not its end. */
static void hear_agent(struct watcher *watcher)
{
	cleanup_free char *own = NULL;
	const char *news = engine_events_read(
		watcher->on[ON_VM].fd, ENGINE_EVENTS_AGENT, watcher->watch->agent, &own);

	if (news == NULL)
		return;
	watcher->vm_ended = strcmp(news, "the agent's container ended") == 0;
	lost(watcher, news);
}

static void hear_launcher(struct watcher *watcher)
{
	char word[8];
	ssize_t got = read(watcher->on[ON_LAUNCHER].fd, word, sizeof(word));

	if (got < 0 && errno == EINTR)
		return;
	if (got <= 0)
		lost(watcher, "the launch ended before the bottle was ready");
	watcher->on[ON_LAUNCHER].fd = -1;
}

static void wait_for_loss(struct watcher *watcher)
{
	int64_t next = clock_ms();

	while (watcher->reason == NULL) {
		int64_t left = next - clock_ms();
		struct pollfd *on = watcher->on;

		if (left <= 0) {
			scan(watcher);
			next = clock_ms() + RESCAN_MS;
			continue;
		}
		if (on[ON_VM].fd < 0 && left > TICK_MS)
			left = TICK_MS;
		if (poll(on, ON_COUNT, (int)left) < 0 && errno != EINTR)
			lost(watcher, "the supervisor cannot wait any more");
		if (on[ON_CONTAINER].revents)
			hear_engine(watcher, ON_CONTAINER, ENGINE_EVENTS_CONTAINER);
		if (on[ON_NETWORK].revents)
			hear_engine(watcher, ON_NETWORK, ENGINE_EVENTS_NETWORK);
		if (on[ON_INSIDE].revents)
			hear_engine(watcher, ON_INSIDE, ENGINE_EVENTS_NETWORK);
		if (on[ON_VM].revents && watcher->watch->agent != NULL)
			hear_agent(watcher);
		if (on[ON_LAUNCHER].revents)
			hear_launcher(watcher);
		if (on[ON_RELAY].revents)
			lost(watcher, "the supervisor cannot serve its sockets any more");
		if (cancel_asked())
			lost(watcher, "the supervisor was told to end");
		look_at_vm(watcher);
	}
}

/* Takes the bottle's lock; false when the bottle is not there any more, or another one. */
static bool take_over(struct watcher *watcher, struct journal *journal, struct journal_facts *facts)
{
	const struct watch *watch = watcher->watch;

	for (;;) {
		cleanup_error struct error held = ERROR_INIT;

		journal_facts_clear(facts);
		if (journal_read(watcher->ctx, watch->slug, facts, &held) != 0 ||
			strcmp(facts->launch, watch->launch) != 0)
			return false;
		if (journal->lock >= 0)
			return true;
		journal_clear(journal);
		if (journal_lock(watcher->ctx, watch->slug, 0, journal, &held) != 0) {
			if (held.code != EXIT_AGAIN)
				return false;
			clock_sleep_ms(LOCK_MS);
		}
	}
}

/* Whether the bottle is still this launch's. */
static bool is_ours(const struct watcher *watcher)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	cleanup_error struct error gone = ERROR_INIT;

	return journal_read(watcher->ctx, watcher->watch->slug, &facts, &gone) == 0 &&
	       strcmp(facts.launch, watcher->watch->launch) == 0;
}

/* The engine may be away for as long as it likes: nobody else can end its container. */
static void end_container(struct watcher *watcher)
{
	const struct watch *watch = watcher->watch;

	for (;;) {
		cleanup_context struct context own = CONTEXT_INIT;
		cleanup_error struct error away = ERROR_INIT;

		if (context_engine_at(&own, watch->engine, &away) == 0 &&
			engine_container_remove(own.engine, watch->agent, &away) == 0)
			return;
		if (!is_ours(watcher))
			return;
		clock_sleep_ms(RETRY_MS);
	}
}

static void end_vm(struct watcher *watcher)
{
	if (watcher->watch->agent != NULL)
		end_container(watcher);
	else
		pidfd_kill(watcher->on[ON_VM].fd, watcher->watch->process.pid);
}

static int clean_up(struct watcher *watcher, struct error *err)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;
	cleanup_journal_facts struct journal_facts facts = {0};

	if (!take_over(watcher, &journal, &facts) || facts.kept)
		return 0;
	events_note(watcher->ctx, &(struct event){.name = "lost",
					  .bottle = watcher->watch->slug,
					  .launch = watcher->watch->launch,
					  .alias = watcher->watch->alias,
					  .reason = watcher->reason,
					  .ms = -1});
	if (!facts.ready)
		return teardown(watcher->ctx, &journal, err);
	/* Whoever stops a VM without us may still want its record; what it could reach does not matter now. */
	if (!watcher->vm_ended)
		return teardown_lost(watcher->ctx, &journal, watcher->reason, err);
	setid_sweep(watcher->ctx, &journal, &facts);
	return 0;
}

static int open_events(struct watcher *watcher, struct error *err)
{
	const struct watch *watch = watcher->watch;

	if (watch->agent != NULL &&
		(engine_events_open(watch->engine, ENGINE_EVENTS_AGENT, watch->agent,
			 &watcher->on[ON_VM].fd, &watcher->own.engine_uid, err) != 0 ||
			engine_events_open(watch->engine, ENGINE_EVENTS_NETWORK,
				watch->agent_network, &watcher->on[ON_INSIDE].fd,
				&watcher->own.engine_uid, err) != 0))
		return -1;
	if (engine_events_open(watch->engine, ENGINE_EVENTS_CONTAINER, watch->container,
		    &watcher->on[ON_CONTAINER].fd, &watcher->own.engine_uid, err) != 0 ||
		engine_events_open(watch->engine, ENGINE_EVENTS_NETWORK, watch->network,
			&watcher->on[ON_NETWORK].fd, &watcher->own.engine_uid, err) != 0)
		return -1;
	for (size_t i = 0; i < watch->port_count; i++)
		watcher->own.port[watcher->own.count++] = watch->port[i].host_port;
	watcher->own.port[watcher->own.count++] = BUNDLE_LEASE_PORT;
	return 0;
}

/* A sealed bottle's sockets, and the claim on its address that its launch has just let go of. */
static int open_relay(struct watcher *watcher, struct error *err)
{
	const struct watch *watch = watcher->watch;
	struct relay_way way[BUNDLE_PORT_MAX];
	char *path[BUNDLE_PORT_MAX];
	int result = 0;

	if (!watch->sealed)
		return 0;
	watcher->claim = claim_port(watch->alias, BUNDLE_LEASE_PORT, err);
	if (watcher->claim < 0)
		return -1;
	for (size_t i = 0; i < watch->port_count; i++) {
		path[i] = seal_socket(watcher->ctx, watch->slug, watch->port[i].name);
		way[i] = (struct relay_way){path[i], watch->address, watch->port[i].host_port};
	}
	if (watch->port_count > 0)
		result = relay_start(way, watch->port_count, &watcher->relay, err);
	for (size_t i = 0; i < watch->port_count; i++)
		free(path[i]);
	if (watcher->relay != NULL)
		watcher->on[ON_RELAY].fd = relay_fd(watcher->relay);
	return result;
}

static void close_relay(struct watcher *watcher)
{
	watcher->on[ON_RELAY].fd = -1;
	relay_stop(watcher->relay);
	watcher->relay = NULL;
}

int watch_run(struct context *ctx, const struct watch *watch, int in, int out, struct error *err)
{
	struct watcher watcher = {.ctx = ctx, .watch = watch, .claim = -1};
	int result;

	for (int i = 0; i < ON_COUNT; i++)
		watcher.on[i] = (struct pollfd){-1, POLLIN, 0};
	ctx->supervising = true;
	if (open_events(&watcher, err) != 0 || open_relay(&watcher, err) != 0) {
		close_relay(&watcher);
		mem_cleanup_fd(&watcher.claim);
		return -1;
	}
	if (watch->agent == NULL)
		watcher.on[ON_VM].fd = pidfd_get(watch->process.pid);
	watcher.on[ON_LAUNCHER].fd = in;
	watcher.on[ON_SIGNAL].fd = cancel_fd();
	if (write(out, "watching\n", 9) != 9)
		lost(&watcher, "the launch ended before the bottle was ready");
	look_at_vm(&watcher);
	wait_for_loss(&watcher);
	/* A launch that is not over is about to find its VM dead, and should know why. */
	if (watcher.on[ON_LAUNCHER].fd >= 0)
		dprintf(out, "%s\n", watcher.reason);
	if (!watcher.vm_ended)
		end_vm(&watcher);
	close_relay(&watcher);
	hear_cause(&watcher);
	cancel_tolerate(cancel_count() + 1);
	result = clean_up(&watcher, err);
	free(watcher.reason);
	mem_cleanup_fd(&watcher.claim);
	for (int i = 0; i < ON_COUNT; i++)
		if (i != ON_LAUNCHER && i != ON_SIGNAL)
			mem_cleanup_fd(&watcher.on[i].fd);
	return result;
}
