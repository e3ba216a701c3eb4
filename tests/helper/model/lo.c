/* See lo.h. Function names in comments are the kernel's. */
#include "lo.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define HOME 0x7f000001U

static uint32_t mask_of(unsigned prefix)
{
	return prefix == 0 ? 0 : 0xffffffffU << (32 - prefix);
}

static bool same_subnet(const struct lo_addr *a, const struct lo_addr *b)
{
	return a->mask == b->mask && ((a->local ^ b->local) & a->mask) == 0;
}

static void take_out(struct lo *lo, unsigned at)
{
	memmove(&lo->addr[at], &lo->addr[at + 1], (lo->count - at - 1) * sizeof(lo->addr[0]));
	lo->count--;
}

static void put_in(struct lo *lo, unsigned at, const struct lo_addr *addr)
{
	memmove(&lo->addr[at + 1], &lo->addr[at], (lo->count - at) * sizeof(lo->addr[0]));
	lo->addr[at] = *addr;
	lo->count++;
}

/* __inet_insert_ifa(): a primary goes behind the last primary whose scope is not narrower; a secondary to the
 * end. */
static int insert(struct lo *lo, struct lo_addr addr)
{
	unsigned last_primary = 0, here = 0;

	addr.secondary = false;
	for (unsigned i = 0; i < lo->count; i++) {
		const struct lo_addr *have = &lo->addr[i];

		if (have->elsewhere)
			break;
		here++;
		if (!have->secondary && addr.scope <= have->scope)
			last_primary = i + 1;
		if (!same_subnet(have, &addr))
			continue;
		if (have->local == addr.local)
			return -EEXIST;
		if (have->scope != addr.scope)
			return -EINVAL;
		addr.secondary = true;
	}
	if (lo->count == LO_MAX)
		return -ENOBUFS;
	put_in(lo, addr.secondary ? here : last_primary, &addr);
	return 0;
}

/* inet_del_ifa(): the secondaries of a primary go with it, or the first of them takes its place. */
static void delete_at(struct lo *lo, unsigned at)
{
	struct lo_addr gone = lo->addr[at], heir;
	unsigned last_primary = at, i = at + 1;
	bool promoted = false;

	while (!gone.secondary && i < lo->count && !lo->addr[i].elsewhere) {
		struct lo_addr *have = &lo->addr[i];

		if (!have->secondary && gone.scope <= have->scope)
			last_primary = i;
		if (!have->secondary || !same_subnet(have, &gone)) {
			i++;
		} else if (!lo->promote) {
			take_out(lo, i);
		} else {
			heir = *have;
			promoted = true;
			break;
		}
	}
	if (promoted) {
		heir.secondary = false;
		if (i > at + 1) { /* not the next one: it moves behind the last primary */
			take_out(lo, i);
			put_in(lo, last_primary + 1, &heir);
		} else {
			lo->addr[i] = heir;
		}
	}
	take_out(lo, at);
}

void lo_reset(struct lo *lo)
{
	lo->up = lo->loopback = true;
	lo->promote = false;
	lo->count = 0;
	lo_add(lo, HOME, 8, "lo");
}

int lo_add(struct lo *lo, uint32_t local, unsigned prefix, const char *label)
{
	struct lo_addr addr = {.local = local, .mask = mask_of(prefix)};

	addr.scope = local >> 24 == 127 ? 254 : 0;
	snprintf(addr.label, sizeof(addr.label), "%s", label);
	return insert(lo, addr);
}

int lo_delete(struct lo *lo, uint32_t local, unsigned prefix, const char *label)
{
	for (unsigned i = 0; i < lo->count; i++)
		if (lo->addr[i].local == local && lo->addr[i].mask == mask_of(prefix) &&
			strcmp(lo->addr[i].label, label) == 0) {
			delete_at(lo, i);
			return 0;
		}
	return -EADDRNOTAVAIL;
}

void lo_add_elsewhere(struct lo *lo, uint32_t local, unsigned prefix, const char *label)
{
	struct lo_addr addr = {.local = local, .mask = mask_of(prefix), .elsewhere = true};

	snprintf(addr.label, sizeof(addr.label), "%s", label);
	put_in(lo, lo->count, &addr);
}

/* inetdev_event(), NETDEV_UP: a loopback device gets 127.0.0.1/8 each time. */
void lo_set_up(struct lo *lo, bool up)
{
	if (up && !lo->up)
		lo_add(lo, HOME, 8, "lo");
	lo->up = up;
}

/* inet_gifconf() */
static void list(const struct lo *lo, struct ifconf *conf)
{
	unsigned room = (unsigned)conf->ifc_len / sizeof(struct ifreq), i;

	for (i = 0; i < lo->count && i < room; i++) {
		struct sockaddr_in in = {
			.sin_family = AF_INET, .sin_addr = {htonl(lo->addr[i].local)}};
		struct ifreq entry;

		memset(&entry, 0, sizeof(entry));
		memcpy(entry.ifr_name, lo->addr[i].label, IFNAMSIZ);
		memcpy(&entry.ifr_addr, &in, sizeof(in));
		conf->ifc_req[i] = entry;
	}
	conf->ifc_len = (int)(i * sizeof(struct ifreq));
}

