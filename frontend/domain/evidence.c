/* Looking at a VM from outside. */
#include "evidence.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "docker_running.h"
#include "err.h"
#include "journal.h"
#include "mem.h"
#include "probe_table.h"
#include "process_sockets.h"
#include "resolver.h"
#include "seal.h"
#include "smolvm.h"
#include "strv.h"
#include "verdict.h"
#include "vmdb.h"

enum { VMS_MAX = 64 };

/* Takes WHAT. */
static void add(struct evidence *evidence, const char *id, const char *about, bool pass, char *what)
{
	evidence->row[evidence->count++] = (struct evidence_row){id, about, pass, false, what};
	evidence->failed += !pass;
}

static void look_at_vm(const struct verdict *verdict, struct evidence *ret)
{
	bool alive = machine_process_alive(&verdict->process);

	add(ret, "vm", "the monitor is the process that was booted", alive,
		xasprintf("pid %d%s", (int)verdict->process.pid, alive ? "" : " has ended"));
}

static void look_at_engine(
	const struct context *ctx, const struct verdict *verdict, struct evidence *ret)
{
	bool same = strcmp(ctx->vm->version, verdict->smolvm_version) == 0;

	add(ret, "engine", "smolvm is the version that booted it", same,
		same ? xasprintf("smolvm %s", ctx->vm->version)
		     : xasprintf("smolvm %s, booted by %s", ctx->vm->version,
			       verdict->smolvm_version));
}

/* Whether NETWORK opens the way to the alias and nothing else; *RET says what it opens. */
static bool is_narrow(const struct verdict *verdict, const struct vmdb_network *network, char **ret)
{
	cleanup_free char *cidr = xasprintf("%s/32", verdict->alias);
	const char *dns = resolver_for(verdict->alias);

	if (verdict->sealed && !network->network && network->unrestricted) {
		*ret = xstrdup("no network");
		return true;
	}
	*ret = xasprintf("%s%s%s, dns %s",
		!network->network       ? "nothing"
		: network->unrestricted ? "everything"
		: network->cidrs.count  ? network->cidrs.item[0]
					: "nothing",
		network->cidrs.count > 1 ? " and more" : "",
		network->network ? "" : " (network off)", network->dns ? network->dns : "as given");
	if (verdict->sealed || !network->network || network->unrestricted ||
		network->cidrs.count != 1 || strcmp(network->cidrs.item[0], cidr) != 0)
		return false;
	return network->dns == NULL ? verdict->unproven : strcmp(network->dns, dns) == 0;
}

static int look_at_policy(
	struct context *ctx, const struct verdict *verdict, struct evidence *ret, struct error *err)
{
	struct vmdb_network network = {0};
	char digest[SHA256_HEX_LEN];
	char *what = NULL;
	bool narrow;

	if (vmdb_policy_digest(ctx->vmdb, verdict->machine, digest, err) != 0 ||
		vmdb_effective_policy(ctx->vmdb, verdict->machine, 0, &network, err) != 0)
		return -1;
	narrow = is_narrow(verdict, &network, &what);
	if (strcmp(digest, verdict->policy) != 0) {
		free(what);
		what = xstrdup("the file is not as it was after the boot");
		narrow = false;
	}
	add(ret, "policy", "the engine's note of what it booted", narrow, what);
	vmdb_network_clear(&network);
	return 0;
}

/* Whether a record has the sockets of VERDICT's bottle and no other; what it has is added to *WHAT. */
static bool has_own_sockets(const struct context *ctx, const struct verdict *verdict,
	const struct strv *sockets, char **what)
{
	size_t count = verdict->sealed ? verdict->port_count : 0;
	bool own = sockets->count == count;
	char *more;

	for (size_t i = 0; i < count && own; i++) {
		cleanup_free char *host = seal_socket(ctx, verdict->slug, verdict->port[i].name);
		cleanup_free char *guest = seal_guest_socket(verdict->port[i].name);
		cleanup_free char *pair = xasprintf("%s:%s", host, guest);

		own = strcmp(sockets->item[i], pair) == 0;
	}
	if (own && count == 0)
		return true;
	more = own ? xasprintf("%s, %zu sockets of the bottle", *what, count)
		   : xasprintf("%s, sockets that are not the bottle's", *what);
	free(*what);
	*what = more;
	return own;
}

static int look_at_record(
	struct context *ctx, const struct verdict *verdict, struct evidence *ret, struct error *err)
{
	cleanup_vmdb_machine struct vmdb_machine row = VMDB_MACHINE_INIT;
	char *what = NULL;
	bool narrow;

	if (vmdb_machine(ctx->vmdb, verdict->machine, &row, err) != 0)
		return -1;
	narrow = is_narrow(verdict, &row.network, &what);
	narrow = has_own_sockets(ctx, verdict, &row.sockets, &what) && narrow;
	add(ret, "record", "the machine's record", narrow, what);
	return 0;
}

/* This user's VMs: where they may be connected to, and their monitors; of other bottles too, because sockets of
 * processes that let nobody look cannot be told apart. */
struct vms {
	struct strv aliases;
	pid_t pid[VMS_MAX];
	size_t count;
};

static int find_vms(
	struct context *ctx, const struct verdict *verdict, struct vms *ret, struct error *err)
{
	cleanup_strv struct strv slugs = STRV_INIT;

