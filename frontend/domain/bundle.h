/* The sidecar bundle: one container on the bottle's own network, its ports published on the bottle's own
 * address. That of a sealed bottle publishes nothing, so that nothing of it listens on this host; its ports are
 * dialled by the container's address on its bridge. Where that is out of reach (macOS) they are published on
 * 127.0.0.1. */
#ifndef DOMAIN_BUNDLE_H
#define DOMAIN_BUNDLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "address.h"
#include "probe.h"

struct bottle_spec;
struct context;
struct engine_image;
struct error;
struct lease;

/* Published on every alias and served by nobody: the host's kernel lets one program bind it, whichever
 * engine asks. A sealed bottle publishes nothing, but two engines could give its address and its subnet out twice: its
 * launch, then its supervisor, bind the port themselves and do not listen (claim.h). Below the range that kernels and
 * engines pick ports from. */
#define BUNDLE_LEASE_PORT 10213

enum {
	BUNDLE_PORT_MAX = 3,
	BUNDLE_TOKEN_LEN = 64, /* hex digits: 256 bits */
};

struct bundle {
	char *name, *id; /* id is NULL until it was created */
	/* What its clients must know, made for this container. It goes to the engine as a variable of the
	 * container and is kept nowhere else: later commands read it from there. */
	char *token;
	struct probe_port port[BUNDLE_PORT_MAX];
	size_t port_count;
	char address[ADDR_STRLEN]; /* where this host dials host_port */
};

enum bundle_result {
	BUNDLE_FAILED = -1,
	BUNDLE_OK = 0,
	BUNDLE_ADDRESS_BUSY =
		1, /* someone else has the lease port or the address: take another one */
};

/* Creates and starts the container of SLUG from IMAGE on LEASE with LABELS, and reads which host ports it
 * got. On a split lease it gets none, but a second leg in the network with the id INSIDE (else NULL), and every
 * .host_port is the container's own. *ret has what was made also when that failed, for bundle_remove. CREATING,
 * unless NULL, is called before the container is created. */
enum bundle_result bundle_start(struct context *ctx, const char *slug,
	const struct bottle_spec *spec, const struct engine_image *image, const struct lease *lease,
	const json_t *labels, const char *inside, int (*creating)(void *arg, struct error *err),
	void *arg, struct bundle *ret, struct error *err);

/* Where this host dials the ports of a bundle on BUNDLE_IP whose bottle is on ALIAS. */
const char *bundle_address(bool sealed, const char *alias, const char *bundle_ip);

/* Waits until every published port is served. The error of one that never is has
 * the end of the bundle's log. */
int bundle_prove(struct context *ctx, const struct bundle *bundle, struct error *err);

/* The error of a bundle that is STATE and has not served its ports, with the end of its log. Returns -1. */
int bundle_unserved(
	struct context *ctx, const struct bundle *bundle, const char *state, struct error *err);

/* After another failure: notes in *err, as "log", the end of the log of a bundle that runs no more, unless there is
 * such a note. */
void bundle_explain(struct context *ctx, const struct bundle *bundle, struct error *err);

/* Whether the container runs and publishes what it did when it was started; ALIAS is NULL for a sealed bottle.
 * RET_TOKEN, unless NULL, gets its
 * token, or NULL when it has none; the caller frees it with mem_free_secret. */
int bundle_alive(struct context *ctx, const char *id, const char *alias,
	const struct probe_port *ports, size_t count, char **ret_token, bool *ret,
	struct error *err);

/* Removes the container. */
int bundle_remove(struct context *ctx, const char *id, struct error *err);

/* The owner label of the container that the bottle SLUG would have, NULL when there is none or it is not a
 * bottle's. The caller frees it. */
int bundle_owner(struct context *ctx, const char *slug, char **ret, struct error *err);

void bundle_clear(struct bundle *bundle);

#endif
