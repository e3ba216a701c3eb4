/* Networks: the lease's lock, by the engine's own refusal of overlaps. */
#include "engine_network.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "engine_call.h"
#include "err.h"
#include "mem.h"
#include "num.h"

enum {
	API_MINOR_CHECKS_NAMES = 44, /* from here on a network's name is always unique */
	API_MINOR_ISOLATES = 48,     /* engine 28: gateway_mode_ipv4=isolated */
};

/* "Pool overlaps with other one on this address space" (docker), "networks have overlapping
 * IPv4" (its bridge driver), "subnet ... is already used on the host or by another config"
 * (Podman). */
static const char *const overlaps[] = {"overlap", "already used on the host", NULL};
static const char *const attached[] = {"active endpoints", "associated containers", NULL};

struct range {
	uint32_t first, last;
};

static bool parse_cidr(const char *cidr, struct range *ret)
{
	const char *slash = strchr(cidr, '/');
	cleanup_free char *quad = xstrndup(cidr, slash ? (size_t)(slash - cidr) : strlen(cidr));
	uint32_t bits = 32, base, host;
	struct addr addr;

	if (!addr_parse(quad, &addr) || (slash != NULL && !parse_u32(slash + 1, 0, 32, &bits)))
		return false;
	base = (uint32_t)addr.octet[0] << 24 | (uint32_t)addr.octet[1] << 16 |
	       (uint32_t)addr.octet[2] << 8 | addr.octet[3];
	host = bits == 0 ? UINT32_MAX : (UINT32_C(1) << (32 - bits)) - 1;
	*ret = (struct range){base & ~host, base | host};
	return true;
}

static void read_network(json_t *entry, struct engine_network *ret)
{
	const json_t *config = json_object_get(json_object_get(entry, "IPAM"), "Config"), *part;
	size_t i;

	*ret = (struct engine_network){
		.id = xstrdup(engine_str(entry, "Id")),
		.name = xstrdup(engine_str(entry, "Name")),
		.driver = xstrdup(engine_str(entry, "Driver")),
		.subnets = STRV_INIT,
		.json = json_incref(entry),
	};
	json_array_foreach (config, i, part)
		if (engine_str(part, "Subnet")[0] != '\0')
			strv_push(&ret->subnets, engine_str(part, "Subnet"));
}

void engine_networks_clear(struct engine_networks *networks)
{
	for (size_t i = 0; i < networks->count; i++) {
		struct engine_network *network = &networks->item[i];

		free(network->id);
		free(network->name);
		free(network->driver);
		strv_clear(&network->subnets);
		json_decref((json_t *)network->json);
	}
	free(networks->item);
	*networks = (struct engine_networks)ENGINE_NETWORKS_INIT;
}

const char *engine_network_label(const struct engine_network *network, const char *key)
{
	return json_string_value(json_object_get(json_object_get(network->json, "Labels"), key));
}

int engine_network_list(struct engine *engine, struct engine_networks *ret, struct error *err)
{
	cleanup_engine_networks struct engine_networks found = ENGINE_NETWORKS_INIT;
	json_auto_t *answer = NULL;
	json_t *entry;
	int status = 0;
	size_t i;

	if (engine_call(engine, "GET", "/networks", NULL, ENGINE_ASK_MS, &status, &answer, err) !=
		0)
		return -1;
	if (status != 200)
		return engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE, answer, err,
			"list the networks");
	if (!json_is_array(answer))
		return engine_strange(engine, err, "list the networks");
	found.item = xcalloc(json_array_size(answer) + 1, sizeof(*found.item));
	json_array_foreach (answer, i, entry) {
		read_network(entry, &found.item[found.count]);
		if (!engine_id_valid(found.item[found.count++].id))
			return engine_strange(engine, err, "list the networks");
	}
	*ret = found;
	found = (struct engine_networks)ENGINE_NETWORKS_INIT;
	return 0;
}

const struct engine_network *engine_network_holder(
	const struct engine_networks *networks, const char *subnet)
{
	struct range wanted, held;

	if (!parse_cidr(subnet, &wanted))
		return NULL;
	for (size_t i = 0; i < networks->count; i++) {
		const struct engine_network *network = &networks->item[i];

		for (size_t j = 0; j < network->subnets.count; j++)
			if (parse_cidr(network->subnets.item[j], &held) &&
				held.first <= wanted.last && wanted.first <= held.last)
				return network;
	}
	return NULL;
}

static int refused_create(struct engine *engine, int status, const json_t *answer, const char *name,
	const char *subnet, struct error *err)
{
	if (engine_says(engine_message(answer), overlaps))
		return engine_refused(engine, ENGINE_FAULT_OVERLAP, EXIT_AGAIN, answer, err,
			"create the network %s on %s", name,
			subnet ? subnet : "a subnet of its choice");
	return engine_refused(engine, status == 409 ? ENGINE_FAULT_NAME_TAKEN : ENGINE_FAULT_OTHER,
		EXIT_CANTCREATE, answer, err, "create the network %s", name);
}

