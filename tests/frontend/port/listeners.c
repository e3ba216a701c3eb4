/* Listeners: the kernel's table as text, and real sockets of this process. `listeners print` lists
 * what is read, for listeners_netns.t. */
#include "listeners.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "listeners_table.h"
#include "tap.h"

#define listeners_diag_tcp listeners_diag_tcp_here
#include "../../../frontend/port/listeners_diag_linux.c"
#undef listeners_diag_tcp

/* Lines as a little-endian kernel prints them. */
#define HEAD                                                                                  \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  " \
	"timeout inode\n"
#define V4_16                                                                                      \
	"   0: 1000007F:22B8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000       " \
	" 0 4711 1 0000000000000000 100 0 0 10 0\n"
#define V4_ANY                                                                                     \
	"   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0       " \
	" 0 18446744073709551615 1 0 100\n"
#define V4_ESTAB                                                                                   \
	"   2: 0100007F:0016 0100007F:D431 01 00000000:00000000 02:000A7214 00000000     0       " \
	" 0 99 2 0 20 4 30 10 -1\n"
#define V6_ANY                                                                                  \
	"   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A " \
	"00000000:00000000 00:00000000 00000000 4294967294        0 5 1 0 100\n"
#define V6_MAPPED                                                                               \
	"   1: 0000000000000000FFFF00001000007F:0051 00000000000000000000000000000000:0000 0A " \
	"00000000:00000000 00:00000000 00000000     0        0 6 1 0 100\n"
#define V6_MAPPED_ANY                                                                           \
	"   2: 0000000000000000FFFF000000000000:0052 00000000000000000000000000000000:0000 0A " \
	"00000000:00000000 00:00000000 00000000     0        0 7 1 0 100\n"
#define V6_LOOPBACK                                                                             \
	"   3: 00000000000000000000000001000000:0053 00000000000000000000000000000000:0000 0A " \
	"00000000:00000000 00:00000000 00000000     0        0 8 1 0 100\n"
#define UDP_16                                                                                     \
	"  471: 1000007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000   101      " \
	"  0 12 2 0000000000000000 0\n"
#define UDP_PEER                                                                                   \
	"  472: 1000007F:9C40 0100007F:0035 01 00000000:00000000 00:00000000 00000000   101      " \
	"  0 13 2 0000000000000000 0\n"

static int read_text(struct listeners *to, const char *text, enum listener_proto proto, bool is_v6,
	struct error *err)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int result = file ? listeners_table_read(to, file, proto, is_v6, "table", err) : -2;

	if (file != NULL)
		fclose(file);
	return result;
}

static const struct addr alias = {{127, 0, 0, 16}}, loopback = {{127, 0, 0, 1}};

static void test_tcp_text(void)
{
	cleanup_listeners struct listeners l = LISTENERS_INIT;
	cleanup_error struct error err = ERROR_INIT;

	is_int(read_text(&l, HEAD V4_16 V4_ANY V4_ESTAB, LISTENER_TCP, false, &err), 0,
		"a tcp table");
	is_int((long long)l.count, 2, "  connections are not listeners");
	if (l.count != 2)
		return;
	is_str(l.item[0].address, "127.0.0.16", "  address");
	ok(l.item[0].port == 8888 && l.item[0].uid == 1000 && l.item[0].inode == 4711 &&
			!l.item[0].wildcard && !l.item[0].connected && l.item[0].is_v4,
		"  port, uid and inode");
	ok(listener_is_on(&l.item[0], alias) && listener_may_answer(&l.item[0], alias),
		"  is on its address");
	ok(!listener_is_on(&l.item[0], loopback) && !listener_may_answer(&l.item[0], loopback),
		"  and on no other");
	is_str(l.item[1].address, "0.0.0.0", "  every address");
	ok(l.item[1].wildcard && !listener_is_on(&l.item[1], alias) &&
			listener_may_answer(&l.item[1], alias),
		"  may answer on one without being on it");
	ok(l.item[1].inode == UINT64_MAX && l.item[1].port == 22, "  the largest inode");
	is_str(listener_proto_name(&l.item[0]), "tcp", "  name of the protocol");
}

