/* A bottle that is up: whether it still is what was verified, and what can be done with it. */
#include <stdlib.h>
#include <string.h>

#include "agent_command.h"
#include "alias.h"
#include "bottle.h"
#include "bundle.h"
#include "cancel.h"
#include "context.h"
#include "docker_running.h"
#include "err.h"
#include "events.h"
#include "evidence.h"
#include "journal.h"
#include "mem.h"
#include "probe.h"
#include "proxy_probe.h"
#include "published.h"
#include "services.h"
#include "slug.h"
#include "smolvm.h"
#include "strv.h"
#include "supervisor.h"
#include "teardown.h"
#include "verdict.h"
#include "vmdb.h"
#include "wildcard_proof.h"

/* A bottle without a journal of ours may be another user's. */
static int refuse_foreign(struct context *ctx, const char *name, struct error *err)
{
	cleanup_free char *owner = NULL;

	if (context_engine(ctx, err) != 0 || bundle_owner(ctx, name, &owner, err) != 0)
		return -1;
	if (owner == NULL)
		return 0;
	err_set(err, EXIT_REFUSED, "%s belongs to uid %s", name, owner);
	return err_note(err, "next", "ask its owner");
}

int bottle_stop(struct context *ctx, const char *name, bool *ret_found, struct error *err)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;

	*ret_found = false;
	if (slug_check(name, err) != 0 ||
		journal_lock(ctx, name, supervisor_lock_ms(ctx, name), &journal, err) != 0)
		return err_wrap(err, "stop %s", name);
	if (!journal_exists(&journal))
		return refuse_foreign(ctx, name, err) == 0 ? 0 : err_wrap(err, "stop %s", name);
	*ret_found = true;
	cancel_tolerate(cancel_count() + 1); /* half a stop is worse than a late one */
	if (teardown(ctx, &journal, err) != 0)
		return err_wrap(err, "stop %s", name);
	events_note(ctx, &(struct event){.name = "stopped", .bottle = name, .ms = -1});
	return 0;
}

static int unverified(const char *name, const char *why, struct error *err)
{
	err_set(err, EXIT_REFUSED, "%s is unverified: %s", name, why);
	return err_note(err, "next", "bottle stop %s, then launch it again", name);
}

int bottle_find(struct context *ctx, const char *name, struct journal_facts *ret, struct error *err)
{
	if (slug_check(name, err) != 0)
		return -1;
	if (journal_read(ctx, name, ret, err) == 0)
		return 0;
	err_clear(err);
	if (refuse_foreign(ctx, name, err) != 0)
		return -1;
	err_set(err, EXIT_USAGE_ERROR, "there is no bottle named %s", name);
	return err_note(err, "next", "bottle ps");
}

int bottle_check(
	struct context *ctx, const char *name, bool again, struct verdict *ret, struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	char policy[SHA256_HEX_LEN];
	const char *why = NULL;
	bool alive = false;

	if (bottle_find(ctx, name, &facts, err) != 0)
		return -1;
	if (facts.lost != NULL)
		return unverified(name, facts.lost, err);
	if (!facts.ready)
		return unverified(name, "its launch did not come to an end", err);
	if (facts.doubt != NULL && !again)
		return unverified(name, facts.doubt, err);
	if (verdict_load(ctx, name, ret, err) != 0)
		return -1;
	if (strcmp(facts.launch, ret->launch) != 0)
		return unverified(name, "its verdict is of another launch", err);
	if (ret->agent_id != NULL) {
		if (docker_running_check(ctx, ret, &why, err) != 0)
			return -1;
		return why ? unverified(name, why, err) : 0;
	}
	if (!machine_process_alive(&ret->process))
		return unverified(name, "its VM does not run any more", err);
	if (context_vmdb(ctx, err) != 0 ||
		vmdb_policy_digest(ctx->vmdb, ret->machine, policy, err) != 0)
		return -1;
	if (strcmp(policy, ret->policy) != 0)
		return unverified(name, "the engine's policy file has changed since the boot", err);
	if (supervisor_pid(ctx, name) == 0)
		return unverified(name,
			"its supervisor is gone, and nothing would end its VM with its bundle",
			err);
	if (context_engine_at(ctx, ret->engine, err) != 0 ||
		bundle_alive(ctx, ret->container_id, ret->sealed ? NULL : ret->alias, ret->port,
			ret->port_count, &ret->token, &alive, err) != 0)
		return -1;
	if (!alive)
		return unverified(name, "its bundle is lost, or was restarted", err);
	return ret->token ? 0 : unverified(name, "its bundle was given no token", err);
}

