/* The list of probes. */
#include "probe_table.h"

#define REACH .must_reach = true
#define QUIET .silence_passes = true
#define FULL .full_only = true

const struct probe_def probe_table[] = {
	{"alias-nonce", "tcp", PROBE_ALIAS, PROBE_PORT_CANARY, REACH, .not_sealed = true,
		.about = "a listener of ours on the bottle's own address"},
	{"published", "tcp", PROBE_ALIAS, PROBE_PORT_PUBLISHED, REACH,
		.about = "a port that the bundle publishes"},

	{"host-loopback", "tcp", PROBE_LITERAL, PROBE_PORT_CANARY, .address = "127.0.0.1",
		.about = "a service on the host's 127.0.0.1"},
	{"gateway", "tcp", PROBE_LITERAL, PROBE_PORT_CANARY, .address = PROBE_GATEWAY,
		.canary_on = "127.0.0.1", .about = "the same through the VM's gateway"},
	{"mapped-loopback", "tcp", PROBE_LITERAL, PROBE_PORT_CANARY, .address = "::ffff:127.0.0.1",
		.canary_on = "127.0.0.1", .about = "the same, spelled as IPv6"},
	{"mapped-gateway", "tcp", PROBE_LITERAL, PROBE_PORT_CANARY, FULL,
		.address = "::ffff:" PROBE_GATEWAY, .canary_on = "127.0.0.1",
		.about = "the gateway, spelled as IPv6"},
	{"loopback6", "tcp", PROBE_LITERAL, PROBE_PORT_CANARY, .address = "::1",
		.about = "a service on the host's ::1"},
	{"gateway-udp", "udp", PROBE_LITERAL, PROBE_PORT_CANARY, QUIET, .address = PROBE_GATEWAY,
		.canary_on = "127.0.0.1", .about = "a UDP service through the VM's gateway"},
	{"other-bottle", "tcp", PROBE_OTHER, PROBE_PORT_CANARY,
		.about = "another bottle's address"},
	{"other-bottle-udp", "udp", PROBE_OTHER, PROBE_PORT_CANARY, QUIET,
		.about = "another bottle's address, UDP"},
	{"host", "tcp", PROBE_HOST4, PROBE_PORT_CANARY, .about = "one of the host's own addresses"},
	{"host6", "tcp", PROBE_HOST6, PROBE_PORT_CANARY,
		.about = "one of the host's own IPv6 addresses"},
	{"host-udp", "udp", PROBE_HOST4, PROBE_PORT_CANARY, QUIET, FULL,
		.about = "one of the host's own addresses, UDP"},
	{"bundle-bridge", "tcp", PROBE_BUNDLE, PROBE_PORT_CONTAINER,
		.about = "the bundle past its published port"},
	/* The address is allowed, so the monitor may accept before it finds that nobody listens there: a
	 * connection that ends without a byte is what containment looks like (1.7.4 does so, measured). */
	{"egress-alias", "tcp", PROBE_ALIAS, PROBE_PORT_EGRESS, QUIET,
		.about = "the egress daemon's port on the alias"},
	{"egress-bridge", "tcp", PROBE_BUNDLE, PROBE_PORT_EGRESS,
		.about = "the egress daemon's port in the bundle"},

	{"internet-tcp", "tcp", PROBE_LITERAL, PROBE_PORT_FIXED, .address = "8.8.8.8", .port = 80,
		.about = "the internet"},
	{"internet-https", "tcp", PROBE_LITERAL, PROBE_PORT_FIXED, FULL, .address = "1.1.1.1",
		.port = 443, .about = "the internet"},
	{"internet-udp", "udp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = "8.8.8.8",
		.port = 123, .about = "the internet by UDP"},
	{"internet-icmp", "icmp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = "8.8.8.8",
		.about = "the internet by ICMP"},
	{"internet6", "tcp", PROBE_LITERAL, PROBE_PORT_FIXED, .address = "2001:4860:4860::8888",
		.port = 80, .about = "the internet by IPv6"},
	{"metadata", "tcp", PROBE_LITERAL, PROBE_PORT_FIXED, .address = "169.254.169.254",
		.port = 80, .about = "a cloud's metadata service"},

	{"dns-gateway", "dns-udp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = PROBE_GATEWAY,
		.port = 53, .about = "DNS by the VM's gateway"},
	{"dns-gateway-tcp", "dns-tcp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET,
		.address = PROBE_GATEWAY, .port = 53, .about = "DNS by the VM's gateway, TCP"},
	{"dns-public", "dns-udp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = "8.8.8.8",
		.port = 53, .about = "DNS by a public resolver"},
	{"dns-public-tcp", "dns-tcp", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, FULL,
		.address = "8.8.8.8", .port = 53, .about = "DNS by a public resolver, TCP"},
	{"dns-alias", "dns-udp", PROBE_ALIAS, PROBE_PORT_FIXED, QUIET, .port = 53,
		.about = "DNS on the alias"},
	{"dns-configured", "resolv", PROBE_LITERAL, PROBE_PORT_FIXED, QUIET, .address = "0.0.0.0",
		.about = "DNS as /etc/resolv.conf says"},

	{"listen-any", "listen", PROBE_LITERAL, PROBE_PORT_WATCHED, .address = "0.0.0.0",
		.canary_on = "127.0.0.1", .about = "the guest listens on every address"},
	{"listen-other", "listen", PROBE_OTHER, PROBE_PORT_WATCHED,
		.about = "the guest listens on another bottle's address"},
};

const size_t probe_table_count = sizeof(probe_table) / sizeof(probe_table[0]);
