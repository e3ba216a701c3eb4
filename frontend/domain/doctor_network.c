/* What of this host a bottle reaches beside its bundle: services on every address, and whether a packet filter
 * closes them. */
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "doctor.h"
#include "hostroute.h"
#include "listeners.h"
#include "mem.h"
#include "published.h"
#include "resolver.h"
#include "self.h"
#include "services.h"
#include "socket_owner.h"
#include "wildcard_proof.h"

static const char *word(enum wildcard_answer answer)
{
	return answer == WILDCARD_CLOSED ? "closed" : answer == WILDCARD_OPEN ? "open" : "unknown";
}

void doctor_filter(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_free char *address = NULL, *path = self_share("nft/bottle-wildcard.nft");
	cleanup_error struct error err = ERROR_INIT;
	struct wildcard_proof proof;
	unsigned octet;

	doctor->filtered = false;
	if (!doctor_needs_engine(doctor, ret))
		return; /* it knows which address is free for a try */
	octet = doctor_free_octet(doctor);
	if (octet == 0) {
		doctor_say(ret, DOCTOR_SKIP, "no address of the pool is known to be free");
		return;
	}
	address = xasprintf("127.0.0.%u", octet);
	if (wildcard_prove(address, &proof, &err) != 0) {
		doctor_say_error(ret, DOCTOR_SKIP, &err);
		return;
	}
	doctor->filtered = services_filtered(&proof);
	if (doctor->filtered) {
		doctor_say(ret, DOCTOR_OK,
			"services on every address are closed by a packet filter (proven by use, "
			"tcp and udp, on %s)",
			address);
		return;
	}
	doctor_say(ret, DOCTOR_WARN, "services on every address: tcp %s, udp %s (by use, on %s)",
		word(proof.tcp), word(proof.udp), address);
	if (proof.tcp == WILDCARD_UNKNOWN || proof.udp == WILDCARD_UNKNOWN)
		doctor_cause(
			ret, "unknown: a listener on the address itself was not reached either");
	doctor_fix(ret, "sudo nft -f %s, and at boot: SECURITY.md", path);
}

/* Which of them, and whose: names only of processes that this user may look into. */
static void list_listeners(const struct listeners *all, struct strv *ret)
{
	struct socket_owner *owners = xcalloc(all->count + 1, sizeof(*owners));

	for (size_t i = 0; i < all->count; i++)
		owners[i].inode = all->item[i].inode;
	socket_owner_find(owners, all->count);
	for (size_t i = 0; i < all->count; i++) {
		const struct listener *at = &all->item[i];
		bool v6 = strchr(at->address, ':') != NULL;
		cleanup_free char *whose =
			owners[i].pid ? xasprintf("%s (pid %d)", owners[i].name, (int)owners[i].pid)
				      : xasprintf("a process of uid %u", (unsigned)at->uid);
		cleanup_free char *line = xasprintf("%s %s%s%s:%u, %s", listener_proto_name(at),
			v6 ? "[" : "", at->address, v6 ? "]" : "", at->port, whose);

		if (at->wildcard && !at->connected && !strv_has(ret, line))
			strv_push(ret, line);
	}
	free(owners);
}

static bool has_port_53(const struct listeners *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->item[i].wildcard && !all->item[i].connected && all->item[i].port == 53)
			return true;
	return false;
}

void doctor_listeners(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_listeners struct listeners all = LISTENERS_INIT;
	cleanup_error struct error err = ERROR_INIT;
	bool refused = doctor->ctx->settings.wildcard == SETTINGS_WILDCARD_REFUSE;
	size_t count;

	if (listeners_read(&all, &err) != 0) {
		doctor_say_error(ret, DOCTOR_SKIP, &err);
		return;
	}
	list_listeners(&all, &ret->details);
	count = ret->details.count;
	if (count == 0)
		doctor_say(ret, DOCTOR_OK, "nothing listens on every address of this host");
	else if (has_port_53(&all) && resolver_can_be_answered())
		doctor_say(ret, DOCTOR_FAIL, "one on port 53 would get the bottles' DNS queries");
	else if (refused)
		doctor_say(ret, DOCTOR_FAIL,
			"%zu on every address of this host, and wildcard: refuse keeps every "
			"bottle "
			"from starting",
			count);
	else if (doctor->filtered)
		doctor_say(ret, DOCTOR_OK, "%zu on every address of this host, closed to bottles",
			count);
	else {
		doctor_say(ret, DOCTOR_WARN, "%zu on every address of this host", count);
		doctor_cause(
			ret, "a bottle reaches them: its allowlist has an address and no ports");
	}
	if (ret->state > DOCTOR_OK)
		doctor_fix(ret, "let them listen on 127.0.0.1, or see `filter`");
}

void doctor_published(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *device = NULL;

	if (!doctor_needs_engine(doctor, ret))
		return;
	if (published_everywhere(doctor->ctx, doctor->filtered, &ret->details, &err) != 0) {
		doctor_say_error(ret, DOCTOR_SKIP, &err);
		return;
	}
	hostroute_loopback_leaves(&device);
	if (ret->details.count > 0) {
		doctor_say(ret, DOCTOR_WARN,
			"%zu port%s of containers on every address, by translation",
			ret->details.count, ret->details.count == 1 ? "" : "s");
		doctor_cause(
			ret, "a bottle may reach them, and no rule in an input hook sees that");
		doctor_fix(ret, "publish them on 127.0.0.1 (-p 127.0.0.1:PORT:PORT)");
	} else if (device != NULL) {
		doctor_say(ret, DOCTOR_WARN,
			"this host would translate connections to a bottle's address "
			"(route_localnet of %s)",
			device);
		doctor_cause(ret,
			"Kubernetes' NodePorts and the like cannot be seen from here, and "
			"no rule in an input hook sees what goes to them");
		doctor_fix(ret,
			"sudo sysctl net.ipv4.conf.%s.route_localnet=0, if nothing needs it",
			device);
	} else {
		doctor_say(ret, DOCTOR_OK,
			"the engine publishes nothing on every address by translation alone; rules "
			"of others cannot be seen");
	}
}
