/*
 * Theory of operation
 *
 * The alias is in 127.0.0.0/8, and the guest's own loopback owns all of that: the kernel's table
 * `local`, asked before `main`, has `local 127.0.0.0/8 dev lo`. A unicast /32 in the *same* table
 * is more specific and wins, so packets to the alias go to the gateway, where the relay in the VM
 * monitor dials the alias on the host. Two kernel checks stand in the way of loopback addresses on
 * a wire, and the interface's route_localnet lifts both (ip-sysctl: "do not consider loopback
 * addresses as martian source or destination while routing").
 *
 * route_localnet is set by rtnetlink as well (IFLA_AF_SPEC, AF_INET, IFLA_INET_CONF), not through
 * /proc/sys: an image need not have /proc, and where it is mounted it may be read-only.
 *
 * Gateway and source are read from the kernel, since the host may choose another guest subnet. What
 * is printed is what the kernel answers afterwards, not what was asked of it.
 */
#define _GNU_SOURCE 1
#include "route.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <stdbool.h>
#include <string.h>

#include "endpoint.h"
#include "netlink.h"
#include "out.h"
#include "protocol.h"

struct link {
	uint32_t index;
	bool localnet;
};

struct path {
	uint32_t device;
	uint32_t gateway; /* addresses in network order, 0: none */
	uint32_t source;
	uint32_t metric;
};

