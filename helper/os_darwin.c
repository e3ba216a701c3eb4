/* macOS: an alias is one more address of lo0 (in_control() in xnu, bsd/netinet/in.c; netintro(4)).
 *
 * Adding is one ioctl that carries address and mask, so nothing is ever half done. What must never happen:
 *   - SIOCDIFADDR with a family other than AF_INET: xnu then skips the search and deletes the *first* address
 *     of lo0, 127.0.0.1. Family and length are judged directly before each write.
 *   - A mask whose sin_len is 0: xnu then takes the class's, /8.
 *   - Trusting SIOCGIFADDR for an address that is not there: it answers with the first one. The answer is
 *     compared with the question.
 * SIOCAIFADDR on an address that is there sets its mask anew, which repairs one. Addresses have no owner and
 * no label here, so nothing is ever "foreign". */
#include "os.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sockio.h>
#include <unistd.h>

#include "privilege.h"
#include "report.h"

#define NET 0x7f000000U /* 127.0.0.0 */
#define MASK_32 0xffffffffU

_Static_assert(sizeof(struct sockaddr_in) == 16, "sin_len is 16");
_Static_assert(sizeof(struct ifaliasreq) == 64, "the layout that the kernel reads");

enum state { ABSENT, PRESENT, LEFTOVER };
static const char *const words[] = {"absent", "present", "present"};

const char os_log_path[] = "/var/run/syslog";

bool os_close_from(int first)
{
	/* OPEN_MAX is the kernel's ceiling; the soft limit may be lower than a descriptor that is open. */
	for (int fd = first; fd < OPEN_MAX || fd < getdtablesize(); fd++)
		(void)close(fd);
	return true;
}

static struct sockaddr make_inet(uint32_t number)
{
	struct sockaddr_in in = {
		.sin_len = sizeof(in), .sin_family = AF_INET, .sin_addr = {htonl(number)}};
	struct sockaddr result;

	memcpy(&result, &in, sizeof(result));
	return result;
}

static uint32_t get_number(const struct sockaddr *from)
{
	struct sockaddr_in in;

	memcpy(&in, from, sizeof(in));
	return ntohl(in.sin_addr.s_addr);
}

/* Whether lo0 has the address NUMBER, and then its mask in *ret_mask. */
static bool find(int sock, uint32_t number, uint32_t *ret_mask)
{
	struct ifreq query = {.ifr_name = "lo0"}, mask = {.ifr_name = "lo0"};

	query.ifr_addr = mask.ifr_addr = make_inet(number);
	if (ioctl(sock, SIOCGIFADDR, &query) != 0 || get_number(&query.ifr_addr) != number)
		return false;
	*ret_mask = ioctl(sock, SIOCGIFNETMASK, &mask) == 0 ? get_number(&mask.ifr_addr) : 0;
	return true;
}

/* Finds out how ADDR stands. Returns why nothing may be written now, or NULL. */
static const char *look(int sock, struct addr addr, enum state *ret)
{
	struct ifreq lo = {.ifr_name = "lo0"};
	uint32_t mask = 0;

	must(ioctl(sock, SIOCGIFFLAGS, &lo) == 0, "cannot read lo0");
	*ret = !find(sock, NET | addr.octet[3], &mask) ? ABSENT
	       : mask == MASK_32                       ? PRESENT
						       : LEFTOVER;
	if ((lo.ifr_flags & IFF_UP) == 0)
		return "the loopback interface is down";
	return find(sock, NET | 1, &mask) ? NULL : "127.0.0.1 is missing from lo0";
}

/* Returns false when the kernel refused. EEXIST: there already; EADDRNOTAVAIL: gone already. */
static bool write_alias(int sock, bool add, struct addr addr)
{
	struct ifaliasreq alias = {.ifra_name = "lo0"};
	struct ifreq request = {.ifr_name = "lo0"};
	int result;

	must(pool_contains(addr), "internal error: address outside the pool");
	request.ifr_addr = alias.ifra_addr = make_inet(NET | addr.octet[3]);
	alias.ifra_mask = make_inet(MASK_32);
	privilege_effect(true);
	must(request.ifr_addr.sa_family == AF_INET && request.ifr_addr.sa_len == 16 &&
			alias.ifra_addr.sa_family == AF_INET && alias.ifra_addr.sa_len == 16 &&
			alias.ifra_mask.sa_len == 16,
		"internal error: bad request");
	result = add ? ioctl(sock, SIOCAIFADDR, &alias) : ioctl(sock, SIOCDIFADDR, &request);
	privilege_effect(false);
	return result == 0 || errno == EEXIST || errno == EADDRNOTAVAIL;
}

struct outcome os_change(int sock, bool add, struct addr addr)
{
	enum state was, now;
	const char *why = look(sock, addr, &was);
	bool done = true;

	now = was;
	if (why == NULL && now != (add ? PRESENT : ABSENT)) {
		done = write_alias(sock, add, addr);
		why = look(sock, addr, &now);
	}
	if (why != NULL)
		return (struct outcome){EXIT_AGAIN, why, words[now]};
	if (now == was && now == (add ? PRESENT : ABSENT))
		return (struct outcome){EXIT_OK, NULL, words[now]};
	if (now == (add ? PRESENT : ABSENT))
		return (struct outcome){EXIT_OK, NULL, add ? "added" : "removed"};
	if (!done)
		return (struct outcome){EXIT_OS, "the kernel refused", words[now]};
	return (struct outcome){EXIT_AGAIN, "the address changed meanwhile", words[now]};
}
