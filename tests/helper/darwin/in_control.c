/* The model's lo0: in_control() and lo_ioctl() of xnu, and what another root does to it.
 *
 * Every request is judged byte by byte before it is carried out; xnu itself judges much less. */
#include "darwin.h"
#include "xnu.h"

#define MASK_8 0xff000000U
#define MASK_32 0xffffffffU

static const char lo0[IFNAMSIZ] = "lo0";

static void put(unsigned char at[16], unsigned len, unsigned family, uint32_t number)
{
	memset(at, 0, 16);
	at[0] = (unsigned char)len;
	at[1] = (unsigned char)family;
	for (int i = 0; i < 4; i++)
		at[4 + i] = (unsigned char)(number >> (24 - 8 * i));
}

static uint32_t get(const unsigned char at[16])
{
	return (uint32_t)at[4] << 24 | (uint32_t)at[5] << 16 | (uint32_t)at[6] << 8 | at[7];
}

/* Where NUMBER is in the list, or count. */
static unsigned find(uint32_t number)
{
	unsigned i = 0;

	while (i < xnu.count && xnu.at[i].number != number)
		i++;
	return i;
}

static void take(unsigned i)
{
	for (xnu.count--; i < xnu.count; i++)
		xnu.at[i] = xnu.at[i + 1];
}

static void give(unsigned i, uint32_t number, uint32_t mask)
{
	unsigned old = find(number);

	if (old < xnu.count) {
		xnu.at[old].mask = mask;
	} else if (xnu.count < XNU_ADDRS) {
		for (unsigned to = xnu.count++; to > i; to--)
			xnu.at[to] = xnu.at[to - 1];
		xnu.at[i] = (struct xnu_addr){number, mask};
	}
}

void xnu_act(enum xnu_act act)
{
	static const uint32_t removed[ACT_COUNT] = {[ACT_REMOVE_HOME] = XNU_HOME};
	uint32_t number = act == ACT_REMOVE ? xnu.asked[0] : removed[act];

	if (act == ACT_ADD || act == ACT_ADD_WIDE)
		give(xnu.count, xnu.asked[0], act == ACT_ADD ? MASK_32 : MASK_8);
	else if (act == ACT_FIRST)
		give(0, 0x0a000009, MASK_32);
	else if (act == ACT_NEIGHBOUR)
		give(xnu.count, xnu.asked[0] + 1, MASK_32);
	else if (act == ACT_ADD_HOME)
		give(xnu.count, XNU_HOME, MASK_8);
	else if (act == ACT_FLUSH)
		xnu.count = 0;
	else if (act == ACT_DOWN || act == ACT_UP)
		xnu.up = act == ACT_UP;
	else if (find(number) < xnu.count)
		take(find(number));
}

static bool is_asked(uint32_t number)
{
	bool asked = false;

	for (unsigned i = 0; i < xnu.asked_count; i++)
		asked |= xnu.asked[i] == number;
	return asked;
}

/* All 32 or 64 bytes of a request, against what they may be. */
static void judge(unsigned long what, const unsigned char *data)
{
	bool is_write = what == SIOCAIFADDR || what == SIOCDIFADDR;
	unsigned char want[64] = {0};
	uint32_t number = get(data + 16);

	for (unsigned i = 0; i < sizeof(lo0); i++)
		want[i] = (unsigned char)lo0[i];
	if (what != SIOCGIFFLAGS)
		put(want + 16, 16, AF_INET, number);
	if (what == SIOCAIFADDR)
		put(want + 48, 16, AF_INET, MASK_32);
	if (what == SIOCAIFADDR && xnu.stray != 0)
		want[49] = data[49]; /* xnu does not read the family of a mask */
	if (is_write && data[17] != AF_INET)
		xnu_wrong("a write whose family is not AF_INET");
	/* A stray write is the test's own: a question about it may be garbled, a change may not. */
	if ((is_write || xnu.stray == 0) && memcmp(want, data, what == SIOCAIFADDR ? 64 : 32) != 0)
		xnu_wrong("the bytes of a request are not as intended");
	if (what == SIOCGIFFLAGS)
		return;
	if (!is_asked(number) && (is_write || number != XNU_HOME))
		xnu_wrong("a request about an address that was not asked for");
	if (is_write && (what == SIOCAIFADDR) != xnu.add)
		xnu_wrong("it adds where it is to remove, or removes where it is to add");
}

