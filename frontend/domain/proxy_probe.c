/* From the table to requests, and from answers to a judgement. */
#include "proxy_probe.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "canary.h"
#include "err.h"
#include "hostaddr.h"
#include "mem.h"
#include "names.h"
#include "outside.h"
#include "proxy_ask.h"
#include "proxy_table.h"
#include "random.h"
#include "strv.h"
#include "verdict.h"

enum {
	HOST_ADDRESS_MAX = 10, /* of each family, as the guest's probes */
	TRIAL_MAX = 64,
	ASK_MAX =
		4, /* CONNECT and GET at the port that matters, and at those which proxies let through */
	DEADLINE_MS = 4000,
	FULL_DEADLINE_MS = 1000, /* more, for what is asked in a full run alone */
};

enum finding { REFUSED, UNREACHABLE, UNPROVEN, OPEN }; /* from good to bad */

static const char *const finding_name[] = {"refused", "unreachable", "unproven", "open"};

struct trial {
	const struct proxy_def *def;
	char id[32], host[64];
	uint16_t port;
	const struct canary_spot *spot; /* NULL = no listener of ours is there */
	size_t first, asks;             /* of the plan's */
};

struct plan {
	const struct probe_input *input;
	const char *slug;
	struct trial trial[TRIAL_MAX];
	struct proxy_ask ask[TRIAL_MAX * ASK_MAX];
	size_t trials, asks;
	struct canary *canary;
	char nonce[CANARY_NONCE_LEN + 1];
	struct strv host4, host6;
};

static void plan_free(struct plan **plan)
{
	if (*plan == NULL)
		return;
	canary_free((*plan)->canary);
	strv_clear(&(*plan)->host4);
	strv_clear(&(*plan)->host6);
	free(*plan);
}

static bool spell(const char *address, enum proxy_spelling spelling, char *out, size_t size)
{
	struct addr addr;
	const uint8_t *o = addr.octet;
	unsigned long number;

	if (spelling == PROXY_PLAIN || !addr_parse(address, &addr)) {
		snprintf(out, size, strchr(address, ':') && address[0] != '[' ? "[%s]" : "%s",
			address);
		return spelling == PROXY_PLAIN;
	}
	number = (unsigned long)o[0] << 24 | (unsigned long)o[1] << 16 | (unsigned long)o[2] << 8 |
		 o[3];
	switch (spelling) {
	case PROXY_PLAIN:
		break;
	case PROXY_DECIMAL:
		snprintf(out, size, "%lu", number);
		break;
	case PROXY_OCTAL:
		snprintf(out, size, "0%o.0%o.0%o.0%o", o[0], o[1], o[2], o[3]);
		break;
	case PROXY_HEX:
		snprintf(out, size, "0x%lx", number);
		break;
	case PROXY_MAPPED:
		snprintf(out, size, "[::ffff:%s]", address);
		break;
	case PROXY_MAPPED_HEX:
		snprintf(out, size, "[::ffff:%lx:%lx]", number >> 16, number & 0xffff);
		break;
	}
	return true;
}

/* The address that is BY after the bundle's own, in its block. */
static void beside_bundle(const struct plan *plan, int by, char out[static ADDR_STRLEN])
{
	struct addr addr = {{0}};
	unsigned number;

	if (!addr_parse(plan->input->bundle_ip, &addr))
		return;
	number = (unsigned)addr.octet[2] << 8 | addr.octet[3];
	number += (unsigned)by;
	addr.octet[2] = (uint8_t)(number >> 8);
	addr.octet[3] = (uint8_t)number;
	addr_print(addr, out);
}

static void add_ask(struct plan *plan, struct trial *trial, bool connect, unsigned port)
{
	struct proxy_ask *ask = &plan->ask[plan->asks];

	*ask = (struct proxy_ask){.connect = connect, .nonce = plan->nonce};
	if (trial->spot != NULL && port == trial->port)
		ask->nonce = trial->spot->nonce;
	snprintf(ask->target, sizeof(ask->target), "%s:%u", trial->host, port);
	plan->asks++;
	trial->asks++;
}

