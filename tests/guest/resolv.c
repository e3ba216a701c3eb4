/* guest/resolv.c: nameservers of a resolv.conf. */
#include "resolv.h"

#include <arpa/inet.h>

#include "tap.h"

static const struct {
	const char *text;
	const char *want; /* addresses, "!" for one that is none */
} cases[] = {
	{"", ""},
	{"\n\n", ""},
	{"search example\noptions ndots:1\n", ""},
	{"nameserver 127.0.0.16\n", "127.0.0.16 "},
	{"nameserver 127.0.0.16", "127.0.0.16 "},
	{"nameserver\t8.8.8.8\n", "8.8.8.8 "},
	{"nameserver  \t 8.8.8.8  \n", "8.8.8.8 "},
	{"nameserver 8.8.8.8\r\n", "8.8.8.8 "},
	{"nameserver 8.8.8.8 # the usual\n", "8.8.8.8 "},
	{"# nameserver 9.9.9.9\nnameserver 8.8.8.8\n; nameserver 1.1.1.1\n", "8.8.8.8 "},
	{" nameserver 9.9.9.9\n", ""},
	{"nameservers 9.9.9.9\n", ""},
	{"nameserver", ""},
	{"nameserver\n8.8.8.8\n", ""},
	{"nameserver \n8.8.8.8\n", "! "},
	{"Nameserver 9.9.9.9\n", ""},
	{"nameserver 8.8.8.8\nnameserver 2001:db8::1\n", "8.8.8.8 2001:db8::1 "},
	{"nameserver dns.example\nnameserver 8.8.8.8\n", "! 8.8.8.8 "},
	{"nameserver fe80::1%lo\n", "fe80::1 "},
	{"nameserver fe80::1%no-such-link\n", "! "},
	{"nameserver 8.8.8.8%lo\n", "! "},
	{"nameserver 2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff:0000:1111:2222:3333:4444:5555\n", "! "},
	{"nameserver 0.0.0.1\nnameserver 0.0.0.2\nnameserver 0.0.0.3\nnameserver 0.0.0.4\n"
	 "nameserver 0.0.0.5\nnameserver 0.0.0.6\nnameserver 0.0.0.7\nnameserver 0.0.0.8\n"
	 "nameserver 0.0.0.9\n",
		"0.0.0.1 0.0.0.2 0.0.0.3 0.0.0.4 0.0.0.5 0.0.0.6 0.0.0.7 0.0.0.8 "},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct endpoint e[RESOLV_MAX];
		char got[512] = "", name[32];
		size_t len = 0;
		size_t n = resolv_parse(cases[i].text, e);

		for (size_t j = 0; j < n; j++) {
			char address[INET6_ADDRSTRLEN] = "!";

			if (e[j].len && e[j].at.any.sa_family == AF_INET)
				inet_ntop(AF_INET, &e[j].at.v4.sin_addr, address, sizeof(address));
			else if (e[j].len)
				inet_ntop(
					AF_INET6, &e[j].at.v6.sin6_addr, address, sizeof(address));
			if (e[j].len && ntohs(e[j].at.v4.sin_port) != 53)
				snprintf(address, sizeof(address), "wrong port");
			len += (size_t)snprintf(got + len, sizeof(got) - len, "%s ", address);
		}
		snprintf(name, sizeof(name), "resolv.conf %zu", i);
		is_str(got, cases[i].want, name);
	}
	return done_testing();
}
