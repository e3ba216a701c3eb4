/* Linux: an alias is a label "lo:NN" on the loopback device (devinet_ioctl in net/ipv4/devinet.c).
 *
 * An address takes two ioctls. SIOCSIFADDR always installs 127.0.0.NN/8; SIOCSIFNETMASK then deletes that
 * and inserts 127.0.0.NN/32. Of several addresses with one mask in one subnet the kernel calls the first
 * the primary and the others secondary, and deleting a primary deletes its secondaries with it. So if the
 * alias were the primary of 127.0.0.0/8 when its mask is set, 127.0.0.1 would vanish. It is the primary
 * when 127.0.0.1 was not there as it was added: lo down, or an administrator at work.
 *
 * What is relied on: SIOCGIFCONF lists the addresses of a device in the kernel's own order, and there a
 * primary stands before its secondaries (__inet_insert_ifa appends a secondary at the end; promotion keeps
 * the order). Hence the rule of look(): nothing is written unless 127.0.0.1 with mask /8 is the first of
 * its subnet; then no alias with mask /8 can be the primary, and taking it away takes nothing else. An
 * address with mask /32 is alone in its subnet. The list is read again before and after every write.
 * What remains is root itself changing lo between a look and a write: microseconds, unless somebody keeps this
 * process from running (a control group of the caller's, priorities). Which change costs what is listed in
 * tests/helper/model/golden/windows.
 *
 * What else must never happen:
 *   - A write to the bare name "lo": SIOCSIFADDR would replace 127.0.0.1, SIOCSIFFLAGS take lo down. The
 *     one function that names an alias, alias_request(), knows only names with a colon.
 *   - A write to a label that is not ours alone. A write finds an address by its label only, the first one
 *     in the list; so the label must stand on this one address, and the address under this one label. */
#include "os.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "privilege.h"
#include "report.h"

#define MASK_8 0xff000000U
#define MASK_32 0xffffffffU
#define NET 0x7f000000U /* 127.0.0.0 */
#define LIST_MAX 512    /* lo is the first device of every namespace: the others may be cut off */
#define GONE 1U         /* no mask is like this: the entry is not there any more */

/* LEFTOVER: ours, but the mask is still /8. FOREIGN: there, but not as this program puts it. TAKEN: not
 * there, and another address has its label. */
enum state { ABSENT, PRESENT, LEFTOVER, FOREIGN, TAKEN };
static const char said[][12] = {" absent\n", " present\n", " present\n", " foreign\n", " absent\n"};

/* What is written in which state, to add or to remove: every write there is. */
static const int writes[2][5] = {
	[true] = {[ABSENT] = SIOCSIFADDR, [LEFTOVER] = SIOCSIFNETMASK},
	[false] = {[PRESENT] = SIOCSIFFLAGS, [LEFTOVER] = SIOCSIFFLAGS},
};

static const char held[] = "the address or its label is held or changed by others";
const char os_log_path[] = "/dev/log";

bool os_set_limits(void)
{
	const struct rlimit no = {0, 0}, none = {RLIM_INFINITY, RLIM_INFINITY};

	return prlimit(0, RLIMIT_CORE, &no, NULL) == 0 &&
	       (prlimit(0, RLIMIT_CPU, &none, NULL) == 0 || geteuid() != 0);
}

bool os_close_from(int first)
{
	return syscall(SYS_close_range, first, ~0U, 0) == 0; /* Linux 5.9; older ones are refused */
}

/* What SIOCGIFADDR and its kin put into an ifreq, in host order. */
static uint32_t get_number(const struct ifreq *entry)
{
	struct sockaddr_in in;

	memcpy(&in, &entry->ifr_addr, sizeof(in));
	return ntohl(in.sin_addr.s_addr);
}

/* The name "lo:NN", for NN in the pool: judged here by the address's numbers once more, whatever was judged
 * before. No write has another name. */
static struct ifreq alias_request(struct addr addr)
{
	struct ifreq request = {.ifr_flags = 0};
	struct text label = {0};

	must(pool_contains(addr), "internal error: address outside the pool");
	text_add(&label, "lo:");
	text_number(&label, addr.octet[3]);
	memcpy(request.ifr_name, label.at, label.len);
	return request;
}

