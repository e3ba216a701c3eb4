/* The list of probes, as data. */
#ifndef DOMAIN_PROBE_TABLE_H
#define DOMAIN_PROBE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum probe_target {
	PROBE_ALIAS,
	PROBE_OTHER, /* another bottle's address */
	PROBE_HOST4, /* each of this host's own IPv4 addresses, one row each */
	PROBE_HOST6,
	PROBE_BUNDLE,         /* the bundle's bridge address */
	PROBE_LITERAL,        /* .address */
	PROBE_GATEWAY_INSIDE, /* a container's: the gateway that its network would have */
	PROBE_NEIGHBOUR,      /* a container's: the bundle of the next bottle */
};

enum probe_port_kind {
	PROBE_PORT_FIXED,     /* .port */
	PROBE_PORT_CANARY,    /* where a listener of ours waits */
	PROBE_PORT_PUBLISHED, /* each published port, one row each */
	PROBE_PORT_CONTAINER, /* the proxy's port inside the bundle */
	PROBE_PORT_EGRESS,
	PROBE_PORT_WATCHED, /* listen: a port that is free on the host */
};

struct probe_def {
	const char *id;
	const char *kind; /* of guest/protocol.h */
	enum probe_target target;
	enum probe_port_kind port_kind;
	const char *address;   /* PROBE_LITERAL */
	const char *canary_on; /* where the listener waits; NULL = at the target itself */
	uint16_t port;
	bool must_reach;
	bool not_sealed;     /* from a sealed bottle it must not */
	bool silence_passes; /* containment shows as silence here (datagrams, port 53) */
	bool full_only;
	bool engine_answers; /* the engine's own resolver may say that it does not know */
	const char *about;
};

extern const struct probe_def probe_table[];
extern const size_t probe_table_count;

/* The list for a container, in a file of its own: there is no VM's gateway to map addresses of the host, but a link
 * that is shared with it, and a resolver of the engine's. PROBE_ALIAS is where the bundle is for the agent. */
extern const struct probe_def probe_table_container[];
extern const size_t probe_table_container_count;

/* The gateway that smolvm gives a guest when no --guest-subnet says otherwise (measured). */
#define PROBE_GATEWAY "100.96.0.1"

#endif
