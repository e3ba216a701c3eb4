/* Judging a guest: what it says of every probe, by a stand-in for smolvm that answers with one and the same
 * word, against what the table demands. No listener of ours is ever reached here. */
#include "probe.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "probe_table.h"
#include "smolvm.h"
#include "tap.h"

static char base[] = "/tmp/bottle-probe.XXXXXX";

/* A program that answers every attempt with "ID ANSWER", between HEAD and the end line; SED changes that. */
static void write_smolvm(const char *path, const char *head, const char *answer, const char *sed)
{
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *text =
		xasprintf("#!/bin/sh\nwhile [ \"$1\" != probe ]; do shift; done\nshift\n"
			  "{ printf '%s'\nfor each; do echo \"${each%%%%,*} %s\"; done\necho \"end "
			  "$#\"; } | sed '%s'\n",
			head, answer, sed);

	fs_write(path, text, strlen(text), &err);
	chmod(path, 0700);
}

static bool sealed; /* what run() probes */

static int run(const char *head, const char *answer, const char *sed, bool full, bool after_ready,
	struct probe_report *report, struct error *err)
{
	static const struct probe_port ports[] = {{"proxy", 40001, 8888}, {"git", 40002, 9418}};
	cleanup_free char *path = xasprintf("%s/smolvm", base);
	struct smolvm vm = SMOLVM_INIT;
	struct probe_input input = {.machine = "m",
		.alias = "127.0.0.16",
		.other = "127.0.0.17",
		.bundle_ip = "10.213.1.2",
		.ports = ports,
		.port_count = 2,
		.egress_port = 9099,
		.dial = "127.0.0.1",
		.sealed = sealed,
		.full = full,
		.after_ready = after_ready};
	int result;

	write_smolvm(path, head, answer, sed);
	vm.path = path;
	strv_push(&vm.env, "PATH=/usr/bin:/bin");
	if (smolvm_caps_find("1.32.2", &vm.caps, &vm.standing, err) != 0)
		return -1;
	result = probe_run(&vm, &input, report, err);
	strv_clear(&vm.env);
	return result;
}

#define NONE "route none\\nbottle-guest probe 1\\n"
#define HEAD "route 127.0.0.16 via 100.96.0.1 dev eth0 src 100.96.0.2\\nbottle-guest probe 1\\n"

static const struct probe_def *def_of(const struct probe_row *row)
{
	const struct probe_def *best = NULL;

	for (size_t i = 0; i < probe_table_count; i++) {
		size_t len = strlen(probe_table[i].id);

		if (strncmp(row->id, probe_table[i].id, len) == 0 &&
			(row->id[len] == '\0' || row->id[len] == '-') &&
			(best == NULL || len > strlen(best->id)))
			best = &probe_table[i];
	}
	return best;
}

/* The rule, written a second time and from the outside. */
static bool must_pass(const struct probe_def *def, const struct probe_row *row, const char *state,
	bool after_ready)
{
	bool listens = def->port_kind == PROBE_PORT_WATCHED,
	     ours = def->port_kind == PROBE_PORT_CANARY;

	if (def->must_reach) /* nothing reached our listener; of a published port only the guest can say */
		return !ours && strcmp(row->id, "published-proxy") != 0 &&
		       (strcmp(state, "open") == 0 || strcmp(state, "answer") == 0 ||
			       strcmp(state, "closed") == 0);
	if (listens)
		return strcmp(state, "listening") == 0;
	if (ours && after_ready) /* the host's own evidence, whatever the guest says */
		return true;
	if (strcmp(state, "refused") == 0)
		return true;
	if (strcmp(state, "timeout") == 0)
		return def->silence_passes;
	if (strcmp(state, "closed") == 0 || strcmp(state, "reset") == 0)
		return ours || def->silence_passes;
	return false;
}

static void test_states(void)
{
	static const struct {
		const char *state, *answer;
	} says[] = {
		{"refused", "refused ECONNREFUSED 0 -"},
		{"timeout", "timeout - 4000 -"},
		{"open", "open - 1 -"},
		{"answer", "answer - 1 00"},
		{"closed", "closed - 1 -"},
		{"reset", "reset ECONNRESET 1 -"},
		{"listening", "listening - 1 -"},
		{"accepted", "accepted - 1 -"},
		{"error", "error EPERM 0 -"},
	};

	for (size_t i = 0; i < sizeof(says) / sizeof(*says); i++) {
		for (int mode = 0; mode < 4; mode++) {
			cleanup_error struct error err = ERROR_INIT;
			struct probe_report report = {NULL, NULL, 0, 0, 0};
			bool full = mode & 1, after = mode & 2, right = true;
			size_t failed = 0;

			is_int(run(HEAD, says[i].answer, "", full, after, &report, &err), 0,
				says[i].answer);
			for (size_t k = 0; k < report.count; k++) {
				const struct probe_row *row = &report.row[k];
				const struct probe_def *def = def_of(row);

				if (def == NULL ||
					row->pass != must_pass(def, row, says[i].state, after)) {
					printf("# %s passes %d: %s\n", row->id, row->pass,
						row->why);
					right = false;
				}
				failed += !row->pass;
			}
			ok(right, "a guest that says %s of everything (full %d, after ready %d)",
				says[i].state, full, after);
			ok(failed == report.failed && failed > 0, "is never believed in all");
			ok(report.count >= (full ? probe_table_count - 3 : 20),
				"every probe has a row");
			probe_report_clear(&report);
		}
	}
}

