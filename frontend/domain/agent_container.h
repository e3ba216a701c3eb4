/* The agent's container (backend docker), and the network that it shares with its bundle and nobody else. */
#ifndef DOMAIN_AGENT_CONTAINER_H
#define DOMAIN_AGENT_CONTAINER_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "sha256.h"

struct bottle_spec;
struct context;
struct error;
struct lease;

/* Zero-initialise. */
struct agent_container {
	char *name, *id; /* id is NULL until it was created */
	char *network;   /* id of the network inside; NULL until it was created */
	char *started;   /* State.StartedAt: a container that was started again is another one */
	pid_t pid;       /* State.Pid, in the engine's own namespace */
	char config[SHA256_HEX_LEN]; /* agent_config_digest when it was created */
};

/* Makes the network inside: internal, without an address of this host, labelled like all that a launch makes. */
int agent_container_network(struct context *ctx, const char *slug, const struct lease *lease,
	const json_t *labels, struct agent_container *ret, struct error *err);

/* Creates the container of SLUG from IMAGE (an id) on that network, and compares what the engine says it made with what
 * was asked. Nothing runs yet. */
int agent_container_create(struct context *ctx, const char *slug, const struct bottle_spec *spec,
	const char *image, const struct lease *lease, const json_t *labels,
	struct agent_container *container, struct error *err);

/* Starts it: our own program waits in it, nothing else runs. */
int agent_container_start(
	struct context *ctx, struct agent_container *container, struct error *err);

/* Whether the container ID runs as it was started at STARTED. */
int agent_container_alive(
	struct context *ctx, const char *id, const char *started, bool *ret, struct error *err);

/* Whether the container that a bottle SLUG would have runs, and is of LAUNCH. */
int agent_container_running(
	struct context *ctx, const char *slug, const char *launch, bool *ret, struct error *err);

void agent_container_clear(struct agent_container *container);

#endif
