/* The steps of a launch with the backend docker.
 *
 * Order: the outer network is the claim; the bundle has a leg in it and one in the network inside, where the agent's
 * container is its only other member. The container is made, compared with what was asked, and started with our own
 * program as its only process. From there the bundle's ports are waited for, because nobody else is to reach them, and
 * the probes are made. The supervisor is told as soon as the container runs. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alias.h"
#include "bottle.h"
#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "docker_process.h"
#include "docker_running.h"
#include "engine.h"
#include "engine_cli.h"
#include "engine_container.h"
#include "engine_exec.h"
#include "err.h"
#include "guest.h"
#include "launch.h"
#include "mem.h"
#include "mount_entry.h"
#include "mount_guard.h"
#include "mount_pin.h"
#include "mounted.h"
#include "outside.h"
#include "proc.h"
#include "proxy_probe.h"
#include "random.h"
#include "self.h"
#include "spec.h"
#include "verdict.h"

enum {
	SERVE_MS = 60000, /* as bundle_prove */
	SERVE_ROUND_MS = 2000,
	SERVE_PAUSE_MS = 100,
	NONCE_BYTES = 16,
};

/* The docker command is needed for the first probe, so it is looked for before anything is made. */
int docker_launch_preflight(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;
	cleanup_free char *docker = NULL;

	if (context_guest(ctx, err) != 0 || context_vmdb(ctx, err) != 0 ||
		context_socket(ctx, err) != 0 ||
		mount_pins_take(launch->spec, &launch->pins, err) != 0 ||
		mount_guard(ctx, launch->spec, err) != 0)
		return -1;
	mounted_add(ctx, &launch->spec->agent.mounts);
	if (mount_entry_check(ctx, launch->spec, &launch->pins, err) != 0)
		return -1;
	if (engine_cli_find(&ctx->mounted, &docker, err) != 0 || context_engine(ctx, err) != 0 ||
		engine_image_inspect(
			ctx->engine, launch->spec->bundle.image, &launch->image, err) != 0)
		return -1;
	launch->agent.cached = true; /* nothing is to be packed */
	return agent_resolve(ctx, launch->spec, &launch->agent, err);
}

int docker_launch_claim(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	if (lease_claim(ctx, launch->slug, launch->labels, &launch->skip, launch_note_network,
		    launch, &launch->lease, err) != 0 ||
		journal_event(&launch->journal, "agent-network", NULL, NULL, err) != 0 ||
		agent_container_network(ctx, launch->slug, &launch->lease, launch->labels,
			&launch->container, err) != 0)
		return -1;
	return bundle_start(ctx, launch->slug, launch->spec, &launch->image, &launch->lease,
		       launch->labels, launch->container.network, launch_note_container, launch,
		       &launch->bundle, err) == BUNDLE_OK
		       ? 0
		       : -1;
}

int docker_launch_create(struct launch *launch, struct error *err)
{
	if (journal_event(&launch->journal, "agent-container", NULL, NULL, err) != 0)
		return -1;
	return agent_container_create(launch->ctx, launch->slug, launch->spec,
		launch->agent.image_id, &launch->lease, launch->labels, &launch->container, err);
}

/* What the kernel says of our program in it, before any other is there. */
static int check_process(const struct launch *launch, struct error *err)
{
	cleanup_free char *what = NULL;

	if (docker_process_is_confined(launch->container.pid, geteuid(), &what))
		return 0;
	err_set(err, EXIT_REFUSED, "the agent's container is not confined as it must be: %s", what);
	return err_note(err, "next",
		"docker info (SecurityOptions): the engine must filter system calls by seccomp, "
		"and not map users");
}

/* The engine resolves a path when it starts the container. */
static int check_sources(const struct launch *launch, struct error *err)
{
	const struct spec_mounts *mounts = &launch->spec->agent.mounts;
	cleanup_strv struct strv sources = STRV_INIT;

	for (size_t i = 0; i < mounts->count; i++)
		strv_push(&sources, mounts->item[i].host);
	return mount_pins_check(&launch->pins, &sources, err);
}

