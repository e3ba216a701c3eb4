/* Looking at a VM from outside. */
#include "evidence.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "err.h"
#include "journal.h"
#include "mem.h"
#include "probe_table.h"
#include "process_sockets.h"
#include "resolver.h"
#include "smolvm.h"
#include "strv.h"
#include "verdict.h"
#include "vmdb.h"

/* Takes WHAT. */
static void add(struct evidence *evidence, const char *id, const char *about, bool pass, char *what)
{
	evidence->row[evidence->count++] = (struct evidence_row){id, about, pass, what};
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

	*ret = xasprintf("%s%s%s, dns %s",
		!network->network       ? "nothing"
		: network->unrestricted ? "everything"
		: network->cidrs.count  ? network->cidrs.item[0]
					: "nothing",
		network->cidrs.count > 1 ? " and more" : "",
		network->network ? "" : " (network off)", network->dns ? network->dns : "as given");
	if (!network->network || network->unrestricted || network->cidrs.count != 1 ||
		strcmp(network->cidrs.item[0], cidr) != 0)
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

static int look_at_record(
	struct context *ctx, const struct verdict *verdict, struct evidence *ret, struct error *err)
{
	cleanup_vmdb_machine struct vmdb_machine row = VMDB_MACHINE_INIT;
	char *what = NULL;
	bool narrow;

	if (vmdb_machine(ctx->vmdb, verdict->machine, &row, err) != 0)
		return -1;
	narrow = is_narrow(verdict, &row.network, &what);
	add(ret, "record", "the machine's record", narrow, what);
	return 0;
}

/* Addresses that VMs of this user may be connected to: other bottles' too, where sockets cannot be told apart. */
static int own_aliases(struct context *ctx, const struct verdict *verdict, bool all,
	struct strv *ret, struct error *err)
{
	cleanup_strv struct strv slugs = STRV_INIT;

	strv_push(ret, verdict->alias);
	if (!all)
		return 0;
	if (journal_slugs(ctx, &slugs, err) != 0)
		return -1;
	for (size_t i = 0; i < slugs.count; i++) {
		cleanup_journal_facts struct journal_facts facts = {0};
		cleanup_error struct error broken = ERROR_INIT;

		if (journal_read(ctx, slugs.item[i], &facts, &broken) == 0 && facts.alias != NULL)
			strv_push(ret, facts.alias);
	}
	return 0;
}

static int look_at_sockets(
	struct context *ctx, const struct verdict *verdict, struct evidence *ret, struct error *err)
{
	static const char about[] = "what the monitor is connected to";
	cleanup_process_sockets struct process_sockets sockets = PROCESS_SOCKETS_INIT;
	cleanup_strv struct strv aliases = STRV_INIT;
	const char *whose;

	if (process_sockets_read(verdict->process.pid, &sockets, err) != 0) {
		if (err->code != EXIT_UNAVAILABLE)
			return -1;
		err_clear(err); /* a platform that does not tell: no evidence, and none against */
		return 0;
	}
	if (own_aliases(ctx, verdict, sockets.by_elimination, &aliases, err) != 0)
		return -1;
	whose = sockets.by_elimination
			? " (of a process that lets nobody look: the monitor, or one like it)"
			: "";
	for (size_t i = 0; i < sockets.count; i++) {
		const struct listener *local = &sockets.item[i].local;
		const struct listener *remote = &sockets.item[i].remote;

		if (strv_has(&aliases, remote->address))
			continue;
		add(ret, "sockets", about, false,
			remote->wildcard ? xasprintf("%s %s:%u takes from anyone%s",
						   listener_proto_name(local), local->address,
						   local->port, whose)
					 : xasprintf("%s %s:%u%s", listener_proto_name(remote),
						   remote->address, remote->port, whose));
		return 0;
	}
	add(ret, "sockets", about, true,
		xasprintf("%zu to %s, none elsewhere%s", sockets.count, verdict->alias,
			sockets.by_elimination ? " (by elimination)" : ""));
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
	if (tried == NULL || !ctx->vm->caps->egress_events)
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

int evidence_read(
	struct context *ctx, const struct verdict *verdict, struct evidence *ret, struct error *err)
{
	if (context_smolvm(ctx, err) != 0 || context_vmdb(ctx, err) != 0)
		return -1;
	look_at_vm(verdict, ret);
	look_at_engine(ctx, verdict, ret);
	if (look_at_policy(ctx, verdict, ret, err) != 0 ||
		look_at_record(ctx, verdict, ret, err) != 0 ||
		look_at_sockets(ctx, verdict, ret, err) != 0 ||
		look_at_denials(ctx, verdict, ret, err) != 0)
		return err_wrap(err, "evidence");
	return 0;
}

void evidence_clear(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++)
		free(evidence->row[i].what);
	*evidence = (struct evidence){.count = 0};
}