/* Returns false when the kernel refused; that the address went away meanwhile is no refusal. */
static bool write_alias(int command, struct addr addr)
{
	uint32_t number = command == SIOCSIFADDR ? NET | addr.octet[3] : MASK_32;
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(number)}};
	struct ifreq request = alias_request(addr); /* flags 0, no IFF_UP: delete the alias */

	if (command != SIOCSIFFLAGS)
		memcpy(&request.ifr_addr, &in, sizeof(in));
	return ioctl(NET_FD, command, &request) == 0 || errno == EADDRNOTAVAIL;
}

/* Finds out how ADDR stands. Returns why nothing may be written now, or NULL. */
static const char *look(struct addr addr, enum state *ret)
{
	static struct ifreq list[LIST_MAX];
	struct ifconf conf = {.ifc_len = sizeof(list), .ifc_req = list};
	struct ifreq own = alias_request(addr), lo = {.ifr_name = "lo"};
	/* seen: how many entries have the label or not, and the address or not. primary: the first address on
	 * lo that is in the subnet 127.0.0.0/8. */
	unsigned seen[2][2] = {{0, 0}, {0, 0}};
	uint32_t own_mask = 0, primary = 0;
	bool on_lo = false;

	must(ioctl(NET_FD, SIOCGIFFLAGS, &lo) == 0 && ioctl(NET_FD, SIOCGIFCONF, &conf) == 0,
		"cannot read lo");
	for (struct ifreq *at = list; (char *)at < conf.ifc_buf + conf.ifc_len; at++) {
		uint32_t number = get_number(at), mask = 0;
		bool label = strcmp(at->ifr_name, own.ifr_name) == 0;
		bool same = number == (NET | addr.octet[3]);

		on_lo = strcmp(at->ifr_name, "lo") == 0 || strncmp(at->ifr_name, "lo:", 3) == 0;
		/* A mask is found by label and address, and takes the address's place. */
		if (on_lo && (number & MASK_8) == NET && (primary == 0 || (label && same)))
			mask = ioctl(NET_FD, SIOCGIFNETMASK, at) == 0 ? get_number(at) : GONE;
		primary = primary == 0 && mask == MASK_8 ? number : primary;
		own_mask = label && same ? mask : own_mask;
		seen[label][same]++;
	}
	*ret = seen[1][1] + seen[0][1] > 0 ? FOREIGN : seen[1][0] > 0 ? TAKEN : ABSENT;
	if (seen[1][1] == 1 && seen[0][1] + seen[1][0] == 0)
		*ret = own_mask == MASK_32 ? PRESENT : own_mask == MASK_8 ? LEFTOVER : FOREIGN;
	if ((lo.ifr_flags & (IFF_UP | IFF_LOOPBACK)) != (IFF_UP | IFF_LOOPBACK))
		return "the loopback interface is down";
	if (conf.ifc_len == sizeof(list) && on_lo)
		return "lo has too many addresses";
	if (primary != (NET | 1))
		return "127.0.0.1/8 is missing from lo, or secondary to another address";
	return own_mask == GONE ? held : NULL;
}

struct outcome os_change(bool add, struct addr addr)
{
	enum state was, now;
	const char *why = look(addr, &was);
	bool write = why == NULL && writes[add][was] != 0, done = true, good;

	now = was;
	privilege_effect(write);
	/* SIOCSIFADDR is the first write or none: as the last one it would leave a /8 behind when somebody
	 * else removes the alias meanwhile. */
	for (int turn = 0; why == NULL && writes[add][now] && turn < 1 + (now != ABSENT); turn++) {
		done = write_alias(writes[add][now], addr);
		why = look(addr, &now);
	}
	privilege_effect(false);
	good = add ? now == PRESENT || now == FOREIGN : now == ABSENT || now == TAKEN;
	if (why != NULL || (done && !good))
		return (struct outcome){EXIT_AGAIN, why != NULL ? why : held, said[now]};
	if (!good)
		return (struct outcome){EXIT_OS, "the kernel refused", said[now]};
	if (now == was || now != (add ? PRESENT : ABSENT))
		return (struct outcome){EXIT_OK, NULL, said[now]};
	return (struct outcome){EXIT_OK, NULL, add ? " added\n" : " removed\n"};
}