/* HOST is what the proxy is asked for; LISTEN is where a listener of ours can wait for it. */
static void add_trial(struct plan *plan, const struct proxy_def *def, unsigned number,
	const char *host, const char *listen)
{
	struct trial *trial = &plan->trial[plan->trials];
	cleanup_error struct error absent = ERROR_INIT;

	if (plan->trials == TRIAL_MAX)
		return;
	*trial = (struct trial){.def = def, .first = plan->asks, .port = 80};
	snprintf(trial->id, sizeof(trial->id), number > 0 ? "%s-%u" : "%s", def->id, number);
	if (!spell(host, def->spelling, trial->host, sizeof(trial->host)))
		return;
	if (def->port == PROXY_PORT_EGRESS)
		trial->port = plan->input->egress_port;
	else if (def->port == PROXY_PORT_PROXY)
		trial->port = plan->input->ports[0].container_port;
	else if (def->port == PROXY_PORT_LISTENER && listen != NULL &&
		 canary_add(plan->canary, CANARY_TCP, listen, &trial->spot, &absent) == 0)
		trial->port = trial->spot->port; /* else not an address of this host: 80 will do */
	plan->trials++;
	add_ask(plan, trial, true, trial->port);
	add_ask(plan, trial, false, trial->port);
	add_ask(plan, trial, true, 443);
	if (trial->port != 80)
		add_ask(plan, trial, false, 80);
}

/* A name that has the form of one, or NULL. Caller frees. */
static char *host_name(void)
{
	char name[64] = "";

	if (gethostname(name, sizeof(name) - 1) != 0 || name[0] == '\0')
		return NULL;
	for (const char *at = name; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '.')
			return NULL;
	return xstrdup(name);
}

static void expand(struct plan *plan, const struct proxy_def *def)
{
	const struct strv *hosts = def->target == PROXY_HOST6 ? &plan->host6 : &plan->host4;
	char address[ADDR_STRLEN] = "";
	cleanup_free char *name = NULL;

	switch (def->target) {
	case PROXY_LITERAL:
		add_trial(plan, def, 0, def->text, NULL);
		return;
	case PROXY_GATEWAY:
		beside_bundle(plan, -1, address);
		add_trial(plan, def, 0, def->text ? def->text : address, address);
		return;
	case PROXY_HOST4:
	case PROXY_HOST6:
		for (size_t i = 0; i < hosts->count && i < HOST_ADDRESS_MAX; i++)
			add_trial(plan, def, (unsigned)i + 1, hosts->item[i], hosts->item[i]);
		return;
	case PROXY_OWN:
		add_trial(plan, def, 0, plan->input->bundle_ip, NULL);
		return;
	case PROXY_OWN_NAME:
		name = xasprintf("%s%s", NAME_CONTAINER_PREFIX, plan->slug);
		add_trial(plan, def, 0, name, NULL);
		return;
	case PROXY_NEIGHBOUR:
		beside_bundle(
			plan, strcmp(plan->input->alias, "127.0.0.255") < 0 ? 16 : -16, address);
		add_trial(plan, def, 0, address, NULL);
		return;
	case PROXY_OTHER:
		add_trial(plan, def, 0, plan->input->other, plan->input->other);
		return;
	case PROXY_HOSTNAME:
		name = host_name();
		if (name != NULL)
			add_trial(plan, def, 0, name, hosts->count > 0 ? hosts->item[0] : NULL);
		return;
	}
}

/* Whoever came knows where our listener is only from us: without the nonce too, it is the proxy. */
static bool came(const struct trial *trial)
{
	return trial->spot != NULL && trial->spot->hits + trial->spot->strangers > 0;
}

/* Whether the proxy answers STATUS to a GET without going anywhere: it did where a listener of ours waited.
 * Without that, a 403 or 400 may be the word of the very daemon that it must not lead to. */
static bool proxys_own(const struct plan *plan, int status)
{
	for (size_t i = 0; i < plan->trials; i++) {
		const struct trial *trial = &plan->trial[i];

		if (trial->spot != NULL && !came(trial) &&
			plan->ask[trial->first + 1].status == status)
			return true;
	}
	return false;
}

