/* From the table to attempts, and from answers to a judgement. */
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "canary.h"
#include "cancel.h"
#include "clock.h"
#include "err.h"
#include "guest.h"
#include "hostaddr.h"
#include "machine.h"
#include "mem.h"
#include "probe_table.h"
#include "random.h"
#include "smolvm.h"
#include "strv.h"

enum {
	HOST_ADDRESS_MAX = 10, /* of each family; the guest takes 64 attempts */
	LOUD_MS = 4000,        /* a refusal is expected; waiting that long is a failure */
	QUIET_MS = 2000,       /* silence is expected, or a listener that nobody reaches */
	SERVED_PAUSE_MS = 200,
	/* A VM may be too busy to answer: 1.7.4, just started on a slow host, for more than 15 s. */
	HEARD_MS = 60 * 1000,
	HEARD_PAUSE_MS = 500,
	LINK_MAX = 5,  /* of the host's addresses: one of them on the link is as good as all */
	ANY_PORT = 80, /* where this host has no such address to listen on */
};

/* One row on its way: the attempt, and what on the host judges it. */
struct trial {
	const struct probe_def *def;
	const char *suffix; /* of the id; NULL = none */
	bool must_reach;
	struct guest_attempt attempt;
	const struct canary_spot *spot;
	const struct canary_watch *watch;
};

struct trials {
	struct trial item[GUEST_ATTEMPT_MAX];
	size_t count, untried;
	struct canary *canary;
};

#define cleanup_trials __attribute__((cleanup(trials_clear)))

static void trials_clear(struct trials *trials)
{
	canary_free(trials->canary);
	trials->canary = NULL;
}

static bool is_udp(const struct probe_def *def)
{
	return strncmp(def->kind, "udp", 3) == 0;
}

static bool is_link(const struct probe_def *def)
{
	return strstr(def->kind, "-link") != NULL;
}

/* Gives TRIAL its port: that of a listener of ours, of a watched one, or a fixed one. Returns 1 when
 * this host has no such address, so that there is nothing to reach. */
static int place_port(struct trials *trials, struct trial *trial, const struct probe_input *input,
	const char *address, const struct probe_port *port, struct error *err)
{
	const struct probe_def *def = trial->def;
	const char *on = def->canary_on ? def->canary_on : address;
	cleanup_error struct error absent = ERROR_INIT;

	switch (def->port_kind) {
	case PROBE_PORT_CANARY:
		if (canary_add(trials->canary, is_udp(def) ? CANARY_UDP : CANARY_TCP, on,
			    &trial->spot, &absent) != 0) {
			if (strchr(on, ':') != NULL) /* IPv6 is off on this host */
				return 1;
			if (def->target == PROBE_GATEWAY_INSIDE) {
				trial->attempt.port = ANY_PORT;
				return 0;
			}
			return err_set(err, absent.code, "%s", absent.message);
		}
		trial->attempt.port = trial->spot->port;
		memcpy(trial->attempt.nonce, trial->spot->nonce, sizeof(trial->spot->nonce));
		return 0;
	case PROBE_PORT_WATCHED:
		if (canary_add_watch(trials->canary, on, &trial->watch, err) != 0)
			return -1;
		trial->attempt.port = trial->watch->port;
		return 0;
	case PROBE_PORT_PUBLISHED:
		trial->attempt.port = port->host_port;
		trial->suffix = port->name;
		trial->attempt.kind = strcmp(port->name, "proxy") == 0 ? "http" : "tcp";
		return 0;
	case PROBE_PORT_CONTAINER:
		trial->attempt.port = input->ports[0].container_port;
		return 0;
	case PROBE_PORT_EGRESS:
		trial->attempt.port = input->egress_port;
		return 0;
	case PROBE_PORT_FIXED:
		trial->attempt.port = def->port;
		return 0;
	}
	return err_set(err, EXIT_BUG, "probe %s: no such port", def->id);
}

