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
 * What remains is root itself changing 127.0.0.1 in the microseconds between a look and a write.
 *
 * What else must never happen:
 *   - A write to the bare name "lo": SIOCSIFADDR would replace 127.0.0.1, SIOCSIFFLAGS take lo down. The
 *     one function that names an alias, alias_request(), knows only names with a colon.
 *   - A write to a label that is not ours alone. A write finds an address by its label only, the first one
 *     in the list; so the label must stand on this one address, and the address under this one label. */
#include "os.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "privilege.h"
#include "report.h"

#define MASK_8 0xff000000U
#define MASK_32 0xffffffffU
#define NET 0x7f000000U /* 127.0.0.0 */
#define LIST_MAX 512    /* lo is the first device of every namespace: the others may be cut off */

/* LEFTOVER: ours, but the mask is still /8. FOREIGN: there, but not as this program puts it. TAKEN: not
 * there, and another address has its label. */
enum state { ABSENT, PRESENT, LEFTOVER, FOREIGN, TAKEN };
static const char *const words[] = {"absent", "present", "present", "foreign", "absent"};

/* What is written in which state, to add or to remove: every write there is. */
static const int writes[2][5] = {
	[true] = {[ABSENT] = SIOCSIFADDR, [LEFTOVER] = SIOCSIFNETMASK},
	[false] = {[PRESENT] = SIOCSIFFLAGS, [LEFTOVER] = SIOCSIFFLAGS},
};

const char os_log_path[] = "/dev/log";

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
	struct ifreq request = {.ifr_name = "lo:"};
	char text[ADDR_STRLEN];

	must(pool_contains(addr), "internal error: address outside the pool");
	addr_print(addr, text);
	memcpy(request.ifr_name + 3, text + 8, sizeof("255")); /* past "lo:", past "127.0.0." */
	return request;
}

/* Returns false when the kernel refused; that the address went away meanwhile is no refusal. */
static bool write_alias(int sock, int command, struct addr addr)
{
	uint32_t number = command == SIOCSIFADDR ? NET | addr.octet[3] : MASK_32;
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {htonl(number)}};
	struct ifreq request =
		alias_request(addr); /* flags 0, so without IFF_UP: delete the alias */
	int result;

	if (command != SIOCSIFFLAGS)
		memcpy(&request.ifr_addr, &in, sizeof(in));
	privilege_effect(true);
	result = ioctl(sock, command, &request);
	privilege_effect(false);
	return result == 0 || errno == EADDRNOTAVAIL;
}

/* Finds out how ADDR stands. Returns why nothing may be written now, or NULL. */
static const char *look(int sock, struct addr addr, enum state *ret)
{
	static struct ifreq list[LIST_MAX];
	struct ifconf conf = {.ifc_len = sizeof(list), .ifc_req = list};
	struct ifreq own = alias_request(addr), lo = {.ifr_name = "lo"};
	unsigned labels = 0, addrs = 0, both = 0;
	bool subnet_seen = false, home = false, on_lo = false;
	uint32_t own_mask = 0;

	must(ioctl(sock, SIOCGIFFLAGS, &lo) == 0 && ioctl(sock, SIOCGIFCONF, &conf) == 0,
		"cannot read lo");
	for (struct ifreq *at = list; (char *)at < conf.ifc_buf + conf.ifc_len; at++) {
		struct ifreq query = *at; /* a mask is found by label and address */
		bool label = strcmp(at->ifr_name, own.ifr_name) == 0;
		bool same = get_number(at) == (NET | addr.octet[3]);
		uint32_t mask;

		on_lo = memcmp(at->ifr_name, "lo", 3) == 0 || memcmp(at->ifr_name, "lo:", 3) == 0;
		mask = on_lo && ioctl(sock, SIOCGIFNETMASK, &query) == 0 ? get_number(&query) : 0;
		if (mask == MASK_8 && (get_number(at) & mask) == NET) {
			home |= !subnet_seen && get_number(at) == (NET | 1);
			subnet_seen = true;
		}
		labels += label;
		addrs += same;
		both += label && same;
		own_mask |= label && same ? mask : 0;
	}
	*ret = addrs > 0 ? FOREIGN : labels > 0 ? TAKEN : ABSENT;
	if (labels == 1 && addrs == 1 && both == 1 && (own_mask == MASK_32 || own_mask == MASK_8))
		*ret = own_mask == MASK_32 ? PRESENT : LEFTOVER;
	if ((lo.ifr_flags & IFF_UP) == 0)
		return "the loopback interface is down";
	if (conf.ifc_len == sizeof(list) && on_lo)
		return "lo has too many addresses";
	return home ? NULL : "127.0.0.1/8 is missing from lo, or secondary to another address";
}

struct outcome os_change(int sock, bool add, struct addr addr)
{
	enum state was, now;
	const char *why = look(sock, addr, &was);
	bool done = true;

	now = was;
	/* SIOCSIFADDR is the first write or none: as the last one it would leave a /8 behind when somebody
	 * else removes the alias meanwhile. */
	for (int turn = 0; why == NULL && writes[add][now] != 0 && turn < (now == ABSENT ? 1 : 2);
		turn++) {
		done = write_alias(sock, writes[add][now], addr);
		why = look(sock, addr, &now);
	}
	if (why != NULL)
		return (struct outcome){EXIT_AGAIN, why, words[now]};
	if (now != was && now == (add ? PRESENT : ABSENT))
		return (struct outcome){EXIT_OK, NULL, add ? "added" : "removed"};
	if (add ? now == PRESENT || now == FOREIGN : now == ABSENT || now == TAKEN)
		return (struct outcome){EXIT_OK, NULL, words[now]};
	if (!done)
		return (struct outcome){EXIT_OS, "the kernel refused", words[now]};
	return (struct outcome){
		EXIT_AGAIN, "the address or its label is held or changed by others", words[now]};
}
