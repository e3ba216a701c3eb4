/* The bundle's container. */
#include "bundle.h"

#include <stdlib.h>
#include <string.h>

#include "bridge.h"
#include "cancel.h"
#include "clock.h"
#include "context.h"
#include "dial.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_image.h"
#include "engine_network.h"
#include "err.h"
#include "lease.h"
#include "mem.h"
#include "names.h"
#include "outside.h"
#include "plan.h"
#include "random.h"
#include "seal.h"
#include "spec.h"

enum {
	PROVE_MS = 60000, /* a proxy under emulation took over ten seconds to listen */
	PROVE_ROUND_MS = 2000,
	PROVE_PAUSE_MS = 100,
	LOG_LINES = 10,
	LOG_MAX = 16384,
	PIDS_MAX = 512,
};

/* Capabilities that an image may ask for by its label; everything else stays dropped. */
static const char *const grantable[] = {"SETUID", "SETGID", "CHOWN", "NET_BIND_SERVICE"};

static int add_capabilities(const struct engine_image *image, json_t *list, struct error *err)
{
	const char *at = engine_image_label(image, "io.bot-bottle.cap-add");

	while (at != NULL && *at != '\0') {
		size_t len = strcspn(at, ", ");
		bool known = len == 0;

		for (size_t i = 0; i < sizeof(grantable) / sizeof(grantable[0]) && !known; i++) {
			known = strlen(grantable[i]) == len && memcmp(grantable[i], at, len) == 0;
			if (known)
				json_array_append_new(list, json_string(grantable[i]));
		}
		if (!known)
			return err_set(err, EXIT_REFUSED,
				"the bundle image asks for the capability '%.*s'; it may "
				"have SETUID SETGID CHOWN NET_BIND_SERVICE",
				(int)len, at);
		at += len + (at[len] != '\0');
	}
	return 0;
}

/* Adds TEXT to LIST; KEY is where it came from. */
static int add_text(json_t *list, const char *text, const char *key, struct error *err)
{
	if (json_array_append_new(list, json_string(text)) == 0)
		return 0;
	return err_set(err, EXIT_DATA, "%s: not UTF-8, which the engine's API cannot carry", key);
}

/* ENV of the container: its token, what the file says, the daemons, and names whose values are in our
 * environment, and stay there when there is a PLAN. */
static int add_environment(json_t *env, const struct bottle_spec *spec, const char *token,
	const struct plan *plan, struct error *err)
{
	cleanup_free char *daemons = strv_join(&spec->bundle.daemons, ",");
	cleanup_free char *entry = xasprintf(ENV_DAEMONS "=%s", daemons);
	cleanup_secret char *secret = xasprintf(ENV_TOKEN "=%s", token);

	if (add_text(env, entry, "bundle.daemons", err) != 0 ||
		add_text(env, secret, "token", err) != 0)
		return -1;
	for (size_t i = 0; i < spec->bundle.env.count; i++)
		if (add_text(env, spec->bundle.env.item[i], "bundle.env", err) != 0)
			return -1;
	for (size_t i = 0; i < spec->bundle.forward_env.count; i++) {
		const char *name = spec->bundle.forward_env.item[i], *value = getenv(name);
		cleanup_free char *pair =
			xasprintf("%s=%s", name, plan == NULL && value ? value : PLAN_SECRET);
		cleanup_free char *key = xasprintf("bundle.forward_env: %s", name);

		if (value == NULL)
			return err_set(err, EXIT_DATA, "%s is not set in this environment", key);
		if (add_text(env, pair, key, err) != 0)
			return -1;
	}
	return 0;
}

/* Where the ports of a bundle are published, NULL = nowhere; ALIAS is NULL for a sealed bottle. */
static const char *published_on(const char *alias)
{
	return alias != NULL ? alias : bridge_is_here() ? NULL : "127.0.0.1";
}

const char *bundle_address(bool sealed, const char *alias, const char *bundle_ip)
{
	const char *on = published_on(sealed ? NULL : alias);

	return on != NULL ? on : bundle_ip;
}

