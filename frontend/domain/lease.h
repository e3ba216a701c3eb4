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

/* With the backend docker a bottle uses no address of this host: nothing is published, the lease port neither, so that
 * no listener and no other engine's bottle can be in its place. Its address is then only the number that says which
 * /28 of the block is its own. That is split, by the address alone as well: the lower /29 is the bundle's network and
 * the claim (it overlaps with the /28 of the other kind, so that the engine refuses one of the two), the upper one is
 * the network inside, which the agent and the bundle share. What the lease port does for the address across engines,
 * the host's routes do for the subnet: one that belongs to a bridge of no network of this engine is passed over. */
struct lease_inside {
	char subnet[ADDR_STRLEN + 3]; /* "10.213.1.8/29" */
	char gateway[ADDR_STRLEN];    /* nobody's: the bridge has no address */
	char bundle_ip[ADDR_STRLEN];
	char agent_ip[ADDR_STRLEN];
};

struct lease {
	unsigned octet; /* the address is 127.0.0.OCTET */
	char alias[ADDR_STRLEN];
	bool split;                   /* of a bottle with the backend docker */
	char block[ADDR_STRLEN + 3];  /* the whole "10.213.1.0/28" */
	char subnet[ADDR_STRLEN + 3]; /* what is claimed of it */
	char gateway[ADDR_STRLEN];
	char bundle_ip[ADDR_STRLEN];
	struct lease_inside inside; /* if it is split */
	char *network;              /* name */
	char *network_id;           /* NULL = no claim */
};

/* Fills in what follows from OCTET, the backend and the subnet block alone. */
void lease_describe(const struct context *ctx, unsigned octet, bool split, struct lease *ret);

/* Claims the lowest free address that is not in SKIP for SLUG with LABELS (LABEL_ALIAS is added; LABEL_BACKEND says
 * whether it is to be split). CLAIMING, unless NULL, is called before a network is created, so that a journal knows;
 * it may fail the claim. EXIT_AGAIN when the
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
