/* This host's own addresses. */
#include "hostaddr.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "err.h"
#include "strv.h"

static void add(const struct sockaddr *sa, struct strv *v4, struct strv *v6)
{
	char text[INET6_ADDRSTRLEN];
	struct strv *to = sa->sa_family == AF_INET ? v4 : v6;
	const void *raw = NULL;

	if (sa->sa_family == AF_INET) {
		raw = &((const struct sockaddr_in *)(const void *)sa)->sin_addr;
	} else if (sa->sa_family == AF_INET6) {
		const struct in6_addr *v6_addr =
			&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;

		raw = IN6_IS_ADDR_LINKLOCAL(v6_addr) || IN6_IS_ADDR_LOOPBACK(v6_addr) ? NULL
										      : v6_addr;
	}
	if (raw != NULL && inet_ntop(sa->sa_family, raw, text, sizeof(text)) != NULL &&
		!strv_has(to, text))
		strv_push(to, text);
}

int hostaddr_list(struct strv *v4, struct strv *v6, struct error *err)
{
	struct ifaddrs *list = NULL;

	if (getifaddrs(&list) != 0)
		return err_errno(err, EXIT_OS, "list this host's addresses");
	for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next)
		if (at->ifa_addr != NULL && (at->ifa_flags & IFF_UP) &&
			!(at->ifa_flags & IFF_LOOPBACK))
			add(at->ifa_addr, v4, v6);
	freeifaddrs(list);
	return 0;
}