/* Whether the user gives the variable of ENTRY ("K=V") a value: then ours stays out. */
static bool users_own(
	const struct verdict *verdict, const struct bottle_command *command, const char *entry)
{
	size_t len = strcspn(entry, "=");
	cleanup_free char *name = xstrndup(entry, len);

	for (size_t i = 0; i < command->env->count; i++)
		if (strncmp(command->env->item[i], entry, len + 1) == 0)
			return true;
	return strv_has(&verdict->secret_env, name);
}

int bottle_exec(struct context *ctx, const struct verdict *verdict,
	const struct bottle_command *command, int *ret, struct error *err)
{
	cleanup_strv struct strv env = STRV_INIT;
	cleanup_secrets struct strv proxy = STRV_INIT, secrets = STRV_INIT;
	struct agent_command whole = {command->argv, &env, &verdict->secret_env, &secrets,
		command->workdir, command->user, command->interactive, command->tty, command->raw};

	if (verdict->agent_id == NULL && context_smolvm(ctx, err) != 0)
		return -1;
	verdict_urls(verdict, &env);
	strv_push_all(&env, (const char *const *)command->env->item);
	verdict_proxy(verdict, verdict->token, &proxy);
	for (size_t i = 0; i < proxy.count; i++)
		if (!users_own(verdict, command, proxy.item[i]))
			strv_push(&secrets, proxy.item[i]);
	return verdict->agent_id != NULL ? docker_running_exec(ctx, verdict, &whole, ret, err)
					 : smolvm_exec(ctx->vm, verdict->machine, &whole, ret, err);
}

bool bottle_uses_smolvm(const struct context *ctx, const char *name)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	cleanup_error struct error unread = ERROR_INIT;

	return !slug_valid(name) || journal_read(ctx, name, &facts, &unread) != 0 || !facts.docker;
}

/* The first thing that a verify did not pass; NULL = all passed. Caller frees. */
static char *first_failure(const struct evidence *evidence, const struct probe_report *probes)
{
	for (size_t i = 0; i < evidence->count; i++)
		if (!evidence->row[i].pass && !evidence->row[i].unclear)
			return xasprintf(
				"verify: %s: %s", evidence->row[i].id, evidence->row[i].what);
	for (size_t i = 0; i < probes->count; i++)
		if (!probes->row[i].pass)
			return xasprintf(
				"verify: probe %s: %s", probes->row[i].id, probes->row[i].why);
	return NULL;
}

/* Notes what a verify of this launch found, where that is news. WHY is NULL when all passed. */
static int keep_result(
	struct context *ctx, const struct verdict *verdict, const char *why, struct error *err)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;
	cleanup_journal_facts struct journal_facts facts = {0};

	if (journal_lock(ctx, verdict->slug, supervisor_lock_ms(ctx, verdict->slug), &journal,
		    err) != 0 ||
		journal_read(ctx, verdict->slug, &facts, err) != 0)
		return -1;
	if (strcmp(facts.launch, verdict->launch) != 0)
		return err_set(
			err, EXIT_UNAVAILABLE, "it was stopped, and launched again, meanwhile");
	events_note(ctx, &(struct event){.name = why ? "unverified" : "verified",
				 .bottle = verdict->slug,
				 .launch = verdict->launch,
				 .alias = verdict->alias,
				 .reason = why ? why : verdict->text,
				 .ms = -1});
	if (why == NULL && facts.doubt == NULL)
		return 0;
	return journal_event(&journal, why ? "unverified" : "verified", "why", why, err);
}

