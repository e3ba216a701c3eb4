/* What follows from an address: a function of its last octet and the subnet block, and of nothing else. */
#include "lease.h"

#include <stdlib.h>

#include "context.h"
#include "tap.h"

static const struct {
	struct addr block;
	unsigned octet;
	const char *alias, *subnet, *gateway, *bundle;
} cases[] = {
	{{{10, 213, 0, 0}}, 16, "127.0.0.16", "10.213.1.0/28", "10.213.1.1", "10.213.1.2"},
	{{{10, 213, 0, 0}}, 17, "127.0.0.17", "10.213.1.16/28", "10.213.1.17", "10.213.1.18"},
	{{{10, 213, 0, 0}}, 31, "127.0.0.31", "10.213.1.240/28", "10.213.1.241", "10.213.1.242"},
	{{{10, 213, 0, 0}}, 2, "127.0.0.2", "10.213.0.32/28", "10.213.0.33", "10.213.0.34"},
	{{{10, 213, 0, 0}}, 254, "127.0.0.254", "10.213.15.224/28", "10.213.15.225",
		"10.213.15.226"},
	{{{172, 16, 240, 0}}, 254, "127.0.0.254", "172.16.255.224/28", "172.16.255.225",
		"172.16.255.226"},
	{{{192, 168, 16, 0}}, 16, "127.0.0.16", "192.168.17.0/28", "192.168.17.1", "192.168.17.2"},
};

/* No two octets share a byte of a subnet, whatever the pool's bounds. */
static bool all_differ(void)
{
	bool used[4096] = {false};

	for (unsigned octet = 0; octet < LEASE_OCTETS; octet++) {
		struct context ctx = {.settings = {.subnet_block = {{10, 213, 0, 0}}}};
		struct lease lease;
		unsigned third, fourth;

		lease_describe(&ctx, octet, false, &lease);
		if (sscanf(lease.subnet, "10.213.%3u.%3u/28", &third, &fourth) != 2 || third > 15 ||
			fourth % 16 != 0)
			return false;
		for (unsigned i = 0; i < 16; i++) {
			if (used[third * 256 + fourth + i])
				return false;
			used[third * 256 + fourth + i] = true;
		}
	}
	return true;
}

/* The halves of a container's block: claim and inside share nothing and fill it. */
static void test_split(void)
{
	struct context ctx = {.settings = {.subnet_block = {{10, 213, 0, 0}}}};
	struct lease lease;

	lease_describe(&ctx, 17, true, &lease);
	is_str(lease.block, "10.213.1.16/28", "split: the block is that of the address");
	is_str(lease.subnet, "10.213.1.16/29", "split: the lower half is the claim");
	is_str(lease.gateway, "10.213.1.17", "split: with its gateway");
	is_str(lease.bundle_ip, "10.213.1.18", "split: and the bundle where it is without a split");
	is_str(lease.inside.subnet, "10.213.1.24/29", "split: the upper half is inside");
	is_str(lease.inside.gateway, "10.213.1.25", "split: nobody's address");
	is_str(lease.inside.bundle_ip, "10.213.1.26", "split: the bundle inside");
	is_str(lease.inside.agent_ip, "10.213.1.27", "split: the agent");
	lease_describe(&ctx, 254, true, &lease);
	is_str(lease.inside.subnet, "10.213.15.232/29", "split: the last address");
	lease_describe(&ctx, 17, false, &lease);
	ok(strcmp(lease.subnet, lease.block) == 0 && lease.inside.subnet[0] == '\0',
		"without a split the claim is the block, and nothing is inside");
}

int main(void)
{
	static const unsigned pools[][2] = {{16, 31}, {20, 35}, {2, 254}, {16, 16}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t k = 0; k < sizeof(pools) / sizeof(*pools); k++) {
			struct context ctx = {.settings = {.subnet_block = cases[i].block,
						      .pool_first = pools[k][0],
						      .pool_last = pools[k][1]}};
			struct lease lease;

			lease_describe(&ctx, cases[i].octet, false, &lease);
			ok(strcmp(lease.alias, cases[i].alias) == 0 &&
					strcmp(lease.subnet, cases[i].subnet) == 0 &&
					strcmp(lease.gateway, cases[i].gateway) == 0 &&
					strcmp(lease.bundle_ip, cases[i].bundle) == 0 &&
					lease.octet == cases[i].octet && lease.network == NULL &&
					lease.network_id == NULL,
				"%s on %s with the pool %u-%u", cases[i].alias, cases[i].subnet,
				pools[k][0], pools[k][1]);
		}
	}
	test_split();
	ok(all_differ(), "the subnets of all octets are apart and inside the block");
	return done_testing();
}