/* In a sealed bottle the listener on its own address is one that must not be heard, and there is no route. */
static void test_sealed(void)
{
	static const struct {
		const char *head, *answer, *sed, *name;
		int result;
		size_t failed;
	} says[] = {
		{NONE, "refused ENETUNREACH 0 -",
			"s/^published-proxy .*/published-proxy answer - 1 "
			"485454502f/;s/^published-git .*/published-git open - 1 "
			"-/;s/^listen\\(.*\\) "
			"refused.*/listen\\1 listening - 1 -/",
			"no network but the published ports", 0, 0},
		{NONE, "refused ENETUNREACH 0 -",
			"s/^listen\\(.*\\) refused.*/listen\\1 listening - 1 -/",
			"no network and no port either", 0, 2},
		{NONE, "refused ENETUNREACH 0 -",
			"s/^published-proxy .*/published-proxy answer - 1 "
			"485454502f/;s/^published-git .*/published-git open - 1 "
			"-/;s/^alias-nonce .*/alias-nonce answer - 1 "
			"00/;s/^listen\\(.*\\) refused.*/listen\\1 listening - 1 -/",
			"somebody who answers on the address itself", 0, 1},
		{HEAD, "refused ENETUNREACH 0 -", "", "a route to the address", -1, 0},
	};

	sealed = true;
	for (size_t i = 0; i < sizeof(says) / sizeof(*says); i++) {
		cleanup_error struct error err = ERROR_INIT;
		struct probe_report report = {NULL, NULL, 0, 0, 0};

		is_int(run(says[i].head, says[i].answer, says[i].sed, false, false, &report, &err),
			says[i].result, says[i].name);
		is_int((long long)report.failed, (long long)says[i].failed, "is judged as it is");
		for (size_t k = 0; k < report.count; k++)
			if (!report.row[k].pass && says[i].failed == 0)
				printf("# %s: %s\n", report.row[k].id, report.row[k].why);
		probe_report_clear(&report);
	}
	sealed = false;
}

static void test_answers(void)
{
	static const struct {
		const char *head, *answer, *sed, *name;
	} bad[] = {
		{"", "refused ECONNREFUSED 0 -", "", "without its heading"},
		{"route none\\nbottle-guest probe 1\\n", "refused ECONNREFUSED 0 -", "",
			"without a route"},
		{"route 127.0.0.16 via 10.0.0.1 dev eth0\\nbottle-guest probe 1\\n",
			"refused ECONNREFUSED 0 -", "", "by another gateway"},
		{"route 127.0.0.17 via 100.96.0.1 dev eth0\\nbottle-guest probe 1\\n",
			"refused ECONNREFUSED 0 -", "", "to another bottle"},
		{"route 127.0.0.16 via 100.96.0.1 dev eth0\\nbottle-guest probe 2\\n",
			"refused ECONNREFUSED 0 -", "", "in another protocol"},
		{HEAD, "refused ECONNREFUSED 0 -", "$d", "without its end"},
		{HEAD, "refused ECONNREFUSED 0 -", "$p", "with two ends"},
		{HEAD, "refused ECONNREFUSED 0 -", "4d", "with a line too few"},
		{HEAD, "refused ECONNREFUSED 0 -", "4p", "with a line twice"},
		{HEAD, "refused ECONNREFUSED 0 -", "s/^gateway /host-loopback /",
			"with another probe's name"},
		{HEAD, "fine - 0 -", "", "in an unknown state"},
		{HEAD, "refused ECONNREFUSED -1 -", "", "with a negative time"},
		{HEAD, "refused ECONNREFUSED 0 zz", "", "with data that are not hex"},
		{HEAD, "refused ECONNREFUSED 0 - more", "", "with a word too many"},
		{HEAD, "refused", "", "with words too few"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cleanup_error struct error err = ERROR_INIT;
		struct probe_report report = {NULL, NULL, 0, 0, 0};

		is_int(run(bad[i].head, bad[i].answer, bad[i].sed, false, false, &report, &err), -1,
			bad[i].name);
		is_int(err.code, EXIT_REFUSED, "proves nothing");
		is_int((long long)report.count, 0, "and gives no rows");
		probe_report_clear(&report);
	}
}

int main(void)
{
	cleanup_free char *clean = NULL;

	if (mkdtemp(base) == NULL)
		return 1;
	test_states();
	test_answers();
	test_sealed();
	clean = xasprintf("rm -rf %s", base);
	return system(clean) == 0 ? done_testing() : 1;
}
