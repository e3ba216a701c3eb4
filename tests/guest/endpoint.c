/* guest/endpoint.c: one spelling of each address. */
#include "endpoint.h"

#include <arpa/inet.h>

#include "tap.h"

static const char *const good[] = {"0.0.0.0", "127.0.0.1", "127.0.0.16", "10.213.1.2", "100.96.0.1",
	"192.168.180.200", "255.255.255.255"};

static const char *const bad[] = {"", " ", "127.0.0.016", "127.000.0.1", "127.0.0.1 ", " 127.0.0.1",
	"127.0.0", "127.16", "127.0.0.1.", ".127.0.0.1", "127.0.0.256", "127.0.0.-1", "127.0.0.+1",
	"0x7f.0.0.1", "2130706433", "127.0.0.1/32", "127.0.0.1:80", "localhost", "127..0.1",
	"00.0.0.0", "127.0.0.1\n"};

static const char *const v6_good[] = {"::", "::1", "fe80::1", "::ffff:127.0.0.1", "2001:db8::7:8"};

static const char *const v6_bad[] = {
	":", ":::", "fe80::1%eth0", "[::1]", "::1/128", "1:2:3", "g::1", "1:2:3:4:5:6:7:8:9"};

#define EACH(i, table) (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)

int main(void)
{
	struct in_addr a;
	struct endpoint e;
	char text[IPV4_STRLEN];

	for
		EACH(i, good)
		{
			ok(ipv4_parse(good[i], &a), "takes %s", good[i]);
			ipv4_format(a, text);
			is_str(text, good[i], "prints it again");
			ok(a.s_addr == inet_addr(good[i]), "%s is what libc thinks it is", good[i]);
		}
	for
		EACH(i, bad)
		{
			a.s_addr = 42;
			ok(!ipv4_parse(bad[i], &a), "refuses bad address %zu", i);
			is_int(a.s_addr, 42, "and leaves the output alone");
			ok(!endpoint_parse(bad[i], 1, &e), "nor is it an endpoint");
		}
	for
		EACH(i, v6_good)
		{
			ok(endpoint_parse(v6_good[i], 8080, &e), "takes %s", v6_good[i]);
			is_int(e.at.any.sa_family, AF_INET6, "as IPv6");
			is_int(ntohs(e.at.v6.sin6_port), 8080, "with its port");
			is_int(e.len, sizeof(e.at.v6), "with its length");
		}
	for
		EACH(i, v6_bad)
	ok(!endpoint_parse(v6_bad[i], 1, &e), "refuses '%s'", v6_bad[i]);

	ok(endpoint_parse("127.0.0.16", 80, &e), "an IPv4 endpoint");
	is_int(e.at.any.sa_family, AF_INET, "is IPv4");
	is_int(ntohs(e.at.v4.sin_port), 80, "has its port");
	is_int(e.len, sizeof(e.at.v4), "has its length");
	return done_testing();
}
