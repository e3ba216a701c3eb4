/* Holds the model of lo against the kernel's: the same random steps on both, the same list after each.
 *
 *	unshare -n real STEPS [SEED]
 *
 * Steps are ip(8)'s (by rtnetlink) and the helper's (by ioctl). For a namespace of its own: it takes lo apart. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lo.h"

static int inet, route;

/* One request by rtnetlink; 0 or -errno. */
static int netlink(int type, int flags, uint32_t local, unsigned prefix, const char *label)
{
	struct {
		struct nlmsghdr head;
		struct ifaddrmsg body;
		char attr[128];
	} ask = {.head = {.nlmsg_type = (uint16_t)type,
			 .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags)},
		.body = {.ifa_family = AF_INET, .ifa_prefixlen = (uint8_t)prefix, .ifa_index = 1}};
	struct rtattr *at = (struct rtattr *)(void *)ask.attr;
	struct {
		struct nlmsghdr head;
		struct nlmsgerr body;
		char rest[512];
	} answer;
	uint32_t number = htonl(local);

	ask.body.ifa_scope = local >> 24 == 127 ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE;
	for (int kind = IFA_ADDRESS; kind <= IFA_LOCAL; kind++) {
		at->rta_type = (unsigned short)kind;
		at->rta_len = RTA_LENGTH(4);
		memcpy(RTA_DATA(at), &number, 4);
		at = (struct rtattr *)(void *)((char *)at + RTA_ALIGN(at->rta_len));
	}
	at->rta_type = IFA_LABEL;
	at->rta_len = (unsigned short)RTA_LENGTH(strlen(label) + 1);
	strcpy(RTA_DATA(at), label);
	ask.head.nlmsg_len = (uint32_t)((char *)at + RTA_ALIGN(at->rta_len) - (char *)&ask);
	if (send(route, &ask, ask.head.nlmsg_len, 0) < 0 ||
		recv(route, &answer, sizeof(answer), 0) < 0) {
		perror("rtnetlink");
		exit(2);
	}
	return answer.body.error;
}

/* The kernel's list as the model's text. */
static void real_text(char *out, unsigned size)
{
	static struct {
		struct nlmsghdr head;
		struct ifaddrmsg body;
	} ask = {{sizeof(ask), RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 0, 0},
		{.ifa_family = AF_INET}};
	static char answer[65536];
	unsigned used = 0;
	bool done = false;

	out[0] = '\0';
	send(route, &ask, sizeof(ask), 0);
	while (!done) {
		ssize_t len = recv(route, answer, sizeof(answer), 0);
		struct nlmsghdr *head = (struct nlmsghdr *)(void *)answer;

		for (; NLMSG_OK(head, (unsigned)len); head = NLMSG_NEXT(head, len)) {
			struct ifaddrmsg *body = NLMSG_DATA(head);
			struct rtattr *at = IFA_RTA(body);
			int rest = (int)IFA_PAYLOAD(head);
			const char *label = "";
			uint32_t local = 0;

			done |= head->nlmsg_type != RTM_NEWADDR;
			if (done)
				break;
			for (; RTA_OK(at, rest); at = RTA_NEXT(at, rest)) {
				if (at->rta_type == IFA_LOCAL)
					memcpy(&local, RTA_DATA(at), 4);
				if (at->rta_type == IFA_LABEL)
					label = RTA_DATA(at);
			}
			local = ntohl(local);
			used += (unsigned)snprintf(out + used, size - used, "%u.%u.%u.%u/%d %s%s\n",
				local >> 24, local >> 16 & 255, local >> 8 & 255, local & 255,
				body->ifa_prefixlen, label,
				(body->ifa_flags & IFA_F_SECONDARY) != 0 ? " secondary" : "");
		}
	}
}

static void real_up(bool up)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = (short)(up ? IFF_UP : 0)};

	if (ioctl(inet, SIOCSIFFLAGS, &ifr) != 0)
		exit(2);
}

static void real_promote(bool on)
{
	FILE *file = fopen("/proc/sys/net/ipv4/conf/lo/promote_secondaries", "w");

	if (file == NULL || fprintf(file, "%d\n", on) < 0 || fclose(file) != 0) {
		perror("promote_secondaries");
		exit(2);
	}
}

