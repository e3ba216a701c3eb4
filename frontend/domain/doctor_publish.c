/* Proof by use that the engine publishes a port on an address of the pool: a throw-away container on a claim of its
 * own, with a bottle's name and labels, so that gc removes it when this process is killed. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bundle.h"
#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "dial.h"
#include "doctor.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_image.h"
#include "hostroute.h"
#include "journal.h"
#include "lease.h"
#include "listeners.h"
#include "mem.h"
#include "names.h"
#include "num.h"
#include "random.h"

enum {
	TRY_MS = 3000,
	ROUND_MS = 1000,
	DEFAULT_PORT = 8888,
};

struct proof {
	struct lease lease;
	char *id; /* of the container; NULL = none */
	uint16_t port, host_port;
	bool ended, served, listens;
};

json_t *doctor_labels(const char *slug, const char *backend)
{
	cleanup_free char *uid = xasprintf("%u", (unsigned)geteuid());
	cleanup_free char *id = random_hex(JOURNAL_LAUNCH_LEN / 2);

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", LABEL_SLUG, slug, LABEL_OWNER, uid,
		LABEL_LAUNCHER, id, LABEL_BACKEND, backend, LABEL_VERSION, BOTTLE_VERSION);
}

/* The first TCP port that the image says it serves. */
static uint16_t port_of(const struct engine_image *image)
{
	json_t *exposed = json_object_get(json_object_get(image->json, "Config"), "ExposedPorts");
	const char *key;
	json_t *value;
	uint32_t port;

	json_object_foreach (exposed, key, value) {
		size_t len = strcspn(key, "/");
		cleanup_free char *number = xstrndup(key, len);

		if (strcmp(key + len, "/tcp") == 0 && parse_u32(number, 1, 65535, &port) &&
			port != BUNDLE_LEASE_PORT)
			return (uint16_t)port;
	}
	return DEFAULT_PORT;
}

static void publish(
	json_t *bindings, json_t *exposed, unsigned port, const char *alias, const char *host_port)
{
	cleanup_free char *key = xasprintf("%u/tcp", port);

	json_object_set_new(exposed, key, json_object());
	json_object_set_new(
		bindings, key, json_pack("[{s:s, s:s}]", "HostIp", alias, "HostPort", host_port));
}

/* As a bundle's, without mounts and with no secret in it. */
static json_t *body_of(
	const struct proof *proof, const struct engine_image *image, const json_t *labels)
{
	json_auto_t *bindings = json_object(), *exposed = json_object();
	json_auto_t *all = json_deep_copy(labels);
	cleanup_free char *lease_port = xasprintf("%d", BUNDLE_LEASE_PORT);
	cleanup_free char *token = random_hex(BUNDLE_TOKEN_LEN / 2);
	cleanup_free char *entry = xasprintf(ENV_TOKEN "=%s", token);

	json_object_set_new(all, LABEL_ALIAS, json_string(proof->lease.alias));
	publish(bindings, exposed, proof->port, proof->lease.alias, "");
	publish(bindings, exposed, BUNDLE_LEASE_PORT, proof->lease.alias, lease_port);
	return json_pack("{s:s, s:O, s:[s,s], s:O, s:{s:O, s:{s:s}, s:s, s:[s], s:[s], s:i}}",
		"Image", image->id, "Labels", all, "Env", entry, ENV_DAEMONS "=egress",
		"ExposedPorts", exposed, "HostConfig", "PortBindings", bindings, "RestartPolicy",
		"Name", "no", "NetworkMode", proof->lease.network_id, "CapDrop", "ALL",
		"SecurityOpt", "no-new-privileges:true", "PidsLimit", 64);
}

static bool listens(const char *alias, uint16_t port)
{
	cleanup_listeners struct listeners all = LISTENERS_INIT;
	cleanup_error struct error none = ERROR_INIT;

	if (listeners_read(&all, &none) != 0)
		return false;
	for (size_t i = 0; i < all.count; i++)
		if (all.item[i].proto == LISTENER_TCP && all.item[i].port == port &&
			strcmp(all.item[i].address, alias) == 0)
			return true;
	return false;
}

