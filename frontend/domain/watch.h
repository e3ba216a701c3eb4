/* Watching over one bottle, in a process of its own, so that its VM does not outlive its bundle: whoever got the
 * bundle's address next would be what the VM reaches. */
#ifndef DOMAIN_WATCH_H
#define DOMAIN_WATCH_H

#include <stdbool.h>

#include "bundle.h"
#include "machine.h"

struct context;
struct error;

/* What is watched. Zero-initialise. */
struct watch {
	char *slug, *launch;       /* bottle, and the launch that the journal must name */
	char *engine;              /* socket */
	char *container, *network; /* ids */
	char *alias;
	bool sealed;   /* has its ports served by sockets, and nothing of its address matters */
	char *address; /* where this host dials the ports */
	struct probe_port port[BUNDLE_PORT_MAX];
	size_t port_count;
	struct machine_process process; /* the VM monitor */
	char *agent,
		*agent_network; /* backend docker: ids of the container instead, and of the network inside */
};

#define cleanup_watch __attribute__((cleanup(watch_clear)))

/* One line of JSON, and back. Caller frees the line. -1 with EXIT_DATA. */
char *watch_print(const struct watch *watch);
int watch_parse(const char *line, struct watch *ret, struct error *err);

/* For a container: it has no address of the host, so nobody is looked for there, and its engine has to end it.
 * While that is away the container may go on without its bundle, which nobody but root could change; it is removed as
 * soon as the engine is back. */

/* Watches until the VM or its bundle is lost, whichever is first. Writes "watching\n" to OUT once nothing can
 * happen unseen and the sockets of a sealed bottle are served, which they are until the end, and one line with the
 * reason after a loss that comes before the launch is over. From IN comes "ready\n" when the launch is over; that
 * its other end closes before is a loss too. After a loss the VM is killed at once, then, when no other command of
 * this user is at work on the bottle, everything that the journal names is removed. The reason stays in the journal
 * of a bottle that was ready. */
int watch_run(struct context *ctx, const struct watch *watch, int in, int out, struct error *err);

void watch_clear(struct watch *watch);

#endif
