/* endpoint: an IPv4 or IPv6 address with a port, as the socket calls want it. */
#ifndef GUEST_ENDPOINT_H
#define GUEST_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define IPV4_STRLEN 16

struct endpoint {
	socklen_t len;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at;
};

/* Exactly one spelling of each address is taken: 127.0.0.16, never 127.0.0.016 or 127.16. */
bool ipv4_parse(const char *s, struct in_addr *ret);
void ipv4_format(struct in_addr a, char ret[static IPV4_STRLEN]);

/* Strict dotted quad, or IPv6 as inet_pton(3) takes it. */
bool endpoint_parse(const char *address, uint16_t port, struct endpoint *ret);

#endif