/* What of this host the bottle reaches besides its bundle. To be called while it is marked as probed. */
static int look_at_services(struct context *ctx, struct verdict *verdict, struct error *err)
{
	cleanup_error struct error untried = ERROR_INIT; /* what is not proven stays counted */
	struct wildcard_proof filter = {WILDCARD_UNKNOWN, WILDCARD_UNKNOWN};

	strv_clear(&verdict->services);
	strv_clear(&verdict->published);
	strv_clear(&verdict->notes);
	if (verdict->sealed)
		return 0;
	if (services_wildcard(&verdict->services, err) != 0)
		return -1;
	(void)wildcard_prove(verdict->alias, &filter, &untried);
	services_set_aside(&filter, &verdict->services, &verdict->notes);
	if (published_everywhere(ctx, services_filtered(&filter), &verdict->published, err) != 0)
		return -1;
	verdict_note_engine(ctx, &verdict->notes);
	return 0;
}

int bottle_verify(struct context *ctx, struct verdict *verdict, bool full, struct evidence *ret,
	struct error *err)
{
	const char *octet = strrchr(verdict->alias, '.') + 1;
	cleanup_free char *other = alias_other(ctx, (unsigned)strtoul(octet, NULL, 10));
	struct probe_input input = {
		.machine = verdict->machine,
		.process = &verdict->process,
		.alias = verdict->alias,
		.other = other,
		.bundle_ip = verdict->bundle_ip,
		.ports = verdict->port,
		.port_count = verdict->port_count,
		.egress_port = (uint16_t)verdict->egress_port,
		.dial = bundle_address(verdict->sealed, verdict->alias, verdict->bundle_ip),
		.sealed = verdict->sealed,
		.full = full || verdict->full,
		.after_ready = true,
	};
	struct docker_probe container = {ctx, verdict->agent_id};
	cleanup_free char *gateway = NULL;
	cleanup_fd int probing = supervisor_mark_probing(ctx, verdict->slug, err);
	cleanup_error struct error unasked = ERROR_INIT;
	cleanup_free char *why = NULL;
	bool asked;

	if (probing < 0 || (verdict->agent_id == NULL && context_smolvm(ctx, err) != 0))
		return -1;
	if (verdict->agent_id != NULL) { /* no service of the host can be reached */
		input.alias = verdict->inside_ip;
		input.dial = verdict->bundle_ip;
		input.gateway = gateway = docker_probe_gateway(verdict->agent_ip);
		input.ask = docker_probe_ask;
		input.ask_arg = &container;
	} else if (look_at_services(ctx, verdict, err) != 0) {
		return -1;
	}
	asked = probe_run(ctx->vm, &input, &verdict->probes, &unasked) == 0 &&
		proxy_probe_run(&input, verdict->slug, verdict->token, &verdict->proxy, &unasked) ==
			0;
	free(verdict->text);
	verdict->text = verdict->agent_id != NULL
				? verdict_text_container(&verdict->proxy)
				: verdict_text(verdict->sealed,
					  verdict->services.count + verdict->published.count,
					  &verdict->proxy);
	/* Also when the guest does not answer: what the host shows is not for it to withhold. */
	if (evidence_read(ctx, verdict, ret, err) != 0)
		return -1;
	why = first_failure(ret, &verdict->probes);
	if (why == NULL && !asked)
		why = xasprintf("verify: %s", unasked.message);
	if (keep_result(ctx, verdict, why, err) != 0)
		return -1;
	if (asked || ret->failed > 0)
		return 0;
	*err = unasked;
	unasked = (struct error)ERROR_INIT;
	return -1;
}
