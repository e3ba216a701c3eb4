/* What a sealed bottle has in place of a network card: for each published port a unix socket of this host that smolvm
 * shows to the guest. The host's end is the bottle's folder in the state folder, served by its supervisor. */
#ifndef DOMAIN_SEAL_H
#define DOMAIN_SEAL_H

#include <stdbool.h>

struct bottle_spec;
struct context;
struct error;
struct strv;

bool seal_asked(const struct bottle_spec *spec);

/* The socket for the port NAME ("proxy", "git", "supervise") of bottle SLUG, here and in the guest. Caller frees. */
char *seal_socket(const struct context *ctx, const char *slug, const char *name);
char *seal_guest_socket(const char *name);

/* Whether SPEC, if it is sealed, can be launched as SLUG: the engine has such sockets (EXIT_UNAVAILABLE), their paths
 * are not too long (EXIT_CONFIG), and this user is not root, whose VM monitor smolvm runs as somebody else, for whom
 * the sockets are closed (EXIT_REFUSED). The engine's version must be known. */
int seal_check(const struct context *ctx, const char *slug, const struct bottle_spec *spec,
	struct error *err);

/* If SPEC is sealed, claims ALIAS on this host across engines, as the lease port that other bundles publish there does
 * (bundle.h), for as long as *ret_fd is open. 1, with *err set: somebody has it. */
int seal_claim(const struct bottle_spec *spec, const char *alias, int *ret_fd, struct error *err);

#endif