static void publish(
	json_t *bindings, json_t *exposed, const char *alias, unsigned port, unsigned host_port)
{
	cleanup_free char *key = xasprintf("%u/tcp", port);
	cleanup_free char *host = host_port ? xasprintf("%u", host_port) : xstrdup("");

	json_object_set_new(exposed, key, json_object());
	json_object_set_new(
		bindings, key, json_pack("[{s:s, s:s}]", "HostIp", alias, "HostPort", host));
}

static int add_binds(json_t *list, const struct bottle_spec *spec, struct error *err)
{
	for (size_t i = 0; i < spec->bundle.mounts.count; i++) {
		const struct spec_mount *mount = &spec->bundle.mounts.item[i];
		cleanup_free char *text = xasprintf("%s:%s:ro", mount->host, mount->guest);
		cleanup_free char *key = xasprintf("bundle.mounts[%zu]", i);

		if (add_text(list, text, key, err) != 0)
			return -1;
	}
	return 0;
}

/* The engine's request body. NULL with *err set. */
static json_t *body_of(const struct bottle_spec *spec, const struct engine_image *image,
	const struct lease *lease, const json_t *labels, const char *token, const struct plan *plan,
	struct error *err)
{
	json_auto_t *bindings = json_object(), *exposed = json_object(), *caps = json_array();
	json_auto_t *all = json_deep_copy(labels), *env = json_array(), *binds = json_array();
	bool sealed = seal_asked(spec);
	const char *on = lease->split ? NULL : published_on(sealed ? NULL : lease->alias);
	json_t *body;

	if (add_environment(env, spec, token, plan, err) != 0 || add_binds(binds, spec, err) != 0 ||
		add_capabilities(image, caps, err) != 0)
		return NULL;
	json_object_set_new(all, LABEL_ALIAS, json_string(lease->alias));
	for (int i = 0; i < SPEC_PORT_COUNT; i++) {
		unsigned port = spec->bundle.publish.port[i];

		if (port != 0 && on != NULL)
			publish(bindings, exposed, on, port, 0);
	}
	if (!sealed && !lease->split)
		publish(bindings, exposed, lease->alias, BUNDLE_LEASE_PORT, BUNDLE_LEASE_PORT);
	/* The network by its id: two users who create one name at one moment both get a network of that name. */
	body = json_pack(
		"{s:s, s:O, s:O, s:O, s:{s:O, s:O, s:b, s:{s:s}, s:s, s:[s], s:O, s:[s], s:i},"
		" s:{s:{s:{s:s, s:{s:s}}}}}",
		"Image", image->id, "Labels", all, "Env", env, "ExposedPorts", exposed,
		"HostConfig", "Binds", binds, "PortBindings", bindings, "AutoRemove", 0,
		"RestartPolicy", "Name", "no", "NetworkMode", lease->network_id, "CapDrop", "ALL",
		"CapAdd", caps, "SecurityOpt", "no-new-privileges:true", "PidsLimit", (int)PIDS_MAX,
		"NetworkingConfig", "EndpointsConfig", lease->network_id, "NetworkID",
		lease->network_id, "IPAMConfig", "IPv4Address", lease->bundle_ip);
	/* With a leg in the agent's network it is no router, whatever the agent writes in a packet's options. */
	if (lease->split)
		json_object_set_new(json_object_get(body, "HostConfig"), "Sysctls",
			json_pack("{s:s}", "net.ipv4.ip_forward", "0"));
	return body;
}

/* The host port that the engine gave to container port PORT on ALIAS, 0 = none. */
static uint16_t published(
	const struct engine_container *container, const char *alias, unsigned port)
{
	for (size_t i = 0; i < container->port_count; i++) {
		const struct engine_port *at = &container->ports[i];

		if (at->port == port && strcmp(at->host_ip, alias) == 0 &&
			strcmp(at->proto, "tcp") == 0)
			return at->host_port;
	}
	return 0;
}

