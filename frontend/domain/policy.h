/* The stored network policy of a bottle's machine. */
#ifndef DOMAIN_POLICY_H
#define DOMAIN_POLICY_H

#include <stdbool.h>

#include "strv.h"

struct context;
struct error;

struct policy {
	char *machine, *state;
	bool network, unrestricted;
	struct strv cidrs;
	char *dns;
};

#define cleanup_policy __attribute__((cleanup(policy_clear)))

/* Reads the policy of the bottle NAME, which must be this user's. */
int policy_show(struct context *ctx, const char *name, struct policy *ret, struct error *err);

/* Stores CIDR, which must be the bottle's own ALIAS/32 (else EXIT_REFUSED), or NULL for nothing at all. Only
 * while the machine does not run. */
int policy_set(struct context *ctx, const char *name, const char *cidr, struct error *err);

void policy_clear(struct policy *policy);

#endif
