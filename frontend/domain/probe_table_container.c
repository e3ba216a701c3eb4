/* The list of probes for a container. No row has a listener of ours that must be reached: a bottle has no address of
 * this host then. That the guest can reach at all is shown by the bundle's own ports. */
#include "probe_table.h"

#define REACH .must_reach = true
#define QUIET .silence_passes = true
#define FULL .full_only = true
#define ENGINE .engine_answers = true

const struct probe_def probe_table_container[] = {
	{"published", "tcp", PROBE_ALIAS, PROBE_PORT_PUBLISHED, REACH,
		.about = "a port that the bundle serves to the agent"},

	{"host-loopback", "tcp", PROBE_LITERAL, PROBE_PORT_CANARY, .address = "127.0.0.1",
		.about = "a service on the host's 127.0.0.1"},
	{"mapped-loopback", "tcp", PROBE_LITERAL, PROBE_PORT_CANARY, .address = "::ffff:127.0.0.1",
		.canary_on = "127.0.0.1", .about = "the same, spelled as IPv6"},
	{"loopback6", "tcp", PROBE_LITERAL, PROBE_PORT_CANARY, .address = "::1",
		.about = "a service on the host's ::1"},
	/* A packet filter that drops is silent. */
	{"gateway", "tcp", PROBE_GATEWAY_INSIDE, PROBE_PORT_CANARY, QUIET,
		.about = "the host, as gateway of the agent's network"},
	{"gateway-udp", "udp", PROBE_GATEWAY_INSIDE, PROBE_PORT_CANARY, QUIET,
		.about = "the same by UDP"},
	{"host", "tcp", PROBE_HOST4, PROBE_PORT_CANARY, QUIET,
		.about = "one of the host's own addresses"},
	{"host6", "tcp", PROBE_HOST6, PROBE_PORT_CANARY, QUIET,
		.about = "one of the host's own IPv6 addresses"},
	/* Past the routing table. A host answers on this link for its other addresses too, and where rp_filter is not
	 * strict it takes datagrams for them, also if the bridge itself has no address (measured). */
	{"host-link-udp", "udp-link", PROBE_HOST4, PROBE_PORT_CANARY, QUIET,
		.about = "the same on the agent's own link, by UDP"},
	{"host-link", "tcp-link", PROBE_HOST4, PROBE_PORT_CANARY, QUIET, FULL,
		.about = "the same on the agent's own link"},
	{"other-bottle", "tcp", PROBE_NEIGHBOUR, PROBE_PORT_CONTAINER, QUIET,
		.about = "where the next bottle's bundle is"},
	{"bundle-outside", "tcp", PROBE_BUNDLE, PROBE_PORT_CONTAINER, QUIET,
		.about = "the bundle on its outer network"},
	{"egress-inside", "tcp", PROBE_ALIAS, PROBE_PORT_EGRESS, QUIET,
		.about = "the egress daemon's port in the bundle"},
	{"egress-outside", "tcp", PROBE_BUNDLE, PROBE_PORT_EGRESS, QUIET,
		.about = "the same on its outer network"},

	{"internet-tcp", "tcp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = "8.8.8.8",
		.port = 80, .about = "the internet"},
	{"internet-https", "tcp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, FULL,
		.address = "1.1.1.1", .port = 443, .about = "the internet"},
	{"internet-udp", "udp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = "8.8.8.8",
		.port = 123, .about = "the internet by UDP"},
	{"internet-icmp", "icmp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = "8.8.8.8",
		.about = "the internet by ICMP"},
	{"internet6", "tcp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET,
		.address = "2001:4860:4860::8888", .port = 80, .about = "the internet by IPv6"},
	{"metadata", "tcp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = "169.254.169.254",
		.port = 80, .about = "a cloud's metadata service"},

	{"dns-gateway", "dns-udp", PROBE_GATEWAY_INSIDE, PROBE_PORT_FIXED, QUIET, .port = 53,
		.about = "DNS by the host"},
	{"dns-public", "dns-udp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = "8.8.8.8",
		.port = 53, .about = "DNS by a public resolver"},
	{"dns-public-tcp", "dns-tcp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, FULL,
		.address = "8.8.8.8", .port = 53, .about = "DNS by a public resolver, TCP"},
	{"dns-bundle", "dns-udp", PROBE_ALIAS, PROBE_PORT_FIXED, QUIET, .port = 53,
		.about = "DNS by the bundle"},
	/* Both before 23.0.11 and 25.0.5 asked the host's resolver for a container on an internal network, if that one
	 * was on the host's loopback (CVE-2024-29018). */
	{"dns-engine", "dns-udp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, ENGINE,
		.address = "127.0.0.11", .port = 53, .about = "DNS by the engine's resolver"},
	{"dns-configured", "resolv", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, ENGINE,
		.address = "0.0.0.0", .about = "DNS as /etc/resolv.conf says"},

	{"listen-any", "listen", PROBE_LITERAL, PROBE_PORT_WATCHED, .address = "0.0.0.0",
		.canary_on = "127.0.0.1", .about = "the agent listens on every address"},
};

const size_t probe_table_container_count =
	sizeof(probe_table_container) / sizeof(probe_table_container[0]);
