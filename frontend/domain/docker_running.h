/* A bottle that is up with the backend docker: what running.c and evidence.c do with a VM, for a container. */
#ifndef DOMAIN_DOCKER_RUNNING_H
#define DOMAIN_DOCKER_RUNNING_H

#include <stdbool.h>
#include <stddef.h>

#include "probe.h"

struct agent_command;
struct context;
struct error;
struct evidence;
struct verdict;

/* Why the bottle of VERDICT is not what was verified, in *ret_why (static); NULL there: it is. Opens its engine and
 * fills in verdict->token. */
int docker_running_check(
	struct context *ctx, struct verdict *verdict, const char **ret_why, struct error *err);

/* Runs COMMAND in the agent's container; its exit code in *ret. */
int docker_running_exec(struct context *ctx, const struct verdict *verdict,
	const struct agent_command *command, int *ret, struct error *err);

/* What a probe run asks: a container, by its engine. */
struct docker_probe {
	struct context *ctx;
	const char *container;
};

/* probe_input.ask; ARG is a struct docker_probe. */
int docker_probe_ask(void *arg, struct guest_attempt *attempts, size_t count, struct error *err);

/* Whether a probe of this host or of the gateway failed: a packet filter helps against that. */
bool docker_probe_reached_host(const struct probe_report *report);

/* What an agent's network would have as gateway, from its own address on it. Caller frees. */
char *docker_probe_gateway(const char *agent_ip);

/* evidence_read for a container:
 *   agent    it is the container that was started, never restarted
 *   config   its configuration is that of its creation
 *   process  this host's kernel says the same of its first process (where that can be seen)
 *   ports    it has none
 *   network  it is on the network inside and no other, and that leads nowhere
 *   members  nobody but the bundle is there with it */
int docker_evidence_read(struct context *ctx, const struct verdict *verdict, struct evidence *ret,
	struct error *err);

#endif
