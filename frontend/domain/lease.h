/* The lease on an address: atomic across processes, users and engines, with no state of our own. Creating a
 * bridge network whose subnet is a function of the address is the claim within an engine; publishing one
 * fixed port on the address is the claim across engines (the bundle does that, see bundle.h). */
#ifndef DOMAIN_LEASE_H
#define DOMAIN_LEASE_H

#include <jansson.h>
#include <stdbool.h>

#include "address.h"

struct context;
struct error;

#define LEASE_OCTETS 256

/* Why a launch has found an address unusable, by last octet; NULL = it has not. Static texts. */
struct lease_skip {
	const char *why[LEASE_OCTETS];
};

struct lease {
	unsigned octet; /* the address is 127.0.0.OCTET */
	char alias[ADDR_STRLEN];
	char subnet[ADDR_STRLEN + 3]; /* "10.213.1.0/28" */
	char gateway[ADDR_STRLEN];
	char bundle_ip[ADDR_STRLEN];
	char *network;    /* name */
	char *network_id; /* NULL = no claim */
};

/* Fills in what follows from OCTET and the subnet block alone. */
void lease_describe(const struct context *ctx, unsigned octet, struct lease *ret);

/* Claims the lowest free address that is not in SKIP for SLUG with LABELS (LABEL_ALIAS is added). CLAIMING
 * is called before a network is created, so that a journal knows; it may fail the claim. EXIT_AGAIN when the
 * pool is exhausted, naming the holders; EXIT_CONFIG when something that is no bottle's holds a subnet. */
int lease_claim(struct context *ctx, const char *slug, const json_t *labels,
	struct lease_skip *skip,
	int (*claiming)(void *arg, const struct lease *lease, struct error *err), void *arg,
	struct lease *ret, struct error *err);

/* Who holds which address, by last octet: the name of a bottle or a word for it; NULL = free. The caller
 * frees each. */
int lease_holders(struct context *ctx, char *ret[static LEASE_OCTETS], struct error *err);

/* Gives the claim back. The bundle must be gone. */
int lease_release(struct context *ctx, const struct lease *lease, struct error *err);

void lease_clear(struct lease *lease);

#endif
