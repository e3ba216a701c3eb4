/* What smolvm refused to a bottle's VM: connections and datagrams past its policy, as the VM's monitor notes them on
 * this host. The guest has no part in it but that it tried. smolvm keeps the list as long as the machine exists and
 * gives the newest 200 with a second's precision (`machine egress-events`; src/agent/manager.rs and smolvm-network's
 * egress.rs at 1.9.3); datagrams to port 53 and ICMP are refused without a note. */
#ifndef DOMAIN_DENIALS_H
#define DOMAIN_DENIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "events.h"
#include "moment.h"

struct context;
struct error;

enum {
	DENIALS_MAX = 500,          /* kept of one list, the newest */
	DENIAL_ADDRESS_STRLEN = 46, /* INET6_ADDRSTRLEN */
};

struct denial {
	int64_t at; /* milliseconds since 1970 */
	bool udp;
	char address[DENIAL_ADDRESS_STRLEN];
	uint16_t port;
};

/* One list, oldest first, nothing twice. Zero-initialise. */
struct denials {
	struct denial *item;
	size_t count;
};

#define cleanup_denials __attribute__((cleanup(denials_clear)))

/* Reads what `machine egress-events --json` prints. What has no time, or no address and port, is passed over. -1 with
 * EXIT_UNAVAILABLE when TEXT is no list. */
int denials_parse(const char *text, struct denials *ret, struct error *err);

/* Whether DENIAL is in the list. */
bool denials_has(const struct denials *denials, const struct denial *denial);

/* Asks smolvm for those of bottle NAME; *ret_alias (caller frees) is the bottle's address. An empty list for what no
 * list is kept of: no bottle of ours, one that is sealed or a container or was not started, a smolvm that has no
 * such list. */
int denials_read(struct context *ctx, const char *name, struct denials *ret, char **ret_alias,
	struct error *err);

void denials_clear(struct denials *denials);

/* As an event "denied", which has "destination", "port" and "protocol". Zero-initialise struct denial_event; what *ret
 * points to is owned by it until the next call. */
struct denial_event {
	struct json_t *json;
	char time[MOMENT_STRLEN];
	char *text;
};

#define cleanup_denial_event __attribute__((cleanup(denial_event_clear)))

void denial_event_make(struct denial_event *event, const struct denial *denial, const char *bottle,
	const char *alias, struct event_read *ret);

void denial_event_clear(struct denial_event *event);

#endif
