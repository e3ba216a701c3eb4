/* Each call of a run fails in turn, or lies: what comes of it. In the golden file a row is a call, or several in a
 * row that come to the same: what EPERM leads to, and what other faults lead to where that differs. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "part.h"

#define ROW 512

static const struct {
	const char *name;
	bool leftover, present, faulty, root;
	struct asked op;
} scenes[] = {
	{"add", false, false, false, false, {"add", 1, {16}}},
	{"add, leftover", true, false, false, false, {"add", 1, {16}}},
	{"remove", false, true, false, false, {"remove", 1, {16}}},
	{"not setuid", false, false, true, false, {"add", 1, {16}}},
	{"add, by root", false, false, false, true, {"add", 1, {16}}},
	{"outside", false, false, false, false, {"add", 1, {32}}},
};

static const struct {
	const char *name;
	enum fault_kind kind;
	int error;
} faults[] = {
	{"", FAULT_FAIL, EPERM},
	{"EADDRNOTAVAIL: ", FAULT_FAIL, EADDRNOTAVAIL},
	{"lies: ", FAULT_LIE, 0},
	{"skewed: ", FAULT_SKEW, 0},
};

/* One run with one fault; its row goes to ROW. */
static void run_faulty(size_t scene, size_t fault, unsigned call, char row[static ROW],
	char last[static ROW], struct record *wrong)
{
	struct machine *m = &machine;
	char name[64] = "", end[192];
	const char *at;

	machine_reset();
	m->fault_at = call;
	m->fault_kind = faults[fault].kind;
	m->fault_errno = faults[fault].error;
	if (scenes[scene].leftover || scenes[scene].present)
		lo_add(&m->lo, 0x7f000010U, scenes[scene].present ? 32 : 8, "lo:16");
	if (scenes[scene].faulty) {
		m->uid[1] = m->uid[2] = 1000;
		m->permitted = m->effective = 0;
		m->secure = 0;
		m->mode = S_IFREG | 0755;
	}
	if (scenes[scene].root)
		m->uid[0] = m->gid[0] = m->gid[1] = m->gid[2] = 0;
	part_run(&scenes[scene].op);
	at = m->trace.at;
	for (unsigned i = 1; i < call && (at = strchr(at, '\n')) != NULL; i++)
		at++;
	if (at != NULL)
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "\n"), at);
	if (strncmp(name, "prctl 23", 8) == 0 || strncmp(name, "prctl 24", 8) == 0)
		strcpy(name, "prctl PR_CAPBSET");
	if (fault == 0)
		snprintf(row, ROW, "%-40.40s", name);
	snprintf(end, sizeof(end), "exit %d%s%s%s%s%.*s", m->exit_code,
		m->writes > 0 ? " written" : "", m->log.len > 0 ? " logged" : "",
		m->out.len > 0 ? " said" : "", m->err.len > 0 ? ": " : "",
		m->err.len > 0 ? (int)strcspn(m->err.at + 13, "\n") : 0,
		m->err.len > 0 ? m->err.at + 13 : "");
	if (fault == 0 || strcmp(end, last) != 0)
		snprintf(row + strlen(row), ROW - strlen(row), " | %s%s", faults[fault].name, end);
	strcpy(last, end);
	if (!lo_has(&m->lo, 0x7f000001U, 8) || m->lo.addr[0].local != 0x7f000001U)
		record_add(wrong, "%s: 127.0.0.1 has gone\n", row);
	if (m->exit_code != 0 && m->exit_code != 71 && m->exit_code != 75 && m->exit_code != 77 &&
		m->exit_code != 78)
		record_add(wrong, "%s: what exit code is that?\n", row);
	if (m->broken.len > 0)
		record_add(wrong, "%s: %s", row, m->broken.at);
}

void test_faults(void)
{
	static struct record got, wrong;
	char row[ROW], before[ROW], last[ROW];

	for (size_t scene = 0; scene < sizeof(scenes) / sizeof(scenes[0]); scene++) {
		unsigned calls;

		run_faulty(scene, 0, 0, row, last, &wrong);
		calls = machine.calls;
		record_add(&got, "== %s\n", scenes[scene].name);
		before[0] = '\0';
		for (unsigned call = 1; call <= calls; call++) {
			for (size_t fault = 0; fault < sizeof(faults) / sizeof(faults[0]); fault++)
				run_faulty(scene, fault, call, row, last, &wrong);
			if (strcmp(row, before) != 0)
				record_add(&got, "%s\n", row);
			strcpy(before, row);
		}
	}
	part_golden("faults", &got);
	part_holds(&wrong, "whatever call fails or lies: a documented exit, 127.0.0.1 is there, no "
			   "rule is broken");
}
