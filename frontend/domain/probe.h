/* The probes: what a bottle's guest must reach and what it must not, tried from inside and judged by
 * what listeners on the host saw. */
#ifndef DOMAIN_PROBE_H
#define DOMAIN_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct guest_attempt;
struct machine_process;
struct smolvm;

/* A port that the bundle publishes: in a bottle it is host_port of the alias. */
struct probe_port {
	const char *name; /* proxy, git, supervise */
	uint16_t host_port, container_port;
};

struct probe_input {
	const char *machine;
	/* Its VM monitor: while that lives, a guest that says nothing is asked again. NULL: it is not. */
	const struct machine_process *process;
	const char *alias; /* for a container: where the bundle is on the network that both share */
	const char *other; /* another pool address that is up on this host */
	const char *bundle_ip; /* the bundle's address on its bridge */
	const struct probe_port *ports;
	size_t port_count;
	uint16_t egress_port;
	const char *dial;    /* where this host dials the ports: the alias, or the bundle itself */
	bool sealed;         /* no network card: host_port of the alias is the guest's own relay */
	const char *gateway; /* for a container: what its network's gateway would be */
	/* For a container, instead of asking VM's MACHINE: makes the attempts in it and fills in the answers. */
	int (*ask)(void *arg, struct guest_attempt *attempts, size_t count, struct error *err);
	void *ask_arg;
	bool full;        /* --verify=full: also the slow and the unlikely */
	bool after_ready; /* the guest may be hostile by now: only host evidence makes a pass */
};

struct probe_row {
	char *id;
	char *target; /* "tcp 127.0.0.17:41877" */
	const char *about;
	bool must_reach;
	bool pass;
	bool host_judged; /* a listener of ours decided; else it is the guest's word */
	const char *state;
	char *why;
};

struct probe_report {
	char *route; /* what the guest set, as the kernel there reads it back */
	struct probe_row *row;
	size_t count, failed;
	size_t untried; /* addresses of this host beyond the first ten of each family */
};

/* Runs the table in MACHINE. Returns 0 when every attempt was made and answered, also when some rows
 * failed: look at report->failed. -1: nothing is proven. */
int probe_run(const struct smolvm *vm, const struct probe_input *input, struct probe_report *report,
	struct error *err);

/* The same for a launch. In a sealed bottle the guest's relay is the machine's workload, and a guest that was just
 * booted may ask before it listens: while nothing but published ports fails, and those by a refusal, it is asked
 * again, for PROBE_SERVED_MS. */
#define PROBE_SERVED_MS 20000
int probe_until_served(const struct smolvm *vm, const struct probe_input *input,
	struct probe_report *report, struct error *err);

void probe_report_clear(struct probe_report *report);

#endif
