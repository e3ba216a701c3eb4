/* The list of places that are inward. Those that say most come first: a proxy that hangs may not get to the
 * last. Literal IPv6 is for a full run and comes at the end: the bundle's network has none, and squid 5.7 without
 * IPv6 dies of being asked (measured). */
#include "proxy_table.h"

#define LOOPBACK PROXY_LITERAL, .text = "127.0.0.1", .port = PROXY_PORT_EGRESS
#define LITERAL PROXY_LITERAL, .port = PROXY_PORT_EGRESS
#define METADATA PROXY_LITERAL, .text = "169.254.169.254", .port = PROXY_PORT_WEB
#define LISTENER .port = PROXY_PORT_LISTENER
#define NAME .name = true
#define FULL .full_only = true

const struct proxy_def proxy_table[] = {
	{"egress", LOOPBACK, .about = "the bundle's own loopback"},
	{"egress-decimal", LOOPBACK, .spelling = PROXY_DECIMAL, .about = "the same as a number"},
	{"egress-octal", LOOPBACK, .spelling = PROXY_OCTAL, .about = "the same in octal"},
	{"egress-hex", LOOPBACK, .spelling = PROXY_HEX, .about = "the same in hex"},
	{"egress-mapped", LOOPBACK, .spelling = PROXY_MAPPED, .about = "the same as IPv6"},
	{"egress-mapped-hex", LOOPBACK, .spelling = PROXY_MAPPED_HEX,
		.about = "the same as IPv6, in hex"},
	{"egress-short", LITERAL, .text = "127.1", .about = "the same, shortened"},
	{"egress-any", LITERAL, .text = "0.0.0.0", .about = "what leads to the loopback too"},
	{"egress-localhost", LITERAL, .text = "localhost", NAME,
		.about = "the bundle's own loopback, by name"},
	{"egress-localhost-dot", LITERAL, .text = "localhost.", NAME, .about = "the same"},
	{"egress-localhost-sub", LITERAL, .text = "bottle.localhost", NAME, .about = "the same"},
	{"egress-own", PROXY_OWN, .port = PROXY_PORT_EGRESS,
		.about = "the bundle's own address on its network"},
	{"egress-own-name", PROXY_OWN_NAME, .port = PROXY_PORT_EGRESS, NAME,
		.about = "the same, by name"},

	{"gateway", PROXY_GATEWAY, LISTENER, .about = "this host, on the bundle's network"},
	{"gateway-decimal", PROXY_GATEWAY, PROXY_DECIMAL, LISTENER,
		.about = "the same as a number"},
	{"gateway-mapped", PROXY_GATEWAY, PROXY_MAPPED, LISTENER, .about = "the same as IPv6"},
	{"gateway-name", PROXY_GATEWAY, LISTENER, .text = "host.docker.internal", NAME,
		.about = "the same by the name that some engines give it"},
	{"host", PROXY_HOST4, LISTENER, .about = "one of this host's own addresses"},
	{"host-name", PROXY_HOSTNAME, LISTENER, NAME, .about = "this host, by name"},
	{"other-bottle", PROXY_OTHER, LISTENER, .about = "another bottle's address"},

	{"metadata", METADATA, .about = "a cloud's metadata service"},
	{"metadata-decimal", METADATA, .spelling = PROXY_DECIMAL, .about = "the same as a number"},
	{"metadata-mapped", METADATA, .spelling = PROXY_MAPPED, .about = "the same as IPv6"},
	{"metadata-name", PROXY_LITERAL, .port = PROXY_PORT_WEB, .text = "metadata.google.internal",
		NAME, .about = "the same by name"},
	{"other-bundle", PROXY_NEIGHBOUR, .port = PROXY_PORT_PROXY,
		.about = "where the next bottle's bundle is"},

	{"egress-loopback6", LITERAL, .text = "[::1]", FULL, .about = "the bundle's IPv6 loopback"},
	{"egress-any6", LITERAL, .text = "[::]", FULL, .about = "what leads there too"},
	{"host6", PROXY_HOST6, LISTENER, FULL, .about = "one of this host's own IPv6 addresses"},
};

const size_t proxy_table_count = sizeof(proxy_table) / sizeof(proxy_table[0]);