static void test_tcp6_text(void)
{
	cleanup_listeners struct listeners l = LISTENERS_INIT;
	cleanup_error struct error err = ERROR_INIT;

	is_int(read_text(&l, HEAD V6_ANY V6_MAPPED V6_MAPPED_ANY V6_LOOPBACK, LISTENER_TCP, true,
		       &err),
		0, "a tcp6 table");
	is_int((long long)l.count, 4, "  four listeners");
	if (l.count != 4)
		return;
	is_str(l.item[0].address, "::", "  ::");
	ok(l.item[0].wildcard && !l.item[0].is_v4 && listener_may_answer(&l.item[0], alias) &&
			l.item[0].uid == 4294967294u,
		"  is a wildcard for IPv4 too");
	is_str(l.item[1].address, "127.0.0.16", "  an IPv4-mapped address is the IPv4 address");
	ok(listener_is_on(&l.item[1], alias) && !l.item[1].wildcard, "  and is on it");
	ok(l.item[2].wildcard, "  ::ffff:0.0.0.0 is a wildcard");
	is_str(l.item[3].address, "::1", "  ::1");
	ok(!l.item[3].wildcard && !listener_may_answer(&l.item[3], loopback), "  answers no IPv4");
}

static void test_udp_text(void)
{
	cleanup_listeners struct listeners l = LISTENERS_INIT;
	cleanup_error struct error err = ERROR_INIT;

	is_int(read_text(&l, HEAD UDP_16 UDP_PEER, LISTENER_UDP, false, &err), 0, "a udp table");
	is_int((long long)l.count, 2, "  every bound socket counts");
	if (l.count != 2)
		return;
	ok(l.item[0].port == 53 && !l.item[0].connected && listener_is_on(&l.item[0], alias),
		"  unconnected");
	ok(l.item[1].port == 40000 && l.item[1].connected, "  connected to one peer");
	is_str(listener_proto_name(&l.item[0]), "udp", "  name of the protocol");
}

static void test_bad_text(void)
{
	static const char *const bad[] = {"", HEAD "\n", HEAD "garbage\n",
		HEAD V4_16 "   1: 1000007F:22B8\n",
		HEAD "   0: 1000007:22B8 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 "
		     "0 1 1\n",
		HEAD V6_ANY, HEAD "   0: XXXXXXXX:22B8 00000000:0000 0A 0:0 0:0 0 0 0 1 1\n"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_listeners struct listeners l = LISTENERS_INIT;
		cleanup_error struct error err = ERROR_INIT;
		/* fmemopen refuses an empty buffer in some libraries; /dev/null is as empty */
		FILE *null = fopen("/dev/null", "r");
		int result =
			i == 0 ? listeners_table_read(&l, null, LISTENER_TCP, false, "table", &err)
			       : read_text(&l, bad[i], LISTENER_TCP, false, &err);

		fclose(null);
		ok(result == -1 && err.code == EXIT_OS,
			"a line that is not understood is an error (%zu)", i);
	}
}

static int open_socket(int family, int type, const char *address, int port)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(family, type, 0), only = 0;

	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof(only));
	if (inet_pton(family, address,
		    family == AF_INET ? (void *)&four.sin_addr : (void *)&six.sin6_addr) != 1)
		return -1;
	if (family == AF_INET ? bind(fd, (struct sockaddr *)&four, sizeof(four))
			      : bind(fd, (struct sockaddr *)&six, sizeof(six)))
		return -1;
	return type == SOCK_STREAM && listen(fd, 1) != 0 ? -1 : fd;
}

static const struct listener *at_port(const struct listeners *l, int port)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->item[i].port == port)
			return &l->item[i];
	return NULL;
}

