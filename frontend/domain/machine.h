/* The bottle's microVM: its record is made closed, opened to one address, compared and booted. */
#ifndef DOMAIN_MACHINE_H
#define DOMAIN_MACHINE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct agent;
struct bottle_spec;
struct bundle;
struct context;
struct error;

/* A process of the VM monitor, told apart from a later one with its number. */
struct machine_process {
	pid_t pid;
	uint64_t start;
};

/* Refuses a name that a machine of this user has already (EXIT_CANTCREATE). Ask before a journal says that
 * NAME is ours: what a journal names is deleted by the undo. */
int machine_refuse_taken(struct context *ctx, const char *name, struct error *err);

enum { MACHINE_TAKEN = 1 };

/* Creates NAME from the agent's pack without any network; a sealed one gets its sockets here. MACHINE_TAKEN, with
 * *err set: somebody else made one of that name meanwhile. */
int machine_create(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct agent *agent, struct error *err);

/* For a context with a plan: notes what machine_create, machine_record, machine_boot and the first probe would run
 * and write. */
int machine_plan(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct agent *agent, const char *alias, const struct bundle *bundle,
	struct error *err);

/* Opens the record to ALIAS alone, or leaves a sealed one closed, and compares all of it with what was asked for. The
 * workload of a sealed one serves BUNDLE's ports on ALIAS in the guest. */
int machine_record(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct agent *agent, const char *alias, const struct bundle *bundle,
	struct error *err);

/* Boots it, and compares what the engine says it booted. -1 leaves it to the caller to stop it. */
int machine_boot(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct agent *agent, const char *alias, const struct bundle *bundle,
	struct machine_process *ret, struct error *err);

/* Whether PROCESS is still that process. */
bool machine_process_alive(const struct machine_process *process);

/* Stops it, and waits until its VM monitor, as the record or KNOWN names it, has ended. None there is
 * success. */
int machine_stop(struct context *ctx, const char *name, const struct machine_process *known,
	struct error *err);

/* machine_stop, then deletes the record and its disks. */
int machine_remove(struct context *ctx, const char *name, const struct machine_process *known,
	struct error *err);

/* Whether its VM monitor runs, by the record and the process table. */
int machine_running(struct context *ctx, const char *name, bool *ret, struct error *err);

#endif