static void each_link(const struct nlmsghdr *h, void *ctx)
{
	const struct ifinfomsg *info = NLMSG_DATA(h);
	struct link *link = ctx;
	const struct rtattr *conf;
	uint32_t values[IPV4_DEVCONF_ROUTE_LOCALNET];

	if (h->nlmsg_type != RTM_NEWLINK || h->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
		return;
	link->index = (uint32_t)info->ifi_index;
	conf = netlink_inside(netlink_inside(netlink_attr(h, sizeof(*info), IFLA_AF_SPEC), AF_INET),
		IFLA_INET_CONF);
	/* An array in which setting N is at N - 1 (net/ipv4/devinet.c, inet_fill_link_af). */
	if (!conf || RTA_PAYLOAD(conf) < sizeof(values))
		return;
	memcpy(values, RTA_DATA(conf), sizeof(values));
	link->localnet = values[IPV4_DEVCONF_ROUTE_LOCALNET - 1] == 1;
}

static int link_get(struct link *ret)
{
	struct ifinfomsg info = {.ifi_family = AF_UNSPEC};
	struct netlink_msg m;

	netlink_begin(&m, RTM_GETLINK, 0, &info, sizeof(info));
	netlink_add(&m, IFLA_IFNAME, GUEST_DEVICE, sizeof(GUEST_DEVICE));
	return netlink_talk(&m, each_link, ret);
}

static int link_set_localnet(uint32_t index)
{
	struct ifinfomsg info = {.ifi_family = AF_UNSPEC, .ifi_index = (int)index};
	struct netlink_msg m;
	size_t spec, inet, conf;
	uint32_t one = 1;

	netlink_begin(&m, RTM_SETLINK, 0, &info, sizeof(info));
	spec = netlink_nest(&m, IFLA_AF_SPEC);
	inet = netlink_nest(&m, AF_INET);
	conf = netlink_nest(&m, IFLA_INET_CONF);
	netlink_add(&m, IPV4_DEVCONF_ROUTE_LOCALNET, &one, sizeof(one));
	netlink_unnest(&m, conf);
	netlink_unnest(&m, inet);
	netlink_unnest(&m, spec);
	return netlink_talk(&m, NULL, NULL);
}

/* Keeps the default route with the lowest metric, as the kernel would. */
static void each_default(const struct nlmsghdr *h, void *ctx)
{
	const struct rtmsg *route = NLMSG_DATA(h);
	struct path *path = ctx;
	uint32_t table, device, gateway, metric = 0;

	if (h->nlmsg_type != RTM_NEWROUTE || h->nlmsg_len < NLMSG_LENGTH(sizeof(*route)) ||
		route->rtm_family != AF_INET || route->rtm_dst_len != 0 ||
		route->rtm_type != RTN_UNICAST)
		return;
	if (!netlink_u32(netlink_attr(h, sizeof(*route), RTA_TABLE), &table) ||
		table != RT_TABLE_MAIN ||
		!netlink_u32(netlink_attr(h, sizeof(*route), RTA_OIF), &device) ||
		device != path->device ||
		!netlink_u32(netlink_attr(h, sizeof(*route), RTA_GATEWAY), &gateway))
		return;
	netlink_u32(netlink_attr(h, sizeof(*route), RTA_PRIORITY), &metric);
	if (path->gateway && path->metric <= metric)
		return;
	path->gateway = gateway;
	path->metric = metric;
}

static int path_get_gateway(struct path *path)
{
	struct rtmsg route = {.rtm_family = AF_INET};
	struct netlink_msg m;

	netlink_begin(&m, RTM_GETROUTE, NLM_F_DUMP, &route, sizeof(route));
	return netlink_talk(&m, each_default, path);
}

/* The first address in the gateway's own prefix. */
static void each_address(const struct nlmsghdr *h, void *ctx)
{
	const struct ifaddrmsg *address = NLMSG_DATA(h);
	struct path *path = ctx;
	uint32_t local, mask;

	if (h->nlmsg_type != RTM_NEWADDR || h->nlmsg_len < NLMSG_LENGTH(sizeof(*address)) ||
		address->ifa_family != AF_INET || address->ifa_index != path->device ||
		address->ifa_prefixlen > 32 || path->source)
		return;
	/* IFA_LOCAL is ours; IFA_ADDRESS is the peer's on a point-to-point link (rtnetlink(7)). */
	if (!netlink_u32(netlink_attr(h, sizeof(*address), IFA_LOCAL), &local))
		return;
	mask = address->ifa_prefixlen ? htonl(UINT32_MAX << (32 - address->ifa_prefixlen)) : 0;
	if ((local & mask) == (path->gateway & mask))
		path->source = local;
}

static int path_get_source(struct path *path)
{
	struct ifaddrmsg address = {.ifa_family = AF_INET};
	struct netlink_msg m;

	netlink_begin(&m, RTM_GETADDR, NLM_F_DUMP, &address, sizeof(address));
	return netlink_talk(&m, each_address, path);
}

static int path_add(const struct path *path, struct in_addr alias)
{
	struct rtmsg route = {
		.rtm_family = AF_INET,
		.rtm_dst_len = 32,
		.rtm_table = RT_TABLE_LOCAL,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
	};
	struct netlink_msg m;

	netlink_begin(&m, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &route, sizeof(route));
	netlink_add(&m, RTA_DST, &alias.s_addr, sizeof(alias.s_addr));
	netlink_add(&m, RTA_GATEWAY, &path->gateway, sizeof(path->gateway));
	netlink_add(&m, RTA_OIF, &path->device, sizeof(path->device));
	netlink_add(&m, RTA_PREFSRC, &path->source, sizeof(path->source));
	return netlink_talk(&m, NULL, NULL);
}

static void each_found(const struct nlmsghdr *h, void *ctx)
{
	const struct rtmsg *route = NLMSG_DATA(h);
	struct path *path = ctx;

	if (h->nlmsg_type != RTM_NEWROUTE || h->nlmsg_len < NLMSG_LENGTH(sizeof(*route)) ||
		route->rtm_type != RTN_UNICAST)
		return;
	netlink_u32(netlink_attr(h, sizeof(*route), RTA_OIF), &path->device);
	netlink_u32(netlink_attr(h, sizeof(*route), RTA_GATEWAY), &path->gateway);
	netlink_u32(netlink_attr(h, sizeof(*route), RTA_PREFSRC), &path->source);
}

/* Which way would a packet to alias go? */
static int path_find(struct path *path, struct in_addr alias)
{
	struct rtmsg route = {.rtm_family = AF_INET, .rtm_dst_len = 32};
	struct netlink_msg m;

	netlink_begin(&m, RTM_GETROUTE, 0, &route, sizeof(route));
	netlink_add(&m, RTA_DST, &alias.s_addr, sizeof(alias.s_addr));
	return netlink_talk(&m, each_found, path);
}

static void say(struct out *o, const char *word, uint32_t address)
{
	char text[IPV4_STRLEN];

	ipv4_format((struct in_addr){.s_addr = address}, text);
	out_str(o, word);
	out_str(o, text);
}

static void check(const char *what, int err)
{
	if (err)
		die(GUEST_EXIT_FAILED, "up", what, err);
}

void route_up(struct in_addr alias, struct out *o)
{
	struct link link = {.index = 0};
	struct path want = {.device = 0}, got = {.device = 0};
	int err = link_get(&link);

	if (err == ENODEV) {
		out_str(o, "route none\n");
		return;
	}
	check("read " GUEST_DEVICE, err);
	if (!link.localnet) {
		check("set route_localnet of " GUEST_DEVICE, link_set_localnet(link.index));
		check("read " GUEST_DEVICE, link_get(&link));
	}
	if (!link.localnet)
		die(GUEST_EXIT_FAILED, "up", "route_localnet of " GUEST_DEVICE " is not on", 0);

	want.device = link.index;
	check("read the default route", path_get_gateway(&want));
	if (!want.gateway)
		die(GUEST_EXIT_FAILED, "up", "no default route by " GUEST_DEVICE, 0);
	check("read the address of " GUEST_DEVICE, path_get_source(&want));
	if (!want.source)
		die(GUEST_EXIT_FAILED, "up", "no address of " GUEST_DEVICE " near its gateway", 0);
	check("add the route", path_add(&want, alias));
	check("read the route back", path_find(&got, alias));
	if (got.device != want.device || got.gateway != want.gateway || got.source != want.source)
		die(GUEST_EXIT_FAILED, "up", "the kernel routes the alias another way", 0);

	say(o, "route ", alias.s_addr);
	say(o, " via ", got.gateway);
	say(o, " dev " GUEST_DEVICE " src ", got.source);
	out_str(o, "\n");
}