static int read_ports(struct context *ctx, const struct bottle_spec *spec,
	const struct lease *lease, struct bundle *bundle, struct error *err)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
	bool sealed = seal_asked(spec);
	const char *on = lease->split ? NULL : published_on(sealed ? NULL : lease->alias);

	strcpy(bundle->address, lease->split
					? lease->bundle_ip
					: bundle_address(sealed, lease->alias, lease->bundle_ip));
	if (engine_container_inspect(ctx->engine, bundle->id, &container, err) != 0)
		return -1;
	for (size_t i = 0; i < container.port_count; i++)
		if (on == NULL || strcmp(container.ports[i].host_ip, on) != 0)
			return err_set(err, EXIT_REFUSED,
				"the engine published port %u on %s instead of %s",
				container.ports[i].port, container.ports[i].host_ip,
				on ? on : "nothing");
	for (int i = 0; i < SPEC_PORT_COUNT; i++) {
		unsigned port = spec->bundle.publish.port[i];
		uint16_t host = port == 0    ? 0
				: on != NULL ? published(&container, on, port)
					     : (uint16_t)port;

		if (port == 0)
			continue;
		if (host == 0 && strcmp(container.state, "running") == 0)
			return err_set(err, EXIT_UNAVAILABLE,
				"the engine did not publish port %u on %s", port, on ? on : "?");
		bundle->port[bundle->port_count++] = (struct probe_port){
			spec_port_name((enum spec_port)i), host, (uint16_t)port};
	}
	return 0;
}

enum bundle_result bundle_start(struct context *ctx, const char *slug,
	const struct bottle_spec *spec, const struct engine_image *image, const struct lease *lease,
	const json_t *labels, const char *inside, int (*creating)(void *arg, struct error *err),
	void *arg, struct bundle *ret, struct error *err)
{
	json_auto_t *body = NULL;

	ret->token = ctx->plan ? xstrdup(PLAN_SECRET) : random_hex(BUNDLE_TOKEN_LEN / 2);
	body = body_of(spec, image, lease, labels, ret->token, ctx->plan, err);
	if (body == NULL || (creating != NULL && creating(arg, err) != 0))
		return BUNDLE_FAILED;
	ret->name = xasprintf("%s%s", NAME_CONTAINER_PREFIX, slug);
	if (engine_container_create(ctx->engine, ret->name, body, &ret->id, err) != 0) {
		if (engine_fault(ctx->engine) == ENGINE_FAULT_NAME_TAKEN)
			err_note(err, "next",
				"bottle ps --all; bottle stop %s or bottle gc, or docker rm -f %s "
				"if no bottle needs it",
				slug, ret->name);
		return BUNDLE_FAILED;
	}
	if (lease->split && engine_network_connect(ctx->engine, inside, ret->id,
				    lease->inside.bundle_ip, err) != 0)
		return BUNDLE_FAILED;
	if (engine_container_start(ctx->engine, ret->id, err) != 0) {
		enum engine_fault fault = engine_fault(ctx->engine);

		return fault == ENGINE_FAULT_PORT_BUSY || fault == ENGINE_FAULT_NO_ADDRESS
			       ? BUNDLE_ADDRESS_BUSY
			       : BUNDLE_FAILED;
	}
	return read_ports(ctx, spec, lease, ret, err) == 0 ? BUNDLE_OK : BUNDLE_FAILED;
}

static void note_log(struct context *ctx, const struct bundle *bundle, struct error *err)
{
	cleanup_error struct error ignored = ERROR_INIT;
	cleanup_free char *log = NULL;

	if (engine_container_logs(ctx->engine, bundle->id, LOG_LINES, LOG_MAX, &log, &ignored) ==
			0 &&
		*log != '\0')
		err_note(err, "log", "%s", log);
}

int bundle_unserved(
	struct context *ctx, const struct bundle *bundle, const char *state, struct error *err)
{
	err_set(err, EXIT_UNAVAILABLE, "bundle: %s is %s before it served its ports", bundle->name,
		state);
	note_log(ctx, bundle, err);
	return -1;
}

void bundle_explain(struct context *ctx, const struct bundle *bundle, struct error *err)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
	cleanup_error struct error ignored = ERROR_INIT;

	if (bundle->id != NULL && err_find_note(err, "log") == NULL &&
		engine_container_inspect(ctx->engine, bundle->id, &container, &ignored) == 0 &&
		strcmp(container.state, "running") != 0)
		note_log(ctx, bundle, err);
}