/* The entry that a request means: by label and address, else by label alone; count when there is none. */
static unsigned find(const struct lo *lo, const char *label, const uint32_t *local)
{
	unsigned i;

	for (i = 0; local != NULL && i < lo->count; i++)
		if (strcmp(lo->addr[i].label, label) == 0 && lo->addr[i].local == *local)
			return i;
	for (i = 0; i < lo->count && strcmp(lo->addr[i].label, label) != 0; i++)
		;
	return i;
}

/* SIOCSIFADDR: a new address has the mask of its class; a label's old address is replaced. */
static int set_addr(struct lo *lo, unsigned at, const char *label, uint32_t local)
{
	struct lo_addr addr = {.local = local, .mask = mask_of(8)};

	if (local >> 31 != 0)
		return -EINVAL; /* classes B and C are not modelled: nobody may ask for them */
	addr.scope = local >> 24 == 127 ? 254 : 0;
	snprintf(addr.label, sizeof(addr.label), "%s", label);
	if (at < lo->count) {
		if (lo->addr[at].local == local)
			return 0;
		delete_at(lo, at);
	}
	return insert(lo, addr);
}

/* SIOCSIFNETMASK: taken out and put in again; that the latter fails is not told. */
static int set_mask(struct lo *lo, unsigned at, uint32_t mask)
{
	struct lo_addr addr = lo->addr[at];

	if ((~mask & (~mask + 1)) != 0)
		return -EINVAL;
	if (addr.mask == mask)
		return 0;
	delete_at(lo, at);
	addr.mask = mask;
	(void)insert(lo, addr);
	return 0;
}

int lo_ioctl(struct lo *lo, unsigned long request, void *arg)
{
	struct ifreq *ifr = arg;
	struct sockaddr_in in;
	char label[LABEL_SIZE];
	uint32_t local;
	unsigned at;

	if (request == SIOCGIFCONF) {
		list(lo, arg);
		return 0;
	}
	memcpy(label, ifr->ifr_name, sizeof(label));
	label[LABEL_SIZE - 1] = '\0';
	memcpy(&in, &ifr->ifr_addr, sizeof(in));
	local = ntohl(in.sin_addr.s_addr);
	if (request != SIOCGIFNETMASK && strcmp(label, "lo") != 0 && strncmp(label, "lo:", 3) != 0)
		return -ENODEV;
	if (request == SIOCGIFFLAGS) {
		ifr->ifr_flags = (short)((lo->up ? IFF_UP | IFF_RUNNING : 0) |
					 (lo->loopback ? IFF_LOOPBACK : 0));
		return 0;
	}
	at = find(lo, label, request == SIOCGIFNETMASK && in.sin_family == AF_INET ? &local : NULL);
	if (request == SIOCSIFADDR)
		return in.sin_family == AF_INET ? set_addr(lo, at, label, local) : -EINVAL;
	if (request == SIOCSIFFLAGS && label[2] == '\0') {
		lo_set_up(lo, (ifr->ifr_flags & IFF_UP) != 0);
		return 0;
	}
	if (at == lo->count)
		return -EADDRNOTAVAIL;
	switch (request) {
	case SIOCGIFNETMASK:
		in = (struct sockaddr_in){
			.sin_family = AF_INET, .sin_addr = {htonl(lo->addr[at].mask)}};
		memcpy(&ifr->ifr_addr, &in, sizeof(in));
		return 0;
	case SIOCSIFNETMASK:
		return in.sin_family == AF_INET ? set_mask(lo, at, local) : -EINVAL;
	case SIOCSIFFLAGS:
		if ((ifr->ifr_flags & IFF_UP) == 0)
			delete_at(lo, at);
		return 0;
	default:
		return -EINVAL;
	}
}

char *lo_text(const struct lo *lo, char *out, unsigned size)
{
	unsigned used = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < lo->count && used + 64 < size; i++) {
		const struct lo_addr *at = &lo->addr[i];

		used += (unsigned)snprintf(out + used, size - used, "%u.%u.%u.%u/%d %s%s\n",
			at->local >> 24, at->local >> 16 & 255, at->local >> 8 & 255,
			at->local & 255, __builtin_popcount(at->mask), at->label,
			at->secondary ? " secondary" : "");
	}
	return out;
}

bool lo_has(const struct lo *lo, uint32_t local, unsigned prefix)
{
	for (unsigned i = 0; i < lo->count; i++)
		if (lo->addr[i].local == local && lo->addr[i].mask == mask_of(prefix))
			return true;
	return false;
}