static void judge_ids(bool is_write)
{
	unsigned count = xnu.fault.at != 0 ? xnu.group_count : 1; /* setgroups(2) may have lied */

	if (!is_write) {
		xnu_quiet("lo0 is read with more than the caller's ids");
		return;
	}
	xnu.writes++;
	if (xnu.euid != 0 || xnu.svuid != 0)
		xnu_wrong("a change without root in effect");
	if (!xnu.timeless && xnu.fault.at == 0)
		xnu_wrong("a change with a limit of processor time");
	if (xnu.egid != xnu.rgid || xnu.svgid != xnu.rgid || xnu.groups[0] != xnu.rgid ||
		xnu.group_count != count)
		xnu_wrong("a change with groups that are not the caller's one");
	if (!xnu.parsed)
		xnu_wrong("a change before the arguments were parsed");
}

static int set_address(const unsigned char *data)
{
	uint32_t number = get(data + 16);
	bool there = find(number) < xnu.count;

	if (data[17] != AF_INET)
		return xnu_error(EINVAL);
	if (!there && xnu.count == XNU_ADDRS)
		return xnu_error(ENOBUFS);
	if (!there)
		give(xnu.count, number, MASK_8);
	if (data[48] != 0)
		xnu.at[find(number)].mask = get(data + 48);
	xnu.up = xnu.running = true;
	return there && xnu.old ? xnu_error(EEXIST) : 0;
}

static int delete_address(const unsigned char *data)
{
	unsigned at = data[17] == AF_INET ? find(get(data + 16)) : 0; /* as xnu does */

	if (at == xnu.count)
		return xnu_error(EADDRNOTAVAIL);
	if (!is_asked(xnu.at[at].number))
		xnu_wrong(xnu.at[at].number == XNU_HOME ? "127.0.0.1 was removed"
							: "another address was removed");
	take(at);
	if (xnu.count > 0)
		xnu.up = xnu.running = true;
	return 0;
}

static const char *name_of(unsigned long what)
{
	switch (what) {
	case SIOCGIFFLAGS:
		return "SIOCGIFFLAGS";
	case SIOCGIFADDR:
		return "SIOCGIFADDR";
	case SIOCGIFNETMASK:
		return "SIOCGIFNETMASK";
	case SIOCAIFADDR:
		return "SIOCAIFADDR";
	case SIOCDIFADDR:
		return "SIOCDIFADDR";
	default:
		return "ioctl";
	}
}

int ioctl(int fd, unsigned long what, ...)
{
	bool is_write = what == SIOCAIFADDR || what == SIOCDIFADDR;
	unsigned char *data;
	unsigned at;
	__builtin_va_list more;

	__builtin_va_start(more, what);
	data = __builtin_va_arg(more, unsigned char *);
	__builtin_va_end(more);
	judge_ids(is_write);
	xnu.requests++;
	if (strcmp(name_of(what), "ioctl") == 0)
		xnu_wrong("an ioctl that is none of the five");
	else
		judge(what, data);
	CALL(name_of(what), 0);
	if (fd < 0 || fd >= XNU_FDS || xnu.fd[fd] != FD_INET) {
		xnu_wrong(xnu.fault.at == 0 ? "an ioctl on what is not its socket" : xnu.wrong);
		return xnu_error(ENOTTY);
	}
	if (is_write && xnu.euid != 0)
		return xnu_error(EPERM);
	if (memcmp(data, lo0, sizeof(lo0)) != 0)
		return xnu_error(ENXIO);
	if (is_write)
		return what == SIOCAIFADDR ? set_address(data) : delete_address(data);
	if (what == SIOCGIFFLAGS) {
		short flags = (short)(IFF_LOOPBACK | IFF_MULTICAST | (xnu.up ? IFF_UP : 0) |
				      (xnu.running ? IFF_RUNNING : 0));

		((struct ifreq *)(void *)data)->ifr_flags = flags;
		xnu.seen_up = xnu.up;
		return 0;
	}
	at = find(get(data + 16));
	if (what == SIOCGIFADDR && get(data + 16) == xnu.asked[0])
		xnu.seen = at < xnu.count;
	if (what == SIOCGIFADDR && get(data + 16) == XNU_HOME)
		xnu.seen_home = at < xnu.count;
	if (at == xnu.count)
		at = 0; /* the first, if there is one */
	if (xnu.count == 0)
		return xnu_error(EADDRNOTAVAIL);
	put(data + 16, 16, AF_INET, what == SIOCGIFADDR ? xnu.at[at].number : xnu.at[at].mask);
	errno = EINTR;
	return 0;
}