static void test_real_sockets(void)
{
	static const struct {
		int family, type;
		const char *address;
		int port;
		const char *text;
		bool on_alias, answers;
	} kinds[] = {
		{AF_INET, SOCK_STREAM, "127.0.0.16", 7001, "127.0.0.16", true, true},
		{AF_INET, SOCK_STREAM, "127.0.0.17", 7002, "127.0.0.17", false, false},
		{AF_INET, SOCK_STREAM, "0.0.0.0", 7003, "0.0.0.0", false, true},
		{AF_INET6, SOCK_STREAM, "::", 7004, "::", false, true},
		{AF_INET6, SOCK_STREAM, "::1", 7005, "::1", false, false},
		{AF_INET6, SOCK_STREAM, "::ffff:127.0.0.16", 7006, "127.0.0.16", true, true},
		{AF_INET6, SOCK_STREAM, "::ffff:0.0.0.0", 7007, "0.0.0.0", false, true},
		{AF_INET, SOCK_DGRAM, "127.0.0.16", 7011, "127.0.0.16", true, true},
		{AF_INET, SOCK_DGRAM, "0.0.0.0", 7013, "0.0.0.0", false, true},
		{AF_INET6, SOCK_DGRAM, "::", 7014, "::", false, true},
		{AF_INET6, SOCK_DGRAM, "::ffff:127.0.0.16", 7016, "127.0.0.16", true, true},
	};
	cleanup_listeners struct listeners l = LISTENERS_INIT;
	cleanup_error struct error err = ERROR_INIT;
	const size_t count = sizeof(kinds) / sizeof(kinds[0]);
	int fd[sizeof(kinds) / sizeof(kinds[0])];
	struct stat st;

	for (size_t i = 0; i < count; i++)
		fd[i] = open_socket(
			kinds[i].family, kinds[i].type, kinds[i].address, kinds[i].port);
	is_int(listeners_read(&l, &err), 0, "reads the listeners of this host");
	for (size_t i = 0; i < count; i++) {
		const struct listener *found = at_port(&l, kinds[i].port);

		if (fd[i] < 0 && found == NULL) {
			skip(kinds[i].address, "this host does not bind it");
			continue;
		}
		ok(found != NULL && strcmp(found->address, kinds[i].text) == 0 &&
				fstat(fd[i], &st) == 0 && found->inode == st.st_ino &&
				found->uid == geteuid() &&
				found->proto == (kinds[i].type == SOCK_STREAM ? LISTENER_TCP
									      : LISTENER_UDP) &&
				listener_is_on(found, alias) == kinds[i].on_alias &&
				listener_may_answer(found, alias) == kinds[i].answers,
			"%s %s is found with its owner and inode",
			kinds[i].type == SOCK_STREAM ? "tcp" : "udp", kinds[i].address);
		close(fd[i]);
	}
	is_int(listeners_read(&l, &err), 0, "reads again into the same struct");
	ok(at_port(&l, 7001) == NULL && at_port(&l, 7011) == NULL, "  closed sockets are gone");
}

struct diag {
	struct nlmsghdr head;
	struct inet_diag_msg body;
};

/* One datagram of COUNT listeners, the last one with EXTRA bytes that count for its length. */
static void send_diag(int fd, uint16_t port, size_t count, size_t extra)
{
	struct diag messages[4];

	memset(messages, 0, sizeof(messages));
	for (size_t i = 0; i < count; i++) {
		struct diag *at = &messages[i];

		at->head.nlmsg_len = (uint32_t)(sizeof(*at) + (i + 1 == count ? extra : 0));
		at->head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
		at->body.id.idiag_sport = htons((uint16_t)(port + i));
	}
	if (send(fd, messages, count * sizeof(*messages) + extra, 0) < 0)
		ok(false, "test set-up: send");
}

static void test_diag(void)
{
	cleanup_listeners struct listeners l = LISTENERS_INIT;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0)
		return;
	send_diag(pair[1], 80, 3, 0);
	is_int(read_part(pair[0], &l, false), 0, "netlink: a datagram of three listeners");
	ok(l.count == 3 && l.item[2].port == 82, "netlink: are three");
	/* What the first one left behind the second in memory is no part of it. */
	send_diag(pair[1], 90, 1, 1);
	is_int(read_part(pair[0], &l, false), 0, "netlink: one of an odd length");
	ok(l.count == 4 && l.item[3].port == 90, "netlink: is one");
	if (send(pair[1], &(struct nlmsghdr){.nlmsg_len = 4096}, sizeof(struct nlmsghdr), 0) < 0)
		ok(false, "test set-up: send");
	is_int(read_part(pair[0], &l, false), -1, "netlink: one that was cut is no answer");
	close(pair[0]);
	close(pair[1]);
}

/* For listeners_netns.t: what is read, one line each. */
static int print_all(void)
{
	cleanup_listeners struct listeners l = LISTENERS_INIT;
	cleanup_error struct error err = ERROR_INIT;

	if (listeners_read(&l, &err) != 0) {
		err_print(&err, stderr);
		return 1;
	}
	for (size_t i = 0; i < l.count; i++)
		printf("%s %s %u%s%s\n", listener_proto_name(&l.item[i]), l.item[i].address,
			(unsigned)l.item[i].port, l.item[i].wildcard ? " wildcard" : "",
			l.item[i].connected ? " connected" : "");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "print") == 0)
		return print_all();
	test_tcp_text();
	test_tcp6_text();
	test_udp_text();
	test_bad_text();
	test_diag();
	test_real_sockets();
	return done_testing();
}
