/* This host's own addresses, as targets that a guest must not reach. */
#ifndef PORT_HOSTADDR_H
#define PORT_HOSTADDR_H

struct error;
struct strv;

/* Adds up to MAX addresses of interfaces that are up: IPv4 without loopback to V4, IPv6 without loopback
 * and link-local to V6 (getifaddrs(3)). */
int hostaddr_list(struct strv *v4, struct strv *v6, unsigned max, struct error *err);

#endif
