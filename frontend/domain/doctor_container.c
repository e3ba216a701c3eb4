/* Proof by use of the backend docker: a throw-away container as an agent's would be, alone on an internal network, and
 * the probes of a launch from there. Its claim has a bottle's labels, so that gc removes it when this process is
 * killed. That a bundle is reached is not shown: there is none. */
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent_container.h"
#include "alias.h"
#include "cancel.h"
#include "context.h"
#include "docker_process.h"
#include "docker_running.h"
#include "doctor.h"
#include "engine.h"
#include "engine_cli.h"
#include "engine_container.h"
#include "engine_image.h"
#include "engine_network.h"
#include "lease.h"
#include "mem.h"
#include "names.h"
#include "probe.h"
#include "random.h"
#include "self.h"
#include "spec.h"

struct proof {
	struct lease lease;
	struct agent_container container;
	struct probe_report report;
	char *confined; /* what the kernel says of it, when that is not how it must be */
};

static int bring_up(struct context *ctx, const struct engine_image *image, const char *slug,
	struct proof *proof, struct error *err)
{
	struct bottle_spec spec = BOTTLE_SPEC_INIT;
	struct lease_skip skip = {{NULL}};
	json_auto_t *claim = doctor_labels(slug, BACKEND_DOCKER);
	json_auto_t *own = doctor_labels(slug, BACKEND_DOCTOR);

	spec.agent.cpus = 1;
	spec.agent.memory = 64;
	if (lease_claim(ctx, slug, claim, &skip, NULL, NULL, &proof->lease, err) != 0 ||
		agent_container_network(ctx, slug, &proof->lease, claim, &proof->container, err) !=
			0 ||
		agent_container_create(ctx, slug, &spec, image->id, &proof->lease, own,
			&proof->container, err) != 0)
		return -1;
	return agent_container_start(ctx, &proof->container, err);
}

static int try_it(struct context *ctx, struct proof *proof, struct error *err)
{
	struct docker_probe probe = {ctx, proof->container.id};
	cleanup_free char *what = NULL;
	cleanup_free char *other = alias_other(ctx, proof->lease.octet);
	struct probe_input input = {.machine = proof->container.name,
		.alias = proof->lease.inside.bundle_ip,
		.other = other,
		.bundle_ip = proof->lease.bundle_ip,
		.egress_port = SPEC_EGRESS_PORT,
		.dial = proof->lease.bundle_ip,
		.gateway = proof->lease.inside.gateway,
		.ask = docker_probe_ask,
		.ask_arg = &probe};

	if (!docker_process_is_confined(proof->container.pid, geteuid(), &what)) {
		proof->confined = steal_str(&what);
		return 0;
	}
	return probe_run(NULL, &input, &proof->report, err);
}

static int take_down(struct context *ctx, struct proof *proof, struct error *err)
{
	int old = cancel_tolerate(cancel_count() + 1);
	struct agent_container *container = &proof->container;
	int result = container->id ? engine_container_remove(ctx->engine, container->id, err) : 0;

	if (result == 0 && container->network != NULL)
		result = engine_network_remove(ctx->engine, container->network, err);
	if (result == 0)
		result = lease_release(ctx, &proof->lease, err);
	cancel_tolerate(old);
	return result;
}

static void say(struct doctor_finding *ret, const struct proof *proof)
{
	const struct probe_report *report = &proof->report;
	cleanup_free char *rules = self_share("nft/bottle-bundles.nft");

	if (proof->confined != NULL) {
		doctor_say(ret, DOCTOR_FAIL, "not confined as it must be: %s", proof->confined);
		doctor_fix(ret, "docker info (SecurityOptions): seccomp, and no user mapping");
		return;
	}
	for (size_t i = 0; i < report->count; i++)
		if (!report->row[i].pass)
			strv_pushf(&ret->details, "%s (%s): %s", report->row[i].id,
				report->row[i].target, report->row[i].why);
	if (report->failed == 0) {
		doctor_say(ret, DOCTOR_OK, "%zu probes from a container reached nothing",
			report->count);
		return;
	}
	doctor_say(ret, DOCTOR_FAIL, "a container reaches what a bottle must not: %zu probe%s",
		report->failed, report->failed == 1 ? "" : "s");
	if (!docker_probe_reached_host(report))
		return;
	doctor_cause(ret, "this host takes what comes over the container's own link");
	doctor_fix(ret, "sudo nft -f %s", rules);
}

/* Whether what it needs is there. */
static bool possible(struct doctor *doctor, const char *name, struct engine_image *image,
	struct doctor_finding *ret)
{
	struct context *ctx = doctor->ctx;
	cleanup_error struct error err = ERROR_INIT, missing = ERROR_INIT;
	cleanup_free char *docker = NULL;

	if (!doctor_needs_engine(doctor, ret))
		return false;
	if (engine_cli_find(&ctx->mounted, &docker, &err) != 0) {
		doctor_say_error(ret, DOCTOR_FAIL, &err);
		return false;
	}
	if (context_guest(ctx, &err) != 0) {
		doctor_say(ret, DOCTOR_SKIP, "needs bottle-guest, see `guest`");
		return false;
	}
	if (engine_image_inspect(ctx->engine, name, image, &missing) == 0)
		return true;
	doctor_say_no_image(ret, name);
	return false;
}

void doctor_container(struct doctor *doctor, struct doctor_finding *ret)
{
	struct context *ctx = doctor->ctx;
	const char *name = doctor->image ? doctor->image : DOCTOR_IMAGE;
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;
	cleanup_free char *random = random_hex(4), *slug = xasprintf("doctor-%s", random);
	cleanup_error struct error err = ERROR_INIT, left = ERROR_INIT;
	struct proof proof = {.confined = NULL};

	if (!possible(doctor, name, &image, ret))
		return;
	if (bring_up(ctx, &image, slug, &proof, &err) != 0 || try_it(ctx, &proof, &err) != 0)
		doctor_say_error(ret, DOCTOR_FAIL, &err);
	else
		say(ret, &proof);
	if (take_down(ctx, &proof, &left) != 0)
		doctor_say_left(ret, &left);
	free(proof.confined);
	probe_report_clear(&proof.report);
	agent_container_clear(&proof.container);
	lease_clear(&proof.lease);
}
