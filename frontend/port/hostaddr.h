/* This host's own addresses, as targets that a guest must not reach. */
#ifndef PORT_HOSTADDR_H
#define PORT_HOSTADDR_H

struct error;
struct strv;

/* Adds the addresses of interfaces that are up, each once: IPv4 without loopback to V4, IPv6 without loopback
 * and link-local to V6 (getifaddrs(3)). */
int hostaddr_list(struct strv *v4, struct strv *v6, struct error *err);

#endif