/* From here on until it is released, the supervisor takes the end of this process for a loss as well. */
int docker_launch_boot(struct launch *launch, struct error *err)
{
	struct watch watch = launch_watch(launch);

	watch.agent = launch->container.id;
	watch.agent_network = launch->container.network;
	if (journal_event(&launch->journal, "start", NULL, NULL, err) != 0 ||
		supervisor_start(launch->ctx, launch->slug, &launch->supervisor, err) != 0 ||
		supervisor_tell(&launch->supervisor, &watch, err) != 0)
		return -1;
	if (agent_container_start(launch->ctx, &launch->container, err) != 0 ||
		check_sources(launch, err) != 0)
		return -1;
	return check_process(launch, err);
}

/* What is probed depends on listeners that a plan does not open: PROBE... stands for it. */
static int plan_probe(const struct launch *launch, struct error *err)
{
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_proc struct proc proc = PROC_INIT;

	strv_push(&argv, GUEST_PROGRAM);
	strv_push(&argv, "probe");
	strv_push(&argv, "PROBE...");
	return engine_exec_root(launch->ctx->engine, &launch->ctx->mounted, launch->container.id,
		&argv, 1, &proc, err);
}

int docker_launch_plan(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;
	struct agent_container *container = &launch->container;

	if (docker_launch_preflight(launch, err) != 0 ||
		lease_claim(ctx, launch->slug, launch->labels, &launch->skip, NULL, NULL,
			&launch->lease, err) != 0 ||
		agent_container_network(
			ctx, launch->slug, &launch->lease, launch->labels, container, err) != 0 ||
		bundle_start(ctx, launch->slug, launch->spec, &launch->image, &launch->lease,
			launch->labels, container->network, NULL, NULL, &launch->bundle,
			err) != BUNDLE_OK ||
		agent_container_create(ctx, launch->slug, launch->spec, launch->agent.image_id,
			&launch->lease, launch->labels, container, err) != 0 ||
		agent_container_start(ctx, container, err) != 0)
		return -1;
	return plan_probe(launch, err);
}

static int silent(struct launch *launch, const char *state, const bool served[], struct error *err)
{
	const struct bundle *bundle = &launch->bundle;

	bundle_unserved(launch->ctx, bundle, state, err);
	for (size_t i = 0; i < bundle->port_count; i++)
		if (!served[i])
			err_note(err, "silent", "%s on %s:%u", bundle->port[i].name,
				launch->lease.inside.bundle_ip, bundle->port[i].container_port);
	return -1;
}

/* Dials every port once, from the agent's container. Returns how many are served, -1 when it could not try. */
static int dial_inside(struct launch *launch, bool served[], struct error *err)
{
	const struct bundle *bundle = &launch->bundle;
	struct docker_probe probe = {launch->ctx, launch->container.id};
	struct guest_attempt attempts[BUNDLE_PORT_MAX];
	int count = 0;

	for (size_t i = 0; i < bundle->port_count; i++) {
		struct guest_attempt *at = &attempts[i];
		cleanup_free char *nonce = random_hex(NONCE_BYTES);

		*at = (struct guest_attempt){.port = bundle->port[i].container_port,
			.kind = strcmp(bundle->port[i].name, "proxy") == 0 ? "http" : "tcp",
			.deadline_ms = SERVE_ROUND_MS};
		snprintf(at->id, sizeof(at->id), "%s", bundle->port[i].name);
		snprintf(at->address, sizeof(at->address), "%s", launch->lease.inside.bundle_ip);
		snprintf(at->nonce, sizeof(at->nonce), "%s", nonce);
	}
	if (docker_probe_ask(&probe, attempts, bundle->port_count, err) != 0)
		return -1;
	for (size_t i = 0; i < bundle->port_count; i++) {
		enum guest_state state = attempts[i].state;

		served[i] = state == GUEST_ANSWER ||
			    (strcmp(attempts[i].kind, "tcp") == 0 && state == GUEST_OPEN);
		count += served[i];
	}
	return count;
}

