/* Networks of the engine. A bridge network with an explicit subnet is the lock of this program:
 * the engine refuses a second one that overlaps, atomically. */
#ifndef PORT_ENGINE_NETWORK_H
#define PORT_ENGINE_NETWORK_H

#include <jansson.h>
#include <stddef.h>

#include "strv.h"

struct engine;
struct error;

struct engine_network {
	char *id;
	char *name;
	char *driver;
	struct strv subnets; /* "10.213.1.0/28"; IPv6 ones too */
	const json_t *json;  /* the whole entry, owned by this */
};

struct engine_networks {
	struct engine_network *item;
	size_t count;
};

#define ENGINE_NETWORKS_INIT \
	{                    \
		NULL, 0      \
	}
#define cleanup_engine_networks __attribute__((cleanup(engine_networks_clear)))

void engine_networks_clear(struct engine_networks *networks);

/* The value of a label, NULL without it. Owned by NETWORK. */
const char *engine_network_label(const struct engine_network *network, const char *key);

/* All networks of the engine, in one request. */
int engine_network_list(struct engine *engine, struct engine_networks *ret, struct error *err);

/* The first network with a subnet that shares an address with SUBNET ("10.213.1.0/28"), or NULL. */
const struct engine_network *engine_network_holder(
	const struct engine_networks *networks, const char *subnet);

/* Creates a bridge network without IPv6, on SUBNET with GATEWAY; NULL: the engine chooses both. LABELS is an
 * object of strings, NULL = none. Never adopts one that exists. ENGINE_FAULT_OVERLAP (EXIT_AGAIN): the
 * subnet is in use; ENGINE_FAULT_NAME_TAKEN. The caller frees *ret_id. */
int engine_network_create(struct engine *engine, const char *name, const char *subnet,
	const char *gateway, const json_t *labels, char **ret_id, struct error *err);

/* The same for a network that leads nowhere: Internal, and its bridge has no address of this host, so that
 * containers on it have no neighbour but each other. GATEWAY stays free. Options of docker's bridge driver (moby,
 * daemon/libnetwork/drivers/bridge): com.docker.network.bridge.inhibit_ipv4, which 20.10 knows, and from API 1.48
 * (engine 28) gateway_mode_ipv4=isolated, with which no route to a gateway is set either. An engine that knows
 * neither makes an ordinary internal network: ask with probes. */
int engine_network_create_internal(struct engine *engine, const char *name, const char *subnet,
	const char *gateway, const json_t *labels, char **ret_id, struct error *err);

/* Attaches CONTAINER to the network ID with the address IP. */
int engine_network_connect(struct engine *engine, const char *id, const char *container,
	const char *ip, struct error *err);

/* Its inspection, with who is attached ("Containers"), in *ret (new reference). ENGINE_FAULT_MISSING. */
int engine_network_inspect(struct engine *engine, const char *id, json_t **ret, struct error *err);

/* ID may be a name. None there is success; ENGINE_FAULT_IN_USE (EXIT_AGAIN) while containers are
 * attached. */
int engine_network_remove(struct engine *engine, const char *id, struct error *err);

#endif
