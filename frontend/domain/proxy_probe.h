/* Whether a bottle's own proxy leads where the bottle itself must not go: to the bundle's daemons, this host,
 * a metadata service, another bundle. Asked from this host: the proxy sees the same client, by the same port
 * and with the same token, as when the guest asks, because the VM's monitor connects from here too. */
#ifndef DOMAIN_PROXY_PROBE_H
#define DOMAIN_PROXY_PROBE_H

#include <stddef.h>

#include "probe.h"

struct error;

/* Asks the proxy of bottle SLUG, if it has one, by CONNECT and by GET. Rows of *report: .pass, .why = the
 * proxy's answers, and .state:
 *   open         it goes there: a listener of ours saw it come, or it granted a tunnel, or a page came back
 *   refused      it says that it does not
 *   unreachable  a listener of ours waited and nobody came, or a name leads nowhere
 *   unproven     no answer, or one that does not tell whether it would go if somebody were there
 * The former and the latter do not pass. Usable after ready: the guest has no part in it. Takes about 5 s at
 * most, -1 only when this host lacks something. */
int proxy_probe_run(const struct probe_input *input, const char *slug, const char *token,
	struct probe_report *report, struct error *err);

/* How many rows are open; report->failed minus these are unproven. */
size_t proxy_probe_open(const struct probe_report *report);

#endif
