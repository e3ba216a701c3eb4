/* Where a proxy must not go, as data. */
#ifndef DOMAIN_PROXY_TABLE_H
#define DOMAIN_PROXY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum proxy_target {
	PROXY_LITERAL, /* .text */
	PROXY_GATEWAY, /* of the bundle's network: an address of this host */
	PROXY_HOST4,   /* each of this host's own addresses, one row each */
	PROXY_HOST6,
	PROXY_OWN,       /* the bundle's own bridge address */
	PROXY_OWN_NAME,  /* the name by which the engine's resolver knows it */
	PROXY_NEIGHBOUR, /* where the next bottle's bundle is */
	PROXY_OTHER,     /* another bottle's address on the loopback interface */
	PROXY_HOSTNAME,  /* this host's name */
};

/* How an IPv4 address is written. */
enum proxy_spelling {
	PROXY_PLAIN,
	PROXY_DECIMAL,    /* 2130706433 */
	PROXY_OCTAL,      /* 0177.0.0.01 */
	PROXY_HEX,        /* 0x7f000001 */
	PROXY_MAPPED,     /* [::ffff:127.0.0.1] */
	PROXY_MAPPED_HEX, /* [::ffff:7f00:1] */
};

enum proxy_port {
	PROXY_PORT_EGRESS,   /* the egress daemon's */
	PROXY_PORT_LISTENER, /* where a listener of ours waits, on an address of this host */
	PROXY_PORT_PROXY,    /* the proxy's own */
	PROXY_PORT_WEB,      /* 80 */
};

struct proxy_def {
	const char *id;
	enum proxy_target target;
	enum proxy_spelling spelling;
	enum proxy_port port;
	const char *text;
	bool name;      /* to be resolved: that it leads nowhere proves nothing against the proxy */
	bool full_only; /* asked for after all others */
	const char *about;
};

extern const struct proxy_def proxy_table[];
extern const size_t proxy_table_count;

#endif
