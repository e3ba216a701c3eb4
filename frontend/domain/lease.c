/* Choosing and claiming an address. */
#include "lease.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "engine.h"
#include "engine_container.h"
#include "engine_network.h"
#include "err.h"
#include "fs.h"
#include "hostroute.h"
#include "listeners.h"
#include "mem.h"
#include "names.h"

enum {
	SUBNET_PREFIX = 28,
	SUBNET_SIZE = 16,
	HALF_PREFIX = 29,
	HALF_SIZE = 8,
	LOCK_MS = 60000,
};

/* What the engine and the host say at one moment. */
struct view {
	struct engine_containers containers;
	struct engine_networks networks;
	struct listeners listeners;
	const char *holder[LEASE_OCTETS]; /* name of who holds it, owned by the lists */
};

#define cleanup_view __attribute__((cleanup(view_clear)))

static void view_clear(struct view *view)
{
	engine_containers_clear(&view->containers);
	engine_networks_clear(&view->networks);
	listeners_clear(&view->listeners);
	*view = (struct view){.containers = ENGINE_CONTAINERS_INIT};
}

static struct addr offset(struct addr base, unsigned by)
{
	unsigned low = base.octet[2] * 256u + base.octet[3] + by;

	base.octet[2] = (uint8_t)(low >> 8);
	base.octet[3] = (uint8_t)low;
	return base;
}

static void print_subnet(struct addr first, int prefix, char out[static ADDR_STRLEN + 3])
{
	char text[ADDR_STRLEN];

	addr_print(first, text);
	snprintf(out, ADDR_STRLEN + 3, "%s/%d", text, prefix);
}

void lease_describe(const struct context *ctx, unsigned octet, bool split, struct lease *ret)
{
	struct addr first = offset(ctx->settings.subnet_block, octet * SUBNET_SIZE);
	struct lease_inside *inside = &ret->inside;

	*ret = (struct lease){.octet = octet, .split = split};
	addr_print((struct addr){{127, 0, 0, (uint8_t)octet}}, ret->alias);
	print_subnet(first, SUBNET_PREFIX, ret->block);
	print_subnet(first, split ? HALF_PREFIX : SUBNET_PREFIX, ret->subnet);
	if (split) {
		print_subnet(offset(first, HALF_SIZE), HALF_PREFIX, inside->subnet);
		addr_print(offset(first, HALF_SIZE + 1), inside->gateway);
		addr_print(offset(first, HALF_SIZE + 2), inside->bundle_ip);
		addr_print(offset(first, HALF_SIZE + 3), inside->agent_ip);
	}
	addr_print(offset(first, 1), ret->gateway);
	addr_print(offset(first, 2), ret->bundle_ip);
}

/* The last octet of 127.0.0.x, or 0. */
static unsigned octet_of(const char *text)
{
	struct addr addr;

	if (text == NULL || !addr_parse(text, &addr) || addr.octet[0] != 127 ||
		addr.octet[1] != 0 || addr.octet[2] != 0)
		return 0;
	return addr.octet[3];
}

static void hold(struct view *view, const char *address, const char *name)
{
	unsigned octet = octet_of(address);

	if (octet != 0 && view->holder[octet] == NULL)
		view->holder[octet] = name;
}

static bool is_split(const char *backend)
{
	return backend != NULL && strcmp(backend, BACKEND_DOCKER) == 0;
}

/* A labelled network whose subnet does not belong to its address was made with another subnet block: two
 * bottles could then share an address without the engine noticing. */
static int check_network(const struct context *ctx, const struct engine_network *network,
	const char *alias, struct error *err)
{
	struct lease expected;
	unsigned octet = octet_of(alias);
	bool split = is_split(engine_network_label(network, LABEL_BACKEND));

	lease_describe(ctx, octet, split, &expected);
	if (octet != 0 && network->subnets.count == 1 &&
		(strcmp(network->subnets.item[0], expected.subnet) == 0 ||
			(split && strcmp(network->subnets.item[0], expected.inside.subnet) == 0)))
		return 0;
	err_set(err, EXIT_CONFIG, "network %s is labelled %s but its subnet is %s, not %s",
		network->name, alias, network->subnets.count ? network->subnets.item[0] : "missing",
		expected.subnet);
	err_note(err, "why",
		"another subnet_block is or was in use on this engine, or the label is forged");
	return err_note(err, "next",
		"set one subnet_block in /etc/bottle/config.yaml, stop the bottle, or "
		"docker network rm %s",
		network->name);
}

