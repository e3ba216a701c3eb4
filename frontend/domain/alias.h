/* Whether a bottle's address is up on this host, and making it so. On Linux all of 127/8 is; on macOS the
 * privileged helper adds it. */
#ifndef DOMAIN_ALIAS_H
#define DOMAIN_ALIAS_H

struct context;
struct error;
struct strv;

/* Makes sure that 127.0.0.OCTET can be bound, by the setting `alias`: auto asks the helper only when it
 * cannot be, always asks it every time, never fails instead. The helper gets all missing pool addresses in
 * one call. EXIT_CONFIG when the pool is not inside what the helper was built for. */
int alias_ensure(struct context *ctx, unsigned octet, struct error *err);

/* The pool's addresses that cannot be bound now. */
void alias_missing(const struct context *ctx, struct strv *ret);

/* Adds all missing ones, or with setting always all; *ret lists what the helper was asked for. */
int alias_ensure_all(struct context *ctx, struct strv *ret, struct error *err);

/* Removes ADDRESSES; REMOVED gets those that were there. */
int alias_release(const struct strv *addresses, struct strv *removed, struct error *err);

/* Another bottle's address as far as a policy can tell, for probes: beside the pool if such a one can be
 * bound now, else of the pool, else 127.0.0.1. Caller frees. */
char *alias_other(const struct context *ctx, unsigned octet);

#endif