static int add_trial(struct trials *trials, const struct probe_def *def,
	const struct probe_input *input, const char *address, const struct probe_port *port,
	unsigned number, struct error *err)
{
	struct trial *trial = &trials->item[trials->count];
	struct guest_attempt *attempt = &trial->attempt;
	cleanup_free char *nonce = random_hex(CANARY_NONCE_LEN / 2);
	int placed;

	if (trials->count == GUEST_ATTEMPT_MAX)
		return err_set(
			err, EXIT_BUG, "probe %s: more than %d rows", def->id, GUEST_ATTEMPT_MAX);
	*trial = (struct trial){
		.def = def, .must_reach = def->must_reach && !(input->sealed && def->not_sealed)};
	attempt->kind = def->kind;
	/* A listener of the guest's lasts for all of its time, in which this host dials it again and again. */
	attempt->deadline_ms =
		def->silence_passes || def->port_kind == PROBE_PORT_WATCHED ? QUIET_MS : LOUD_MS;
	snprintf(attempt->address, sizeof(attempt->address), "%s", address);
	snprintf(attempt->nonce, sizeof(attempt->nonce), "%s", nonce);
	placed = place_port(trials, trial, input, address, port, err);
	if (placed != 0)
		return placed < 0 ? -1 : 0;
	if (trial->suffix != NULL)
		snprintf(attempt->id, sizeof(attempt->id), "%s-%s", def->id, trial->suffix);
	else if (number > 0)
		snprintf(attempt->id, sizeof(attempt->id), "%s-%u", def->id, number);
	else
		snprintf(attempt->id, sizeof(attempt->id), "%s", def->id);
	trials->count++;
	return 0;
}

/* The address where the bundle of the bottle after this one is, of the same kind. */
static void next_bundle(const struct probe_input *input, char out[static ADDR_STRLEN])
{
	struct addr addr = {{0}};
	unsigned number;

	out[0] = '\0';
	if (!addr_parse(input->alias, &addr))
		return;
	number = addr.octet[2] * 256u + addr.octet[3];
	number += number < 65536 - 16 ? 16 : -16u;
	addr.octet[2] = (uint8_t)(number >> 8);
	addr.octet[3] = (uint8_t)number;
	addr_print(addr, out);
}

/* One definition may stand for several rows: every published port, every address of the host. */
static int expand(struct trials *trials, const struct probe_def *def,
	const struct probe_input *input, const struct strv *v4, const struct strv *v6,
	struct error *err)
{
	const struct strv *hosts = def->target == PROBE_HOST4 ? v4 : v6;
	size_t most = is_link(def) ? LINK_MAX : HOST_ADDRESS_MAX;
	char neighbour[ADDR_STRLEN];

	switch (def->target) {
	case PROBE_ALIAS:
		if (def->port_kind != PROBE_PORT_PUBLISHED)
			return add_trial(trials, def, input, input->alias, NULL, 0, err);
		for (size_t i = 0; i < input->port_count; i++)
			if (add_trial(trials, def, input, input->alias, &input->ports[i], 0, err) !=
				0)
				return -1;
		return 0;
	case PROBE_HOST4:
	case PROBE_HOST6:
		for (size_t i = 0; i < hosts->count && i < most; i++)
			if (add_trial(trials, def, input, hosts->item[i], NULL, (unsigned)i + 1,
				    err) != 0)
				return -1;
		return 0;
	case PROBE_OTHER:
		return add_trial(trials, def, input, input->other, NULL, 0, err);
	case PROBE_BUNDLE:
		return input->port_count == 0
			       ? 0
			       : add_trial(trials, def, input, input->bundle_ip, NULL, 0, err);
	case PROBE_LITERAL:
		return add_trial(trials, def, input, def->address, NULL, 0, err);
	case PROBE_GATEWAY_INSIDE:
		return add_trial(trials, def, input, input->gateway, NULL, 0, err);
	case PROBE_NEIGHBOUR:
		next_bundle(input, neighbour);
		return input->port_count == 0
			       ? 0
			       : add_trial(trials, def, input, neighbour, NULL, 0, err);
	}
	return err_set(err, EXIT_BUG, "probe %s: no such target", def->id);
}

static size_t beyond(const struct strv *hosts)
{
	return hosts->count > HOST_ADDRESS_MAX ? hosts->count - HOST_ADDRESS_MAX : 0;
}

