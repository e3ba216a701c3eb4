/* Services of this host that listen on every address: an allowlist of one address cannot keep them out. */
#ifndef DOMAIN_SERVICES_H
#define DOMAIN_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct context;
struct error;
struct strv;
struct wildcard_proof;

enum { SERVICES_OWN_MAX = 4 };

/* "tcp 0.0.0.0:22", "udp [::]:5353" ..., each once, sorted. */
int services_wildcard(struct strv *ret, struct error *err);

/* Applies the setting `wildcard` to them: refuses (EXIT_REFUSED), or only lists them in *ret. Where DNS
 * queries of a guest can be answered by a listener on port 53, such a one is always refused. */
int services_check(
	const struct context *ctx, const char *alias, struct strv *ret, struct error *err);

/* Applies the setting `wildcard` to what published.h found: EXIT_REFUSED, or nothing. */
int services_check_published(
	const struct context *ctx, const struct strv *published, struct error *err);

/* Whether PROOF says that a packet filter closes services on every address, those of TCP and of UDP. */
bool services_filtered(const struct wildcard_proof *proof);

/* Then empties LIST, of services_wildcard or services_check, and adds to NOTES how many there were. */
void services_set_aside(const struct wildcard_proof *proof, struct strv *list, struct strv *notes);

/* What may listen on a bottle's address. Zero-initialise. */
struct services_own {
	uint16_t port[SERVICES_OWN_MAX]; /* TCP */
	size_t count;
	uid_t engine_uid; /* these ports are the engine's: a listener of another user is none of them */
	bool probing;     /* listeners of this user are probes */
	bool seen[SERVICES_OWN_MAX]; /* the engine listened on the port at the last look */
};

/* Refuses when anything else listens on ALIAS itself, or on every address with a port of OWN; and when the engine no
 * longer listens where it did at the last look with this OWN. (It never does without its userland proxy.) */
int services_strangers(const char *alias, struct services_own *own, struct error *err);

#endif