static int look(struct context *ctx, struct view *view, struct error *err)
{
	if (engine_container_list(
		    ctx->engine, NAME_CONTAINER_PREFIX, NULL, &view->containers, err) != 0 ||
		engine_network_list(ctx->engine, &view->networks, err) != 0 ||
		listeners_read(&view->listeners, err) != 0)
		return -1;
	for (size_t i = 0; i < view->containers.count; i++) {
		const struct engine_container *container = &view->containers.item[i];

		hold(view, engine_container_label(container, LABEL_ALIAS), container->name);
		for (size_t k = 0; k < container->port_count; k++)
			hold(view, container->ports[k].host_ip, container->name);
	}
	for (size_t i = 0; i < view->networks.count; i++) {
		const struct engine_network *network = &view->networks.item[i];
		const char *alias = engine_network_label(network, LABEL_ALIAS);

		if (alias == NULL)
			continue;
		if (check_network(ctx, network, alias, err) != 0)
			return -1;
		hold(view, alias, network->name);
	}
	for (size_t i = 0; i < view->listeners.count; i++)
		if (!view->listeners.item[i].wildcard)
			hold(view, view->listeners.item[i].address, "a listener of this host");
	return 0;
}

/* The bottle's name in the name of its container or network. */
static const char *bottle_of(const char *name)
{
	static const char *const prefixes[] = {
		NAME_CONTAINER_PREFIX, NAME_NETWORK_PREFIX, NAME_AGENT_PREFIX};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return name + strlen(prefixes[i]);
	return name;
}

static int exhausted(const struct context *ctx, const struct view *view,
	const struct lease_skip *skip, struct error *err)
{
	unsigned first = ctx->settings.pool_first, last = ctx->settings.pool_last;

	err_set(err, EXIT_AGAIN, "no address left in the pool 127.0.0.%u-127.0.0.%u (%u in use)",
		first, last, last - first + 1);
	for (unsigned octet = first; octet <= last; octet++) {
		const char *name = view->holder[octet];

		if (name == NULL)
			name = skip->why[octet] ? skip->why[octet] : "?";
		err_note(err, "held by", "127.0.0.%u  %s", octet, bottle_of(name));
	}
	return err_note(err, "next", "bottle stop NAME (bottle ps --all lists them)");
}

static int foreign_subnet(
	const struct lease *lease, const char *what, const char *name, struct error *err)
{
	err_set(err, EXIT_CONFIG, "the subnet %s of %s overlaps with %s %s", lease->block,
		lease->alias, what, name);
	return err_note(
		err, "next", "set another subnet_block (a private /20) in /etc/bottle/config.yaml");
}

/* An engine's bridge, br- and twelve digits of the network's id. That of a bottle that ends just now may still
 * have its route: the engine decides then. */
static bool is_engine_bridge(const char *device)
{
	return strncmp(device, "br-", 3) == 0 && strlen(device) == 15 &&
	       strspn(device + 3, "0123456789abcdef") == 12;
}

/* Whether the bridge DEVICE is of one of NETWORKS. */
static bool is_listed(const struct engine_networks *networks, const char *device)
{
	for (size_t i = 0; i < networks->count; i++)
		if (strncmp(networks->item[i].id, device + 3, 12) == 0)
			return true;
	return false;
}

/* Whether LEASE's block is free on this host and engine. 1 = a bottle of ours, or of another engine, has it. */
static int check_subnet(const struct context *ctx, const struct view *view,
	const struct lease *lease, struct error *err)
{
	const struct engine_network *network = engine_network_holder(&view->networks, lease->block);
	cleanup_free char *device = NULL;

	if (network != NULL)
		return engine_network_label(network, LABEL_ALIAS) != NULL
			       ? 1
			       : foreign_subnet(lease, "the docker network", network->name, err);
	if (hostroute_overlap(offset(ctx->settings.subnet_block, lease->octet * SUBNET_SIZE),
		    SUBNET_PREFIX, &device, err) != 0)
		return -1;
	if (device != NULL && !is_engine_bridge(device))
		return foreign_subnet(lease, "a route of", device, err);
	return device != NULL && lease->split && !is_listed(&view->networks, device);
}

/* Another user's bottle, or what nobody remembers. */
static int name_taken(struct context *ctx, const char *network, struct error *err)
{
	cleanup_engine_networks struct engine_networks now = ENGINE_NETWORKS_INIT;
	cleanup_free char *self = xasprintf("%u", (unsigned)geteuid());
	const char *owner = NULL;

	if (engine_network_list(ctx->engine, &now, err) != 0)
		return -1;
	for (size_t i = 0; i < now.count && owner == NULL; i++)
		if (strcmp(now.item[i].name, network) == 0)
			owner = engine_network_label(&now.item[i], LABEL_OWNER);
	if (owner != NULL && strcmp(owner, self) != 0) {
		err_set(err, EXIT_CANTCREATE, "a bottle of uid %s has this name on this engine",
			owner);
		return err_note(err, "next", "choose another name");
	}
	err_set(err, EXIT_CANTCREATE,
		"a docker network named %s exists already, and this launch did not make it",
		network);
	return err_note(
		err, "next", "bottle gc, or docker network rm %s if nothing needs it", network);
}