int bundle_prove(struct context *ctx, const struct bundle *bundle, struct error *err)
{
	struct dial_target targets[BUNDLE_PORT_MAX] = {{0, false, false}};
	int64_t deadline = clock_ms() + PROVE_MS;

	for (size_t i = 0; i < bundle->port_count; i++)
		targets[i] = (struct dial_target){bundle->port[i].host_port,
			strcmp(bundle->port[i].name, "proxy") == 0, false};
	while (!cancel_asked()) {
		cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
		size_t served;

		outside_enter();
		served = dial_try(bundle->address, targets, bundle->port_count, PROVE_ROUND_MS);
		if (served < bundle->port_count)
			clock_sleep_ms(PROVE_PAUSE_MS);
		outside_leave();
		if (served == bundle->port_count)
			return 0;
		if (engine_container_inspect(ctx->engine, bundle->id, &container, err) != 0)
			return -1;
		if (strcmp(container.state, "running") != 0)
			return bundle_unserved(ctx, bundle, container.state, err);
		if (clock_ms() > deadline)
			break;
	}
	if (cancel_asked())
		return err_set(
			err, (enum exit_code)(EXIT_SIGNAL_BASE + cancel_signal()), "interrupted");
	bundle_unserved(ctx, bundle, "up, but silent", err);
	for (size_t i = 0; i < bundle->port_count; i++)
		if (!targets[i].served)
			err_note(err, "silent", "%s on %s:%u (port %u of the bundle)",
				bundle->port[i].name, bundle->address, bundle->port[i].host_port,
				bundle->port[i].container_port);
	return -1;
}

/* The token as this program makes it; anything else is none. It goes into URLs and shell assignments. */
static char *token_of(const struct engine_container *container)
{
	const char *text = engine_container_env(container, ENV_TOKEN);

	return text != NULL && strlen(text) == BUNDLE_TOKEN_LEN &&
			       strspn(text, "0123456789abcdef") == BUNDLE_TOKEN_LEN
		       ? xstrdup(text)
		       : NULL;
}

/* Whether CONTAINER publishes PORT as it did, and, where nothing is published, nothing. */
static bool publishes(
	const struct engine_container *container, const char *alias, const struct probe_port *port)
{
	const char *on = published_on(alias);

	return on != NULL ? published(container, on, port->container_port) == port->host_port
			  : container->port_count == 0;
}

int bundle_alive(struct context *ctx, const char *id, const char *alias,
	const struct probe_port *ports, size_t count, char **ret_token, bool *ret,
	struct error *err)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
	bool found;

	*ret = false;
	if (engine_container_find(ctx->engine, id, &container, &found, err) != 0)
		return -1;
	if (!found)
		return 0;
	*ret = strcmp(container.state, "running") == 0;
	for (size_t i = 0; i < count; i++)
		*ret = *ret && publishes(&container, alias, &ports[i]);
	if (ret_token != NULL)
		*ret_token = token_of(&container);
	return 0;
}

int bundle_remove(struct context *ctx, const char *id, struct error *err)
{
	return engine_container_remove(ctx->engine, id, err);
}

int bundle_owner(struct context *ctx, const char *slug, char **ret, struct error *err)
{
	cleanup_engine_container struct engine_container container = ENGINE_CONTAINER_INIT;
	cleanup_free char *name = xasprintf("%s%s", NAME_CONTAINER_PREFIX, slug);
	const char *owner;
	bool found;

	*ret = NULL;
	if (engine_container_find(ctx->engine, name, &container, &found, err) != 0)
		return -1;
	if (!found)
		return 0;
	owner = engine_container_label(&container, LABEL_OWNER);
	*ret = xstrdup(owner ? owner : "unknown");
	return 0;
}

void bundle_clear(struct bundle *bundle)
{
	free(bundle->name);
	free(bundle->id);
	mem_free_secret(bundle->token);
	*bundle = (struct bundle){.id = NULL};
}
