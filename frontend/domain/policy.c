/* Reading and setting a machine's stored policy. */
#include "policy.h"

#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "err.h"
#include "journal.h"
#include "mem.h"
#include "names.h"
#include "resolver.h"
#include "slug.h"
#include "smolvm.h"
#include "vmdb.h"

/* The journal is what makes a bottle ours. */
static int own(struct context *ctx, const char *name, struct journal_facts *facts,
	char **ret_machine, struct error *err)
{
	if (slug_check(name, err) != 0 || context_vmdb(ctx, err) != 0)
		return -1;
	if (journal_read(ctx, name, facts, err) != 0) {
		err_set(err, EXIT_REFUSED, "there is no bottle of yours named %s", name);
		return err_note(err, "next", "bottle ps");
	}
	if (facts->docker) {
		err_set(err, EXIT_REFUSED, "%s is a container: it has no machine, and no policy",
			name);
		return err_note(err, "next", "bottle verify %s", name);
	}
	*ret_machine = xasprintf("%s%s", NAME_MACHINE_PREFIX, name);
	return 0;
}

int policy_show(struct context *ctx, const char *name, struct policy *ret, struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	cleanup_vmdb_machine struct vmdb_machine row = VMDB_MACHINE_INIT;

	if (own(ctx, name, &facts, &ret->machine, err) != 0 ||
		vmdb_machine(ctx->vmdb, ret->machine, &row, err) != 0)
		return -1;
	ret->state = xstrdup(row.state);
	ret->network = row.network.network;
	ret->unrestricted = row.network.unrestricted;
	strv_push_all(&ret->cidrs, (const char *const *)row.network.cidrs.item);
	ret->dns = row.network.dns ? xstrdup(row.network.dns) : NULL;
	return 0;
}

int policy_set(struct context *ctx, const char *name, const char *cidr, struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	cleanup_journal struct journal journal = JOURNAL_INIT;
	cleanup_free char *machine = NULL, *allowed = NULL;
	struct vmdb_policy policy = {.cidr = cidr};

	if (own(ctx, name, &facts, &machine, err) != 0 ||
		journal_lock(ctx, name, 0, &journal, err) != 0)
		return -1;
	allowed = xasprintf("%s/32", facts.alias ? facts.alias : "?");
	if (cidr != NULL && strcmp(cidr, allowed) != 0) {
		err_set(err, EXIT_REFUSED, "%s may reach %s or nothing, not '%s'", name, allowed,
			cidr);
		return err_note(err, "next", "bottle allowlist set %s %s", name, allowed);
	}
	if (facts.sealed && cidr != NULL) {
		err_set(err, EXIT_REFUSED, "%s is sealed: it may reach nothing by a network", name);
		return err_note(err, "next", "bottle allowlist set %s", name);
	}
	if (context_smolvm(ctx, err) != 0)
		return -1;
	policy.sealed = facts.sealed;
	if (ctx->vm->caps->dns && !facts.sealed)
		policy.dns = resolver_for(facts.alias ? facts.alias : "127.0.0.1");
	return vmdb_set_policy(ctx->vmdb, machine, &policy, err);
}

void policy_clear(struct policy *policy)
{
	free(policy->machine);
	free(policy->state);
	free(policy->dns);
	strv_clear(&policy->cidrs);
	*policy = (struct policy){.machine = NULL};
}
