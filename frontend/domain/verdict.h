/* What is known of a bottle that came up: the document that `launch` writes when it is ready and that every
 * later command reads. It lies in a 0700 folder of its owner; a mismatch with what runs makes the bottle
 * unverified. */
#ifndef DOMAIN_VERDICT_H
#define DOMAIN_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle.h"
#include "machine.h"
#include "probe.h"
#include "strv.h"

struct context;
struct error;
struct journal;

#define VERDICT_SCHEMA "bottle.verdict/1"
#define VERDICT_PROXY_USER "bottle" /* whose password is the token */

/* Zero-initialise. */
struct verdict {
	char *slug, *launch;
	int64_t time; /* ready, seconds since 1970 */
	char *alias, *subnet, *bundle_ip;
	char *container_id, *bundle_image;
	struct probe_port port[BUNDLE_PORT_MAX];
	size_t port_count;
	char *machine;
	struct machine_process process;
	char *policy; /* digest of the engine's note of what it booted, as it was after the boot */
	char *engine; /* socket */
	unsigned engine_api;           /* 41 = API 1.41 */
	char *smolvm, *smolvm_version; /* program; version */
	bool unproven;                 /* a smolvm version that is not the tried one */
	uint32_t egress_port;
	bool sealed; /* network: sealed */
	bool full;
	struct strv services;   /* that listen on every address of the host, and can be reached */
	struct strv published;  /* published.h */
	struct strv notes;      /* sentences that a reader of the text should know */
	struct strv secret_env; /* names that exec passes on */
	char *text; /* "alias", "alias + 3 host services + proxy open to 2", "sealed", "container" */
	/* Backend docker: the agent's container, when it was started, the network that it shares with the bundle, and
	 * where each of them is on it. NULL otherwise. `machine` and `process` are then the container's name and pid,
	 * `policy` is the digest of its configuration, and nothing of smolvm is known. */
	char *agent_id, *agent_started, *agent_network, *agent_ip, *inside_ip;
	struct probe_report probes; /* not read back */
	struct probe_report proxy;  /* proxy_probe.h; not read back */
	char *token; /* the bundle's; in no file: bottle_check reads it from the engine */
};

#define cleanup_verdict __attribute__((cleanup(verdict_clear)))

/* "docker" or "smolvm". */
const char *verdict_backend(const struct verdict *verdict);

/* Where the agent finds its bundle. */
const char *verdict_bundle_at(const struct verdict *verdict);

/* The text for a network, of kind alias with COUNT services on every address or SEALED, and what was learnt of the
 * PROXY. Caller frees. */
char *verdict_text(bool sealed, size_t count, const struct probe_report *proxy);

/* The same for a container, which no service of the host can be reached from. */
char *verdict_text_container(const struct probe_report *proxy);

/* Adds to NOTES what the engine in use leaves open, if it does. */
void verdict_note_engine(const struct context *ctx, struct strv *notes);

int verdict_save(const struct verdict *verdict, struct journal *journal, struct error *err);

/* EXIT_DATA when there is none or it cannot be read: the bottle is unverified then. */
int verdict_load(
	const struct context *ctx, const char *slug, struct verdict *ret, struct error *err);

/* A probe table as JSON text: an array of rows. TELLER: whose word counts where no listener of ours decided,
 * "guest" or "proxy". New reference. */
struct json_t *verdict_probes_json(const struct probe_report *report, const char *teller);

/* The variables that the agent gets: K=V of the published ports, upper and lower case. Those of the proxy
 * come by verdict_proxy alone: with TOKEN, unless that is NULL, they are secrets. */
void verdict_urls(const struct verdict *verdict, struct strv *ret);
void verdict_proxy(const struct verdict *verdict, const char *token, struct strv *ret);

void verdict_clear(struct verdict *verdict);

#endif