/* Tries one address. 0 = claimed, 1 = taken meanwhile, -1 = failed. */
static int claim_one(
	struct context *ctx, const json_t *labels, struct lease *lease, struct error *err)
{
	json_auto_t *all = json_deep_copy(labels);
	cleanup_engine_networks struct engine_networks now = ENGINE_NETWORKS_INIT;
	const struct engine_network *holder;

	json_object_set_new(all, LABEL_ALIAS, json_string(lease->alias));
	if (engine_network_create(ctx->engine, lease->network, lease->subnet, lease->gateway, all,
		    &lease->network_id, err) == 0)
		return 0;
	if (engine_fault(ctx->engine) == ENGINE_FAULT_NAME_TAKEN)
		return name_taken(ctx, lease->network, err);
	if (engine_fault(ctx->engine) != ENGINE_FAULT_OVERLAP)
		return -1;
	if (engine_network_list(ctx->engine, &now, err) != 0)
		return -1;
	holder = engine_network_holder(&now, lease->block);
	if (holder == NULL) /* gone again: leave this address to the next launch */
		return 1;
	return engine_network_label(holder, LABEL_ALIAS) != NULL
		       ? 1
		       : foreign_subnet(lease, "the docker network", holder->name, err);
}

static int claim_any(struct context *ctx, const char *slug, const json_t *labels,
	struct lease_skip *skip,
	int (*claiming)(void *arg, const struct lease *lease, struct error *err), void *arg,
	struct lease *ret, struct error *err)
{
	cleanup_view struct view view = {.containers = ENGINE_CONTAINERS_INIT};
	bool split = is_split(json_string_value(json_object_get(labels, LABEL_BACKEND)));

	if (look(ctx, &view, err) != 0)
		return -1;
	for (unsigned octet = ctx->settings.pool_first; octet <= ctx->settings.pool_last; octet++) {
		struct lease lease;
		int state;

		if (skip->why[octet] != NULL || view.holder[octet] != NULL)
			continue;
		lease_describe(ctx, octet, split, &lease);
		state = check_subnet(ctx, &view, &lease, err);
		if (state < 0)
			return -1;
		if (state == 0) {
			lease.network = xasprintf("%s%s", NAME_NETWORK_PREFIX, slug);
			state = claiming != NULL && claiming(arg, &lease, err) != 0
					? -1
					: claim_one(ctx, labels, &lease, err);
			if (state == 0) {
				*ret = lease;
				return 0;
			}
			lease_clear(&lease);
		}
		if (state < 0)
			return -1;
		err_clear(err);
		skip->why[octet] = "claimed by another launch meanwhile";
	}
	return exhausted(ctx, &view, skip, err);
}

int lease_claim(struct context *ctx, const char *slug, const json_t *labels,
	struct lease_skip *skip,
	int (*claiming)(void *arg, const struct lease *lease, struct error *err), void *arg,
	struct lease *ret, struct error *err)
{
	/* Keeps one user's parallel launches orderly; that no two claims meet rests on the engine. */
	cleanup_free char *path = xasprintf("%s/smolmachines.lock", ctx->cache_root);
	cleanup_fd int lock =
		fs_private_dir(ctx->cache_root, err) == 0 ? fs_lock(path, LOCK_MS, err) : -1;

	if (lock < 0)
		return -1;
	return claim_any(ctx, slug, labels, skip, claiming, arg, ret, err);
}

int lease_holders(struct context *ctx, char *ret[static LEASE_OCTETS], struct error *err)
{
	cleanup_view struct view view = {.containers = ENGINE_CONTAINERS_INIT};

	if (look(ctx, &view, err) != 0)
		return -1;
	for (unsigned octet = 0; octet < LEASE_OCTETS; octet++)
		ret[octet] = view.holder[octet] ? xstrdup(bottle_of(view.holder[octet])) : NULL;
	return 0;
}

int lease_release(struct context *ctx, const struct lease *lease, struct error *err)
{
	return lease->network_id ? engine_network_remove(ctx->engine, lease->network_id, err) : 0;
}

void lease_clear(struct lease *lease)
{
	free(lease->network);
	free(lease->network_id);
	*lease = (struct lease){0};
}