int docker_launch_serve(struct launch *launch, struct error *err)
{
	const struct bundle *bundle = &launch->bundle;
	int64_t deadline = clock_ms() + SERVE_MS;
	bool served[BUNDLE_PORT_MAX] = {false};

	while (bundle->port_count > 0 && !cancel_asked()) {
		cleanup_engine_container struct engine_container now = ENGINE_CONTAINER_INIT;
		cleanup_error struct error unseen = ERROR_INIT;
		int count = dial_inside(launch, served, err);

		if (count >= 0 && (size_t)count == bundle->port_count)
			return 0;
		/* A bundle that ended takes the agent's container along: then it is what matters. */
		if (engine_container_inspect(launch->ctx->engine, bundle->id, &now, &unseen) == 0 &&
			strcmp(now.state, "running") != 0)
			return silent(launch, now.state, served, err);
		if (count < 0)
			return -1;
		if (clock_ms() > deadline)
			return silent(launch, "up, but silent", served, err);
		outside_enter();
		clock_sleep_ms(SERVE_PAUSE_MS);
		outside_leave();
	}
	return 0; /* what was interrupted is said before the next step */
}

/* What is to be done about a host that the agent's link leads to. */
static int explain(const struct probe_report *report, struct error *err)
{
	cleanup_free char *rules = NULL;

	if (docker_probe_reached_host(report)) {
		rules = self_share("nft/bottle-bundles.nft");
		return err_note(err, "next",
			"sudo nft -f %s, which keeps what comes from bottles' networks off this "
			"host (engine 28 closes the gateway alone)",
			rules);
	}
	return -1;
}

int docker_launch_prove(struct launch *launch, struct error *err)
{
	const struct lease *lease = &launch->lease;
	struct docker_probe probe = {launch->ctx, launch->container.id};
	cleanup_free char *other = alias_other(launch->ctx, lease->octet);
	struct probe_input input = {
		.machine = launch->container.name,
		.alias = lease->inside.bundle_ip,
		.other = other,
		.bundle_ip = lease->bundle_ip,
		.ports = launch->bundle.port,
		.port_count = launch->bundle.port_count,
		.egress_port = (uint16_t)launch->spec->bundle.egress_port,
		.full = launch->options->full,
		.gateway = lease->inside.gateway,
		.ask = docker_probe_ask,
		.ask_arg = &probe,
		.dial = lease->bundle_ip,
	};

	if (probe_run(NULL, &input, &launch->probes, err) != 0)
		return -1;
	if (launch->probes.failed > 0) {
		launch_unproven(&launch->probes, err);
		return explain(&launch->probes, err);
	}
	/* What a proxy lets through is its image's matter: it is told, not refused. */
	return proxy_probe_run(&input, launch->slug, launch->bundle.token, &launch->proxy, err);
}

/* The supervisor watches: what was shown of bundle and agent before is looked at once more. */
int docker_launch_supervise(struct launch *launch, struct error *err)
{
	bool bundle = false, agent = false;

	if (supervisor_wait(&launch->supervisor, err) != 0 ||
		bundle_alive(launch->ctx, launch->bundle.id, launch->lease.alias, NULL, 0, NULL,
			&bundle, err) != 0 ||
		agent_container_alive(launch->ctx, launch->container.id, launch->container.started,
			&agent, err) != 0)
		return -1;
	if (!bundle)
		return err_set(
			err, EXIT_UNAVAILABLE, "the bundle was lost while the agent came up");
	return agent ? 0
		     : err_set(err, EXIT_UNAVAILABLE,
			       "the agent's container ended while it was probed");
}

void docker_launch_conclude(struct launch *launch, struct verdict *verdict)
{
	const struct agent_container *container = &launch->container;

	verdict->machine = xstrdup(container->name);
	verdict->process = (struct machine_process){container->pid, 0};
	verdict->policy = xstrdup(container->config);
	verdict->smolvm = xstrdup("");
	verdict->smolvm_version = xstrdup("");
	verdict->text = verdict_text_container(&launch->proxy);
	verdict->agent_id = xstrdup(container->id);
	verdict->agent_started = xstrdup(container->started);
	verdict->agent_network = xstrdup(container->network);
	verdict->agent_ip = xstrdup(launch->lease.inside.agent_ip);
	verdict->inside_ip = xstrdup(launch->lease.inside.bundle_ip);
}