static int build_trials(struct trials *trials, const struct probe_input *input, struct error *err)
{
	cleanup_strv struct strv v4 = STRV_INIT, v6 = STRV_INIT;
	const struct probe_def *table = input->ask != NULL ? probe_table_container : probe_table;
	size_t count = input->ask != NULL ? probe_table_container_count : probe_table_count;

	if (hostaddr_list(&v4, &v6, err) != 0)
		return -1;
	trials->untried = beyond(&v4) + beyond(&v6);
	for (size_t i = 0; i < count; i++) {
		if (table[i].full_only && !input->full)
			continue;
		if (expand(trials, &table[i], input, &v4, &v6, err) != 0)
			return -1;
	}
	return 0;
}

static bool data_starts(const struct guest_attempt *attempt, const char *text)
{
	size_t len = strlen(text);

	return attempt->data_len >= len && memcmp(attempt->data, text, len) == 0;
}

/* NULL = pass; else why not. */
static const char *judge_reach(const struct trial *trial)
{
	const struct guest_attempt *at = &trial->attempt;

	if (trial->spot != NULL) {
		if (trial->spot->hits == 0)
			return "our listener there saw nothing";
		return at->state == GUEST_ANSWER && data_starts(at, trial->spot->reply)
			       ? NULL
			       : "our listener's answer did not come back";
	}
	if (strcmp(at->kind, "http") == 0)
		return at->state == GUEST_ANSWER && data_starts(at, "HTTP/")
			       ? NULL
			       : "no HTTP answer came back";
	return at->state == GUEST_OPEN || at->state == GUEST_ANSWER || at->state == GUEST_CLOSED
		       ? NULL
		       : "it does not connect";
}

static const char *judge_listen(const struct trial *trial)
{
	if (trial->watch->reached)
		return "this host answered on the port that the guest listened on";
	if (trial->attempt.state == GUEST_ACCEPTED)
		return "somebody reached the guest's listener";
	return trial->attempt.state == GUEST_LISTENING ? NULL : "the guest could not try";
}

/* An answer that no resolver outside gives to a name that does not exist: the engine's own "server failure" or
 * "refused", without a record. NXDOMAIN could be from there. (RFC 1035, 4.1.1) */
static bool is_own_refusal(const struct guest_attempt *at)
{
	enum { HEADER = 12, IS_ANSWER = 0x80, SERVFAIL = 2, REFUSED = 5 };
	unsigned code = at->data[3] & 0xfu;

	return at->data_len >= HEADER && (at->data[2] & IS_ANSWER) != 0 &&
	       (code == SERVFAIL || code == REFUSED) && at->data[6] == 0 && at->data[7] == 0;
}

static const char *judge_refuse(const struct trial *trial, bool after_ready)
{
	const struct guest_attempt *at = &trial->attempt;

	if (trial->spot != NULL && trial->spot->hits > 0)
		return "ESCAPE: our listener on the host got the guest's message";
	if (trial->spot != NULL && after_ready)
		return NULL;
	switch (at->state) {
	case GUEST_REFUSED:
		return NULL;
	case GUEST_TIMEOUT:
		return trial->def->silence_passes ? NULL : "no refusal, only silence: not proven";
	case GUEST_CLOSED:
	case GUEST_RESET:
		return (trial->spot != NULL && trial->spot->strangers == 0) ||
				       trial->def->silence_passes
			       ? NULL
			       : "it connected before it was closed: not proven";
	case GUEST_ERROR: /* a guest without IPv6 cannot reach anything by it */
		return strchr(at->address, ':') != NULL &&
				       strcmp(at->errno_name, "EAFNOSUPPORT") == 0
			       ? NULL
			       : "the guest could not try";
	case GUEST_ANSWER:
		if (trial->def->engine_answers && is_own_refusal(at))
			return NULL;
		break;
	case GUEST_OPEN:
	case GUEST_LISTENING:
	case GUEST_ACCEPTED:
		break;
	}
	return "ESCAPE: the guest got through";
}

static void add_row(
	struct probe_report *report, const struct trial *trial, const struct probe_input *input)
{
	struct probe_row *row;
	const struct guest_attempt *at = &trial->attempt;
	const char *why = trial->must_reach      ? judge_reach(trial)
			  : trial->watch != NULL ? judge_listen(trial)
						 : judge_refuse(trial, input->after_ready);

