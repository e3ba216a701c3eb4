/* One launch at work: what it knows so far, and its steps. bottle.c has their order and their undo. */
#ifndef DOMAIN_LAUNCH_H
#define DOMAIN_LAUNCH_H

#include <jansson.h>

#include "agent.h"
#include "agent_container.h"
#include "bundle.h"
#include "engine_image.h"
#include "journal.h"
#include "lease.h"
#include "machine.h"
#include "mount_pin.h"
#include "probe.h"
#include "sha256.h"
#include "strv.h"
#include "supervisor.h"
#include "task.h"
#include "watch.h"
#include "wildcard_proof.h"

struct bottle_options;
struct bottle_spec;
struct context;
struct error;
struct verdict;

struct launch {
	struct context *ctx;
	const char *slug;
	const struct bottle_spec *spec;
	const struct bottle_options *options;
	char *id; /* of this launch: the label on everything that it makes */
	char *machine;
	json_t *labels;
	struct journal journal;
	struct mount_pins pins;
	struct agent agent;
	struct engine_image image;
	struct lease_skip skip;
	struct lease lease;
	struct bundle bundle;
	int claim;          /* of a sealed bottle: holds the lease port until its supervisor does */
	struct task making; /* pack and machine, beside the bundle */
	struct supervisor supervisor;
	struct agent_container container; /* backend docker: instead of the machine */
	int probing;                      /* says that listeners of ours are on the address */
	struct machine_process process;
	char policy[SHA256_HEX_LEN];            /* digest of the engine's note of what it booted */
	struct strv services, published, notes; /* as in the verdict */
	struct wildcard_proof filter;
	struct probe_report probes, proxy;
};

#define LAUNCH_INIT(context, wanted, with)                                                      \
	{                                                                                       \
		.ctx = (context), .spec = (wanted), .options = (with), .journal = JOURNAL_INIT, \
		.agent = AGENT_INIT, .image = ENGINE_IMAGE_INIT, .making = TASK_INIT,           \
		.supervisor = SUPERVISOR_INIT, .claim = -1, .probing = -1                       \
	}
#define cleanup_launch __attribute__((cleanup(launch_clear)))

void launch_init(struct launch *launch, const char *name);

/* Begins the journal: from here on something may exist that has to be undone. */
int launch_begin(struct launch *launch, struct error *err);

/* What a supervisor is told whatever the backend; the strings are LAUNCH's. */
struct watch launch_watch(const struct launch *launch);

/* The steps. Each leaves what it made to the journal, and returns -1 with *err set. */
int launch_preflight(struct launch *launch, struct error *err); /* all that can be wrong before */
int launch_claim(struct launch *launch,
	struct error *err); /* address and bundle; starts the machine's thread */
int launch_prove_bundle(struct launch *launch, struct error *err);
int launch_join_machine(struct launch *launch, struct error *err);
int launch_open_record(struct launch *launch, struct error *err);
int launch_boot(struct launch *launch, struct error *err);
int launch_prove(struct launch *launch, struct error *err);
int launch_supervise(struct launch *launch, struct error *err);

/* The preflight, and then the steps up to the first probe with nothing done (launch_plan.c): the context has a plan. */
int launch_plan(struct launch *launch, struct error *err);

/* What its plan has by now, as a document of bottle.plan/1. New reference. */
json_t *launch_plan_json(const struct launch *launch);

/* The steps of a launch with the backend docker; the others are shared. docker_launch.c. */
int docker_launch_preflight(struct launch *launch, struct error *err);
int docker_launch_claim(
	struct launch *launch, struct error *err); /* both networks and the bundle */
int docker_launch_create(struct launch *launch, struct error *err); /* the agent's container */
int docker_launch_boot(struct launch *launch, struct error *err);
int docker_launch_serve(struct launch *launch, struct error *err); /* from the agent's side */
int docker_launch_prove(struct launch *launch, struct error *err);
int docker_launch_supervise(struct launch *launch, struct error *err);
int docker_launch_plan(struct launch *launch, struct error *err); /* as launch_plan */
void docker_launch_conclude(struct launch *launch, struct verdict *verdict);

/* For launch_claim and its like: notes in the journal what is about to be made. */
int launch_note_network(void *arg, const struct lease *lease, struct error *err);
int launch_note_container(void *arg, struct error *err);

/* An error for a probe table with failures: each row of them. Returns -1. */
int launch_unproven(const struct probe_report *report, struct error *err);

/* Fills in the verdict from what the launch knows, handing strings over. */
void launch_conclude(struct launch *launch, struct verdict *verdict);

void launch_clear(struct launch *launch);

#endif
