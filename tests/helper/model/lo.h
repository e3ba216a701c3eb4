/* A model of the loopback device's IPv4 addresses, after net/ipv4/devinet.c of Linux: what is a primary, what
 * goes with it when it is deleted, and what the ioctls do. tests/helper/lo_real.c holds it against a real lo. */
#ifndef MODEL_LO_H
#define MODEL_LO_H

#include <stdbool.h>
#include <stdint.h>

enum { LO_MAX = 700, LABEL_SIZE = 16 };

struct lo_addr {
	uint32_t local, mask;      /* host order */
	int scope;                 /* 254 host, 0 global: the smaller the wider */
	bool secondary, elsewhere; /* elsewhere: on another device; listed after those of lo */
	char label[LABEL_SIZE];
};

struct lo {
	bool up, loopback, promote; /* promote: net.ipv4.conf.lo.promote_secondaries */
	unsigned count;
	struct lo_addr addr[LO_MAX]; /* in the kernel's order */
};

/* Up, with 127.0.0.1/8. */
void lo_reset(struct lo *lo);

/* What ip(8) does by netlink. 0 or -errno. */
int lo_add(struct lo *lo, uint32_t local, unsigned prefix, const char *label);
int lo_delete(struct lo *lo, uint32_t local, unsigned prefix, const char *label);
void lo_add_elsewhere(struct lo *lo, uint32_t local, unsigned prefix, const char *label);
void lo_set_up(struct lo *lo, bool up);

/* devinet_ioctl(): REQUEST is SIOCGIFFLAGS, SIOCGIFCONF, SIOCGIFNETMASK, SIOCSIFADDR, SIOCSIFNETMASK or
 * SIOCSIFFLAGS, ARG what ioctl(2) takes with it. Rights were checked before. 0 or -errno. */
int lo_ioctl(struct lo *lo, unsigned long request, void *arg);

/* The list as text, one address a line: "127.0.0.16/32 lo:16 secondary". Returns OUT. */
char *lo_text(const struct lo *lo, char *out, unsigned size);

/* Whether LOCAL with this prefix is there, under any label. */
bool lo_has(const struct lo *lo, uint32_t local, unsigned prefix);

#endif