	report->row = xrealloc(report->row, report->count + 1, sizeof(*report->row));
	row = &report->row[report->count++];
	row->id = xstrdup(at->id);
	row->target = strchr(at->address, ':')
			      ? xasprintf("%s [%s]:%u", at->kind, at->address, at->port)
			      : xasprintf("%s %s:%u", at->kind, at->address, at->port);
	row->about = trial->def->about;
	row->must_reach = trial->must_reach;
	row->pass = why == NULL;
	row->host_judged = trial->spot != NULL || trial->watch != NULL;
	row->state = guest_state_name(at->state);
	row->why = why ? xasprintf("%s%s%s", why, *at->errno_name ? ", " : "", at->errno_name)
		       : xstrdup(at->errno_name);
	report->failed += why != NULL;
}

/* The table's gateway rows mean something only if that is the guest's gateway. */
static int check_route(const struct smolvm *vm, const struct probe_input *input, const char *route,
	struct error *err)
{
	cleanup_free char *wanted =
		input->sealed || strcmp(vm->caps->transport, "tsi") == 0
			? xstrdup("none")
			: xasprintf("%s via " PROBE_GATEWAY " dev eth0", input->alias);

	if (strncmp(route, wanted, strlen(wanted)) == 0)
		return 0;
	return err_set(err, EXIT_REFUSED, "the guest's route is '%s', not '%s'", route, wanted);
}

/* guest_probe, again and again while its VM lives and does not answer. */
static int ask_guest(const struct smolvm *vm, const struct probe_input *input,
	struct guest_attempt *attempts, size_t count, struct guest_reply *reply, struct error *err)
{
	int64_t until = clock_ms() + HEARD_MS;

	for (;;) {
		int result =
			guest_probe(vm, input->machine, input->alias, attempts, count, reply, err);

		if (result != GUEST_UNHEARD)
			return result;
		if (input->process == NULL || !machine_process_alive(input->process) ||
			clock_ms() > until || cancel_asked())
			return -1;
		err_clear(err);
		clock_sleep_ms(HEARD_PAUSE_MS);
	}
}

int probe_run(const struct smolvm *vm, const struct probe_input *input, struct probe_report *report,
	struct error *err)
{
	cleanup_trials struct trials trials = {.canary = canary_new()};
	struct guest_attempt attempts[GUEST_ATTEMPT_MAX];
	struct guest_reply reply = {"none"};
	int result;

	if (build_trials(&trials, input, err) != 0)
		return err_wrap(err, "probes");
	for (size_t i = 0; i < trials.count; i++)
		attempts[i] = trials.item[i].attempt;
	if (canary_start(trials.canary, err) != 0)
		return err_wrap(err, "probes");
	result = input->ask != NULL ? input->ask(input->ask_arg, attempts, trials.count, err)
				    : ask_guest(vm, input, attempts, trials.count, &reply, err);
	canary_stop(trials.canary);
	if (result != 0 || (input->ask == NULL && check_route(vm, input, reply.route, err) != 0))
		return err_wrap(err, "probes");
	report->route = xstrdup(reply.route);
	report->untried = trials.untried;
	for (size_t i = 0; i < trials.count; i++) {
		trials.item[i].attempt = attempts[i];
		add_row(report, &trials.item[i], input);
	}
	return 0;
}

static bool only_unserved(const struct probe_report *report)
{
	for (size_t i = 0; i < report->count; i++)
		if (!report->row[i].pass && (strncmp(report->row[i].id, "published", 9) != 0 ||
						    strcmp(report->row[i].state, "refused") != 0))
			return false;
	return report->failed > 0;
}

int probe_until_served(const struct smolvm *vm, const struct probe_input *input,
	struct probe_report *report, struct error *err)
{
	int64_t deadline = clock_ms() + PROBE_SERVED_MS;

	for (;;) {
		if (probe_run(vm, input, report, err) != 0)
			return -1;
		if (!input->sealed || !only_unserved(report) || clock_ms() > deadline ||
			cancel_asked())
			return 0;
		probe_report_clear(report);
		clock_sleep_ms(SERVED_PAUSE_MS);
	}
}

void probe_report_clear(struct probe_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->row[i].id);
		free(report->row[i].target);
		free(report->row[i].why);
	}
	free(report->row);
	free(report->route);
	*report = (struct probe_report){NULL, NULL, 0, 0, 0};
}
