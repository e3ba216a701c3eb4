#include "endpoint.h"

#include <arpa/inet.h>
#include <string.h>

void ipv4_format(struct in_addr a, char ret[static IPV4_STRLEN])
{
	uint32_t host = ntohl(a.s_addr);

	for (int shift = 24; shift >= 0; shift -= 8) {
		unsigned byte = host >> shift & 255;

		if (byte >= 100)
			*ret++ = (char)('0' + byte / 100);
		if (byte >= 10)
			*ret++ = (char)('0' + byte / 10 % 10);
		*ret++ = (char)('0' + byte % 10);
		*ret++ = shift ? '.' : '\0';
	}
}

/* Print and compare: what inet_pton(3) tolerates differs from libc to libc. */
bool ipv4_parse(const char *s, struct in_addr *ret)
{
	struct in_addr a;
	char again[IPV4_STRLEN];

	if (inet_pton(AF_INET, s, &a) != 1)
		return false;
	ipv4_format(a, again);
	if (strcmp(s, again) != 0)
		return false;
	*ret = a;
	return true;
}

bool endpoint_parse(const char *address, uint16_t port, struct endpoint *ret)
{
	struct endpoint e = {.len = 0};

	if (ipv4_parse(address, &e.at.v4.sin_addr)) {
		e.len = sizeof(e.at.v4);
		e.at.v4.sin_family = AF_INET;
		e.at.v4.sin_port = htons(port);
	} else {
		/* Again from nothing: the members of a union share their bytes. */
		e = (struct endpoint){.len = sizeof(e.at.v6)};
		if (inet_pton(AF_INET6, address, &e.at.v6.sin6_addr) != 1)
			return false;
		e.at.v6.sin6_family = AF_INET6;
		e.at.v6.sin6_port = htons(port);
	}
	*ret = e;
	return true;
}