/* What one answer says; LISTENED: a listener of ours was there, and nobody came. */
static enum finding find(const struct plan *plan, const struct trial *trial,
	const struct proxy_ask *ask, bool listened)
{
	static const int refusals[] = {400, 403, 405, 407, 451, 501};

	if (ask->status == 0)
		return UNPROVEN;
	if (ask->connect && ask->status / 100 == 2)
		return OPEN;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (ask->status == refusals[i] && (ask->connect || proxys_own(plan, ask->status)))
			return REFUSED;
	if (listened)
		return UNREACHABLE;
	if (ask->status / 100 == 2)
		return OPEN;
	return trial->def->name && ask->status / 100 == 5 ? UNREACHABLE : UNPROVEN;
}

static void add_row(struct probe_report *report, const struct plan *plan, const struct trial *trial)
{
	enum finding worst = came(trial) ? OPEN : REFUSED;
	cleanup_strv struct strv said = STRV_INIT;
	struct probe_row *row;

	for (size_t i = trial->first; i < trial->first + trial->asks; i++) {
		const struct proxy_ask *ask = &plan->ask[i];
		const char *port = strrchr(ask->target, ':');
		enum finding found =
			find(plan, trial, ask, trial->spot != NULL && i < trial->first + 2);

		worst = found > worst ? found : worst;
		if (ask->status == 0)
			strv_pushf(&said, "%s %s silent", ask->connect ? "CONNECT" : "GET", port);
		else
			strv_pushf(&said, "%s %s %d", ask->connect ? "CONNECT" : "GET", port,
				ask->status);
	}
	report->row = xrealloc(report->row, report->count + 1, sizeof(*report->row));
	row = &report->row[report->count++];
	*row = (struct probe_row){
		.id = xstrdup(trial->id),
		.target = xasprintf("%s:%u", trial->host, trial->port),
		.about = trial->def->about,
		.pass = worst == REFUSED || worst == UNREACHABLE,
		.host_judged = came(trial),
		.state = finding_name[worst],
		.why = strv_join(&said, ", "),
	};
	report->failed += !row->pass;
}

static void plan_rows(struct plan *plan, bool full_only)
{
	for (size_t i = 0; i < proxy_table_count; i++)
		if (proxy_table[i].full_only == full_only)
			expand(plan, &proxy_table[i]);
}

int proxy_probe_run(const struct probe_input *input, const char *slug, const char *token,
	struct probe_report *report, struct error *err)
{
	__attribute__((cleanup(plan_free))) struct plan *plan = NULL;
	cleanup_free char *nonce = NULL;
	const struct probe_port *proxy = &input->ports[0];
	size_t quick;

	if (input->port_count == 0 || strcmp(proxy->name, "proxy") != 0)
		return 0;
	plan = xcalloc(1, sizeof(*plan));
	plan->input = input;
	plan->slug = slug;
	plan->canary = canary_new();
	nonce = random_hex(CANARY_NONCE_LEN / 2);
	memcpy(plan->nonce, nonce, sizeof(plan->nonce));
	if (hostaddr_list(&plan->host4, &plan->host6, err) != 0)
		return err_wrap(err, "proxy");
	plan_rows(plan, false);
	quick = plan->asks;
	if (input->full)
		plan_rows(plan, true);
	if (canary_start(plan->canary, err) != 0)
		return err_wrap(err, "proxy");
	outside_enter();
	proxy_ask_all(input->dial, proxy->host_port, VERDICT_PROXY_USER, token, plan->ask, quick,
		DEADLINE_MS);
	proxy_ask_all(input->dial, proxy->host_port, VERDICT_PROXY_USER, token, plan->ask + quick,
		plan->asks - quick, FULL_DEADLINE_MS);
	outside_leave();
	canary_stop(plan->canary);
	for (size_t i = 0; i < plan->trials; i++)
		add_row(report, plan, &plan->trial[i]);
	return 0;
}

size_t proxy_probe_open(const struct probe_report *report)
{
	size_t open = 0;

	for (size_t i = 0; i < report->count; i++)
		open += strcmp(report->row[i].state, finding_name[OPEN]) == 0;
	return open;
}