static int try_it(struct context *ctx, struct proof *proof, struct error *err)
{
	int64_t deadline = clock_ms() + TRY_MS;

	do {
		cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
		struct dial_target target = {0, false, false};

		if (engine_container_inspect(ctx->engine, proof->id, &container, err) != 0)
			return -1;
		proof->ended = strcmp(container.state, "running") != 0;
		if (proof->ended)
			return 0;
		for (size_t i = 0; i < container.port_count; i++)
			if (container.ports[i].port == proof->port &&
				strcmp(container.ports[i].host_ip, proof->lease.alias) == 0)
				target.port = container.ports[i].host_port;
		if (target.port == 0)
			return 0;
		proof->host_port = target.port;
		proof->listens = proof->listens || listens(proof->lease.alias, target.port);
		proof->served = dial_try(proof->lease.alias, &target, 1, ROUND_MS) == 1;
		if (!proof->served)
			clock_sleep_ms(100);
	} while (!proof->served && !cancel_asked() && clock_ms() < deadline);
	return 0;
}

static int bring_up(struct context *ctx, const struct engine_image *image, const char *slug,
	struct proof *proof, struct error *err)
{
	cleanup_free char *name = xasprintf("%s%s", NAME_CONTAINER_PREFIX, slug);
	json_auto_t *labels = doctor_labels(slug, BACKEND_DOCTOR), *body = NULL;
	struct lease_skip skip = {{NULL}};

	if (lease_claim(ctx, slug, labels, &skip, NULL, NULL, &proof->lease, err) != 0)
		return -1;
	proof->port = port_of(image);
	body = body_of(proof, image, labels);
	if (body == NULL)
		return err_set(err, EXIT_BUG, "the request for a container does not fit its form");
	if (engine_container_create(ctx->engine, name, body, &proof->id, err) != 0)
		return -1;
	return engine_container_start(ctx->engine, proof->id, err);
}

static int take_down(struct context *ctx, struct proof *proof, struct error *err)
{
	int old = cancel_tolerate(cancel_count() + 1);
	int result = proof->id ? engine_container_remove(ctx->engine, proof->id, err) : 0;

	if (result == 0)
		result = lease_release(ctx, &proof->lease, err);
	cancel_tolerate(old);
	return result;
}

static void say(struct doctor_finding *ret, const struct proof *proof, const char *image)
{
	const char *alias = proof->lease.alias;
	cleanup_free char *device = NULL;

	hostroute_loopback_leaves(&device);
	if (proof->ended)
		doctor_say(ret, DOCTOR_SKIP, "%s ended before its port could be tried", image);
	else if (proof->host_port == 0)
		doctor_say(ret, DOCTOR_FAIL, "the engine did not publish port %u on %s",
			proof->port, alias);
	else if (proof->served)
		doctor_say(ret, DOCTOR_OK, "port %u of a container answered on %s:%u", proof->port,
			alias, proof->host_port);
	else if (proof->listens)
		doctor_say(ret, DOCTOR_OK,
			"the engine listens on %s:%u (%s serves nothing on port %u: no answer was "
			"had)",
			alias, proof->host_port, image, proof->port);
	else if (device != NULL)
		doctor_say(ret, DOCTOR_SKIP,
			"the engine translates and does not listen, and %s serves nothing on port "
			"%u: nothing was shown",
			image, proof->port);
	else {
		doctor_say(ret, DOCTOR_FAIL,
			"the engine says that it published on %s:%u, and nothing listens there",
			alias, proof->host_port);
		doctor_cause(ret, "engines in a virtual machine often forward 127.0.0.1 alone");
		doctor_fix(ret, "use an engine that publishes on other loopback addresses");
	}
}

void doctor_publish(struct doctor *doctor, struct doctor_finding *ret)
{
	struct context *ctx = doctor->ctx;
	const char *name = doctor->image ? doctor->image : DOCTOR_IMAGE;
	cleanup_engine_image struct engine_image image = ENGINE_IMAGE_INIT;
	cleanup_free char *random = random_hex(4), *slug = xasprintf("doctor-%s", random);
	cleanup_error struct error err = ERROR_INIT, left = ERROR_INIT;
	struct proof proof = {.id = NULL};

	if (!doctor_needs_engine(doctor, ret))
		return;
	if (engine_image_inspect(ctx->engine, name, &image, &err) != 0) {
		doctor_say_no_image(ret, name);
		return;
	}
	if (bring_up(ctx, &image, slug, &proof, &err) != 0 || try_it(ctx, &proof, &err) != 0)
		doctor_say_error(ret, DOCTOR_FAIL, &err);
	else
		say(ret, &proof, name);
	if (take_down(ctx, &proof, &left) != 0)
		doctor_say_left(ret, &left);
	free(proof.id);
	lease_clear(&proof.lease);
}
