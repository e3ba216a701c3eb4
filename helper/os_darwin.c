/* macOS: an alias is one more address of lo0 (in_control() in xnu, bsd/netinet/in.c; netintro(4)).
 *
 * Adding is one ioctl that carries address and mask, so nothing is ever half done. What must never happen:
 *   - SIOCDIFADDR with a family other than AF_INET: xnu then skips the search and deletes the *first* address
 *     of lo0, 127.0.0.1. make_inet() is the one maker of an address here, and what it made is judged again
 *     before each write.
 *   - A mask whose sin_len is 0: xnu then takes the class's, /8.
 *   - Trusting SIOCGIFADDR for an address that is not there: it answers with the first one. The answer is
 *     compared with the question.
 * SIOCAIFADDR on an address that is there sets its mask anew, which repairs one. Addresses have no owner and
 * no label here, so nothing is ever "foreign". Both writes also bring lo0 up (lo_ioctl()), which look() has
 * seen up; what remains is root taking it down in the microseconds between.
 *
 * Modelled, not run: tests/helper/darwin/ has macOS's structures and a model of in_control(). */
#include "os.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <unistd.h>

#include "privilege.h"
#include "report.h"

_Static_assert(sizeof(struct sockaddr) == 16, "as long as a sockaddr_in");
_Static_assert(sizeof(struct ifaliasreq) == 64, "the layout that the kernel reads");
_Static_assert(offsetof(struct ifaliasreq, ifra_addr) == offsetof(struct ifreq, ifr_addr),
	"an ifaliasreq begins as an ifreq does");

enum state { ABSENT, PRESENT, LEFTOVER };
static const char *const words[] = {" absent\n", " present\n", " present\n"};
static const struct addr home = {{127, 0, 0, 1}}, mask_32 = {{255, 255, 255, 255}};

const char os_log_path[] = "/var/run/syslog";

bool os_set_limits(void)
{
	const struct rlimit no = {0, 0}, none = {RLIM_INFINITY, RLIM_INFINITY};

	return setrlimit(RLIMIT_CORE, &no) == 0 &&
	       (setrlimit(RLIMIT_CPU, &none) == 0 || geteuid() != 0);
}

bool os_close_from(int first)
{
	/* A caller that lowered its limit may hold descriptors above both numbers. They are of no use here:
	 * this program names 0 to 4, and opens 3 and 4 itself. */
	for (int fd = first; fd < OPEN_MAX || fd < getdtablesize(); fd++)
		(void)close(fd);
	return true;
}

/* A sockaddr_in: sa_data is the port and then the address, both in network order, as octet[] is. */
static struct sockaddr make_inet(struct addr addr)
{
	struct sockaddr made = {.sa_len = sizeof(made), .sa_family = AF_INET};

	memcpy(made.sa_data + 2, addr.octet, sizeof(addr.octet));
	return made;
}

static struct addr get_inet(const struct sockaddr *from)
{
	struct addr addr;

	memcpy(addr.octet, from->sa_data + 2, sizeof(addr.octet));
	return addr;
}

/* What lo0 says to the request WHAT about ADDR; 0.0.0.0 when it has no address at all. */
static struct addr ask(unsigned long what, struct addr addr)
{
	struct ifreq query = {.ifr_name = "lo0", .ifr_addr = make_inet(addr)};
	bool told = ioctl(NET_FD, what, &query) == 0;

	must(told || errno == EADDRNOTAVAIL, "cannot read lo0");
	return told ? get_inet(&query.ifr_addr) : (struct addr){{0}};
}

static bool same(struct addr a, struct addr b)
{
	return memcmp(a.octet, b.octet, sizeof(a.octet)) == 0;
}

/* Finds out how ADDR stands. Returns why nothing may be written now, or NULL. */
static const char *look(struct addr addr, enum state *ret)
{
	struct ifreq lo = {.ifr_name = "lo0"};

	must(ioctl(NET_FD, SIOCGIFFLAGS, &lo) == 0, "cannot read lo0");
	*ret = !same(ask(SIOCGIFADDR, addr), addr)        ? ABSENT
	       : same(ask(SIOCGIFNETMASK, addr), mask_32) ? PRESENT
							  : LEFTOVER;
	if ((lo.ifr_flags & IFF_UP) == 0)
		return "the loopback interface is down";
	return same(ask(SIOCGIFADDR, home), home) ? NULL : "127.0.0.1 is missing from lo0";
}

/* Returns false when the kernel refused. EEXIST: there already; EADDRNOTAVAIL: gone already. */
static bool write_alias(bool add, struct addr addr)
{
	struct ifaliasreq alias = {
		.ifra_name = "lo0", .ifra_addr = make_inet(addr), .ifra_mask = make_inet(mask_32)};
	bool done;

	must(alias.ifra_addr.sa_family == AF_INET && alias.ifra_addr.sa_len == 16 &&
			alias.ifra_mask.sa_len == 16 && pool_contains(get_inet(&alias.ifra_addr)),
		"internal error: bad request");
	privilege_effect(true);
	/* SIOCDIFADDR reads an ifreq: the name and the address. */
	done = ioctl(NET_FD, add ? SIOCAIFADDR : SIOCDIFADDR, &alias) == 0 ||
	       errno == (add ? EEXIST : EADDRNOTAVAIL);
	privilege_effect(false);
	return done;
}

struct outcome os_change(bool add, struct addr addr)
{
	enum state want = add ? PRESENT : ABSENT, was, now;
	const char *why = look(addr, &was), *word = add ? " added\n" : " removed\n";

	now = was;
	if (why == NULL && was != want) {
		bool done = write_alias(add, addr);

		why = look(addr, &now);
		if (why == NULL && now != want)
			return done ? (struct outcome){EXIT_AGAIN, "the address changed meanwhile",
					      words[now]}
				    : (struct outcome){EXIT_OS, "the kernel refused", words[now]};
	}
	if (why != NULL)
		return (struct outcome){EXIT_AGAIN, why, words[now]};
	return (struct outcome){EXIT_OK, NULL, was == want ? words[now] : word};
}