	if (!verdict->sealed)
		strv_push(&ret->aliases, verdict->alias);
	ret->pid[ret->count++] = verdict->process.pid;
	if (journal_slugs(ctx, &slugs, err) != 0)
		return -1;
	for (size_t i = 0; i < slugs.count; i++) {
		cleanup_journal_facts struct journal_facts facts = {0};
		cleanup_error struct error broken = ERROR_INIT;

		if (journal_read(ctx, slugs.item[i], &facts, &broken) != 0 || facts.alias == NULL)
			continue;
		if (strcmp(facts.alias, verdict->alias) != 0)
			strv_push(&ret->aliases, facts.alias);
		if (facts.vm_pid != 0 && ret->count < VMS_MAX)
			ret->pid[ret->count++] = facts.vm_pid;
	}
	return 0;
}

/* The first one that is no VM's business; NULL = none. Caller frees. */
static char *find_foreign(const struct process_sockets *sockets, const struct strv *aliases)
{
	for (size_t i = 0; i < sockets->count; i++) {
		const struct listener *local = &sockets->item[i].local;
		const struct listener *remote = &sockets->item[i].remote;

		if (strv_has(aliases, remote->address))
			continue;
		return remote->wildcard
			       ? xasprintf("%s %s:%u takes from anyone", listener_proto_name(local),
					 local->address, local->port)
			       : xasprintf("%s %s:%u", listener_proto_name(remote), remote->address,
					 remote->port);
	}
	return NULL;
}

static int look_at_sockets(
	struct context *ctx, const struct verdict *verdict, struct evidence *ret, struct error *err)
{
	cleanup_process_sockets struct process_sockets sockets = PROCESS_SOCKETS_INIT;
	cleanup_strv struct strv own = STRV_INIT;
	struct vms vms = {.aliases = STRV_INIT};
	cleanup_free char *foreign = NULL;
	const char *how;
	int result = find_vms(ctx, verdict, &vms, err);

	if (!verdict->sealed)
		strv_push(&own, verdict->alias);
	if (result == 0)
		result = process_sockets_read(vms.pid, vms.count, &sockets, err);
	if (result == 0)
		foreign = find_foreign(&sockets, sockets.by_elimination ? &vms.aliases : &own);
	strv_clear(&vms.aliases);
	if (result != 0) {
		if (err->code != EXIT_UNAVAILABLE)
			return -1;
		err_clear(err); /* a platform that does not tell: no evidence, and none against */
		return 0;
	}
	how = !sockets.by_elimination ? "" : " (by elimination)";
	add(ret, "sockets", "what the monitor is connected to", foreign == NULL,
		foreign           ? xasprintf("%s%s", foreign, how)
		: verdict->sealed ? xasprintf("none that is this bottle's%s", how)
				  : xasprintf("%zu to %s, none elsewhere%s", sockets.count,
					    verdict->alias, how));
	if (foreign != NULL && sockets.others > 0) {
		struct evidence_row *row = &ret->row[ret->count - 1];

		free(row->what);
		row->what = xasprintf(
			"%s: of the monitor, or of %zu other processes that let nobody look",
			foreign, sockets.others);
		row->unclear = true;
		ret->failed--;
		ret->unclear++;
	}
	return 0;
}

/* The guest's gateway is this host. Its probe has a port that was never used before: only a guest that tried in
 * this run can have been refused there. */
static int look_at_denials(
	struct context *ctx, const struct verdict *verdict, struct evidence *ret, struct error *err)
{
	cleanup_free char *text = NULL, *tried = NULL;
	json_auto_t *events = NULL;
	bool seen = false;

	for (size_t i = 0; i < verdict->probes.count; i++)
		if (strcmp(verdict->probes.row[i].id, "gateway") == 0)
			tried = xstrdup(strchr(verdict->probes.row[i].target, ' ') + 1);
	if (tried == NULL || verdict->sealed || !ctx->vm->caps->egress_events)
		return 0;
	if (smolvm_egress_events(ctx->vm, verdict->machine, &text, err) != 0)
		return -1;
	events = json_loads(text, 0, NULL);
	for (size_t i = 0; i < json_array_size(events) && !seen; i++) {
		const char *dest =
			json_string_value(json_object_get(json_array_get(events, i), "dest"));

		seen = dest != NULL && strcmp(dest, tried) == 0;
	}
	add(ret, "denials", "what the engine says that it refused", seen,
		seen ? xasprintf("%s, of %zu", tried, json_array_size(events))
		     : xasprintf("not %s, which the guest says that it tried", tried));
	return 0;
}

/* What cannot be looked at is no evidence: a VM that ends meanwhile takes its record and files along. */
static void look(struct context *ctx, const struct verdict *verdict, const char *id,
	int (*at)(struct context *ctx, const struct verdict *verdict, struct evidence *ret,
		struct error *err),
	struct evidence *ret)
{
	cleanup_error struct error unseen = ERROR_INIT;

	if (at(ctx, verdict, ret, &unseen) != 0)
		add(ret, id, "it cannot be looked at", false, xstrdup(unseen.message));
}

int evidence_read(
	struct context *ctx, const struct verdict *verdict, struct evidence *ret, struct error *err)
{
	if (verdict->agent_id != NULL)
		return docker_evidence_read(ctx, verdict, ret, err);
	if (context_smolvm(ctx, err) != 0 || context_vmdb(ctx, err) != 0)
		return err_wrap(err, "evidence");
	look_at_vm(verdict, ret);
	look_at_engine(ctx, verdict, ret);
	look(ctx, verdict, "policy", look_at_policy, ret);
	look(ctx, verdict, "record", look_at_record, ret);
	look(ctx, verdict, "sockets", look_at_sockets, ret);
	look(ctx, verdict, "denials", look_at_denials, ret);
	return 0;
}

void evidence_clear(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++)
		free(evidence->row[i].what);
	*evidence = (struct evidence){.count = 0};
}