/* Takes OPTIONS, of the bridge driver. */
static int create(struct engine *engine, const char *name, const char *subnet, const char *gateway,
	const json_t *labels, bool internal, json_t *options, char **ret_id, struct error *err)
{
	json_auto_t *none = json_object(), *answer = NULL;
	json_auto_t *body = json_pack("{s:s, s:s, s:b, s:b, s:o, s:O}", "Name", name, "Driver",
		"bridge", "EnableIPv6", 0, "Internal", internal, "Options", options, "Labels",
		labels ? (json_t *)labels : none);
	int status = 0;

	if (subnet != NULL)
		json_object_set_new(body, "IPAM",
			json_pack("{s:s, s:[{s:s, s:s*}]}", "Driver", "default", "Config", "Subnet",
				subnet, "Gateway", gateway));

	if (engine_api_minor(engine) < API_MINOR_CHECKS_NAMES)
		json_object_set_new(body, "CheckDuplicate", json_true());
	if (engine_call(engine, "POST", "/networks/create", body, ENGINE_DO_MS, &status, &answer,
		    err) != 0)
		return -1;
	if (status >= 400)
		return refused_create(engine, status, answer, name, subnet, err);
	if (status != 201 || !engine_id_valid(engine_str(answer, "Id")))
		return engine_strange(engine, err, "create a network");
	*ret_id = xstrdup(engine_str(answer, "Id"));
	return 0;
}

int engine_network_create(struct engine *engine, const char *name, const char *subnet,
	const char *gateway, const json_t *labels, char **ret_id, struct error *err)
{
	return create(engine, name, subnet, gateway, labels, false, json_object(), ret_id, err);
}

int engine_network_create_internal(struct engine *engine, const char *name, const char *subnet,
	const char *gateway, const json_t *labels, char **ret_id, struct error *err)
{
	bool isolates = engine_api_minor(engine) >= API_MINOR_ISOLATES;
	json_t *options = json_pack("{s:s, s:s*}", "com.docker.network.bridge.inhibit_ipv4", "true",
		"com.docker.network.bridge.gateway_mode_ipv4", isolates ? "isolated" : NULL);

	/* An isolated network has no gateway to reserve. */
	return create(engine, name, subnet, isolates ? NULL : gateway, labels, true, options,
		ret_id, err);
}

int engine_network_connect(struct engine *engine, const char *id, const char *container,
	const char *ip, struct error *err)
{
	json_auto_t *body = json_pack("{s:s, s:{s:{s:s}}}", "Container", container,
		"EndpointConfig", "IPAMConfig", "IPv4Address", ip);
	cleanup_free char *path = xasprintf("/networks/%s/connect", id);
	json_auto_t *answer = NULL;
	int status = 0;

	if (engine_call(engine, "POST", path, body, ENGINE_DO_MS, &status, &answer, err) != 0)
		return -1;
	if (status == 200 || status == 204)
		return 0;
	return engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_CANTCREATE, answer, err,
		"attach the container %.12s to the network %.12s", container, id);
}

int engine_network_inspect(struct engine *engine, const char *id, json_t **ret, struct error *err)
{
	cleanup_free char *path = xasprintf("/networks/%s", id);
	json_auto_t *answer = NULL;
	int status = 0;

	if (engine_call(engine, "GET", path, NULL, ENGINE_ASK_MS, &status, &answer, err) != 0)
		return -1;
	if (status != 200)
		return engine_refused(engine,
			status == 404 ? ENGINE_FAULT_MISSING : ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE,
			answer, err, "inspect the network %.12s", id);
	if (!json_is_object(answer))
		return engine_strange(engine, err, "inspect a network");
	*ret = json_incref(answer);
	return 0;
}

int engine_network_remove(struct engine *engine, const char *id, struct error *err)
{
	cleanup_free char *path = NULL;
	json_auto_t *answer = NULL;
	int status = 0;

	if (!engine_id_valid(id)) {
		err_set(err, EXIT_BUG, "docker: '%s' cannot be a network", id);
		return engine_failed(engine, ENGINE_FAULT_OTHER);
	}
	path = xasprintf("/networks/%s", id);
	if (engine_call(engine, "DELETE", path, NULL, ENGINE_DO_MS, &status, &answer, err) != 0)
		return -1;
	if (status == 204 || status == 200 || status == 404)
		return 0;
	if (status < 400)
		return engine_strange(engine, err, "remove a network");
	if (engine_says(engine_message(answer), attached)) {
		engine_refused(engine, ENGINE_FAULT_IN_USE, EXIT_AGAIN, answer, err,
			"remove the network %.40s", id);
		return err_note(err, "next", "docker network inspect %.40s (who is attached)", id);
	}
	return engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE, answer, err,
		"remove the network %.40s", id);
}