/* One ioctl of the helper's on both. */
static int both_ioctl(struct lo *lo, unsigned long request, unsigned octet, int *model)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct ifreq a, b;
	int real;

	memset(&a, 0, sizeof(a));
	snprintf(a.ifr_name, sizeof(a.ifr_name), "lo:%u", octet);
	in.sin_addr.s_addr = request == SIOCSIFNETMASK ? 0xffffffffU : htonl(0x7f000000U | octet);
	if (request != SIOCSIFFLAGS)
		memcpy(&a.ifr_addr, &in, sizeof(in));
	b = a;
	real = ioctl(inet, request, &a) == 0 ? 0 : -errno;
	*model = lo_ioctl(lo, request, &b);
	if (request == SIOCGIFNETMASK && real == 0 && memcmp(&a, &b, 24) != 0)
		*model = -1;
	return real;
}

int main(int argc, char **argv)
{
	static const uint32_t addrs[] = {0x7f000001U, 0x7f000010U, 0x7f000011U, 0x0a090909U};
	static const char *const labels[] = {"lo", "lo:16", "lo:17", "lo:x"};
	static const unsigned prefixes[] = {8, 32, 24};
	static struct lo lo;
	static char want[65536], got[65536], before[65536];
	unsigned steps = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1000;

	srandom(argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1);
	inet = socket(AF_INET, SOCK_DGRAM, 0);
	route = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	real_text(got, sizeof(got));
	if (got[0] != '\0') {
		fprintf(stderr,
			"real: lo has addresses already; for a new namespace: unshare -n\n");
		return 64;
	}
	real_up(true);
	real_promote(false);
	lo_reset(&lo);
	for (unsigned step = 0; step < steps; step++) {
		unsigned kind = (unsigned)random() % 14;
		uint32_t addr = addrs[random() % 4];
		const char *label = labels[random() % 4];
		unsigned prefix = prefixes[random() % 3], octet = 16 + (unsigned)random() % 2;
		int real = 0, model = 0;

		if (kind < 3) {
			real = netlink(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, addr, prefix, label);
			model = lo_add(&lo, addr, prefix, label);
		} else if (kind < 6) {
			real = netlink(RTM_DELADDR, 0, addr, prefix, label);
			model = lo_delete(&lo, addr, prefix, label);
		} else if (kind == 6) {
			real_up(!lo.up);
			lo_set_up(&lo, !lo.up);
		} else if (kind == 7) {
			real_promote(lo.promote = !lo.promote);
		} else if (kind < 10) {
			real = both_ioctl(&lo, SIOCSIFADDR, octet, &model);
		} else if (kind < 12) {
			real = both_ioctl(&lo, SIOCSIFNETMASK, octet, &model);
		} else {
			real = both_ioctl(
				&lo, kind == 12 ? SIOCSIFFLAGS : SIOCGIFNETMASK, octet, &model);
		}
		strcpy(before, want);
		real_text(got, sizeof(got));
		lo_text(&lo, want, sizeof(want));
		if (real != model || strcmp(want, got) != 0) {
			fprintf(stderr,
				"# step %u, kind %u, %x/%u %s lo:%u, promotion %d, up %d\n%s# "
				"model "
				"%d\n%s# real %d\n%s",
				step, kind, addr, prefix, label, octet, lo.promote, lo.up, before,
				model, want, real, got);
			return 1;
		}
		/* Now and then from the start, or the lists only grow. */
		if (step % 40 == 39) {
			real_promote(false);
			while (lo.count > 0) {
				netlink(RTM_DELADDR, 0, lo.addr[0].local,
					(unsigned)__builtin_popcount(lo.addr[0].mask),
					lo.addr[0].label);
				lo.promote = false;
				lo_delete(&lo, lo.addr[0].local,
					(unsigned)__builtin_popcount(lo.addr[0].mask),
					lo.addr[0].label);
			}
			real_up(false);
			lo.up = false;
			real_up(true);
			lo_set_up(&lo, true);
		}
	}
	printf("# audit: the model of lo did as the kernel in %u random steps\n", steps);
	return 0;
}
