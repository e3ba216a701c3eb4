/* Every way through the program, as the list of its calls: the order of steps, each argument, each text. */
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>

#include "os.h"
#include "part.h"

static void no_setup(void)
{
}

static void present(void)
{
	lo_add(&machine.lo, 0x7f000010U, 32, "lo:16");
}

static void leftover(void)
{
	lo_add(&machine.lo, 0x7f000010U, 8, "lo:16");
}

static void foreign(void)
{
	lo_add(&machine.lo, 0x7f000010U, 32, "lo");
}

static void taken(void)
{
	lo_add(&machine.lo, 0x0a090909U, 32, "lo:16");
}

static void lo_down(void)
{
	lo_set_up(&machine.lo, false);
}

static void no_home(void)
{
	lo_delete(&machine.lo, 0x7f000001U, 8, "lo");
}

static void not_loopback(void)
{
	machine.lo.loopback = false;
}

static void many(void)
{
	for (unsigned i = 0; i < 520; i++)
		lo_add(&machine.lo, 0x0a000001U + i, 32, "lo");
}

/* Called by root: at boot, or to uninstall. */
static void root(void)
{
	machine.uid[0] = machine.gid[0] = machine.gid[1] = machine.gid[2] = 0;
	machine.secure = 0;
}

static void root_in_user_namespace(void)
{
	root();
	machine.setgroups_denied = true;
}

/* What execve(2) leaves when the set-user-ID bit has no effect. */
static void ordinary(void)
{
	machine.uid[1] = machine.uid[2] = 1000;
	machine.permitted = machine.effective = 0;
	machine.secure = 0;
}

static void not_setuid(void)
{
	ordinary();
	machine.mode = S_IFREG | 0755;
}

static void wrong_owner(void)
{
	ordinary();
	machine.owner = 4242;
}

/* Setuid, but to somebody else: those ids have to go too. */
static void setuid_to_another(void)
{
	wrong_owner();
	machine.uid[1] = machine.uid[2] = 4242;
	machine.secure = 1;
}

static void setgid_too(void)
{
	machine.gid[1] = machine.gid[2] = 0;
}

static void nosuid(void)
{
	ordinary();
	machine.nosuid = true;
}

static void no_new_privs(void)
{
	ordinary();
	machine.no_new_privs = true;
}

static void traced(void)
{
	ordinary();
}

static void exe_hidden(void)
{
	ordinary();
	machine.stat_fails = true;
}

static void not_secure(void)
{
	machine.secure = 0;
}

static void no_net_admin(void)
{
	machine.permitted = machine.effective = ~(1U << CAP_NET_ADMIN);
	machine.bounding = 7;
}

static void no_setpcap(void)
{
	machine.permitted = machine.effective = ~(1U << CAP_SETPCAP);
}

static void just_enough(void)
{
	root();
	machine.permitted = machine.effective = 1U << CAP_SETGID | 1U << CAP_SETUID |
						1U << CAP_SETPCAP | 1U << CAP_NET_ADMIN |
						1U << CAP_SYS_RESOURCE;
}

static void narrow_pipe(void)
{
	machine.write_max = 16;
}

static void nothing_open(void)
{
	machine.open_fds = 1U << 5;
}

static void gap(void)
{
	machine.open_fds = 1U << 1;
}

static void filtered(void)
{
	machine.filtered = true;
}

static void log_missing(void)
{
	machine.log_missing = true;
}

static void stdout_full(void)
{
	machine.stdout_full = true;
}

static void stderr_full(void)
{
	machine.stderr_full = true;
}

#define ONE "add", "127.0.0.16"
#define GONE "remove", "127.0.0.16"
#define ALL                                                                                 \
	"127.0.0.16", "127.0.0.17", "127.0.0.18", "127.0.0.19", "127.0.0.20", "127.0.0.21", \
		"127.0.0.22", "127.0.0.23", "127.0.0.24", "127.0.0.25", "127.0.0.26",       \
		"127.0.0.27", "127.0.0.28", "127.0.0.29", "127.0.0.30", "127.0.0.31"

static const struct {
	const char *name;
	void (*setup)(void);
	bool whole; /* the prelude is in the golden file too, not only what follows the seal */
	const char *argv[20];
} cases[] = {
	{"add", no_setup, true, {"n", ONE}},
	{"add, present", present, false, {"n", ONE}},
	{"add, leftover", leftover, false, {"n", ONE}},
	{"add, foreign", foreign, false, {"n", ONE}},
	{"add, label taken", taken, false, {"n", ONE}},
	{"remove", present, false, {"n", GONE}},
	{"remove, absent", no_setup, false, {"n", GONE}},
	{"remove, leftover", leftover, false, {"n", GONE}},
	{"remove, foreign", foreign, false, {"n", GONE}},
	{"remove, label taken", taken, false, {"n", GONE}},
	{"two, one of them foreign", foreign, false, {"n", "remove", "127.0.0.16", "127.0.0.31"}},
	{"two, the second foreign", foreign, false, {"n", "remove", "127.0.0.31", "127.0.0.16"}},
	{"all", no_setup, false, {"n", "add", ALL}},
	{"lo down", lo_down, false, {"n", ONE}},
	{"lo down, remove", lo_down, false, {"n", GONE}},
	{"127.0.0.1 missing", no_home, false, {"n", ONE}},
	{"lo is no loopback device", not_loopback, false, {"n", ONE}},
	{"too many addresses", many, false, {"n", ONE}},
	{"root", root, true, {"n", ONE}},
	{"root of a user namespace", root_in_user_namespace, true, {"n", ONE}},
	{"setgroups denied to a user", NULL, true, {"n", ONE}},
	{"not setuid", not_setuid, true, {"n", ONE}},
	{"not setuid, remove", not_setuid, false, {"n", GONE}},
	{"not setuid, policy", not_setuid, false, {"n", "policy"}},
	{"not setuid, bad address", not_setuid, false, {"n", "add", "127.0.0.016"}},
	{"not setuid, outside", not_setuid, false, {"n", "add", "127.0.0.1"}},
	{"wrong owner", wrong_owner, true, {"n", ONE}},
	{"setuid to another", setuid_to_another, true, {"n", ONE}},
	{"setgid too", setgid_too, true, {"n", ONE}},
	{"nosuid", nosuid, true, {"n", ONE}},
	{"no_new_privs", no_new_privs, true, {"n", ONE}},
	{"traced", traced, true, {"n", ONE}},
	{"its own file cannot be seen", exe_hidden, true, {"n", ONE}},
	{"euid 0 that no setuid bit gave", not_secure, true, {"n", ONE}},
	{"without CAP_NET_ADMIN", no_net_admin, true, {"n", ONE}},
	{"without CAP_SETPCAP", no_setpcap, true, {"n", ONE}},
	{"root with just enough", just_enough, false, {"n", ONE}},
	{"no descriptor open", nothing_open, true, {"n", ONE}},
	{"descriptors 0 and 2 closed", gap, true, {"n", ONE}},
	{"a filter that never ends the bounding set", filtered, false, {"n", ONE}},
	{"no log", log_missing, false, {"n", ONE}},
	{"stdout full", stdout_full, false, {"n", ONE}},
	{"stdout full, foreign", NULL, false, {"n", GONE}},
	{"stderr full", stderr_full, false, {"n", "add", "127.0.0.1"}},
	{"stdout takes 16 bytes at a time", narrow_pipe, false, {"n", ONE}},
	{"policy", no_setup, false, {"n", "policy"}},
	{"version", no_setup, false, {"n", "version"}},
	{"usage", no_setup, false, {"n"}},
	{"bad address", no_setup, false, {"n", "add", "127.0.0.16x"}},
	{"outside", no_setup, false, {"n", "remove", "127.0.0.32"}},
	{"twice", no_setup, false, {"n", "add", "127.0.0.16", "127.0.0.16"}},
};

/* What holds at the end of every run, whatever happened in it. */
static void judge_end(const char *name, struct record *wrong)
{
	const struct machine *m = &machine;
	bool faulty = m->exit_code == 78 || (m->uid[0] != 0 && m->uid[1] != 0);

	if (m->permitted != 0 || m->effective != 0 || m->inheritable != 0)
		record_add(wrong, "%s: capabilities are left\n", name);
	if (!faulty && (m->uid[0] != 0 || m->uid[1] != 0 || m->uid[2] != 0))
		record_add(wrong, "%s: user ids %u %u %u\n", name, m->uid[0], m->uid[1], m->uid[2]);
	if (m->gid[0] != m->gid[1] || m->gid[1] != m->gid[2])
		record_add(wrong, "%s: group ids differ\n", name);
	if (!m->sealed || !m->no_new_privs || m->dumpable || m->ambient)
		record_add(wrong, "%s: not sealed\n", name);
	if ((m->open_fds & ~0x1fU) != 0 || (m->open_fds & 7) != 7)
		record_add(wrong, "%s: descriptors %x\n", name, m->open_fds);
	if (m->broken.len != 0)
		record_add(wrong, "%s: %s", name, m->broken.at);
}

/* What no argument leads to: the one function that names an alias judges the address again. */
static void change_outside(const struct addr *addr, bool add, struct record *got)
{
	machine_reset();
	machine.sealed = true;
	machine.open_fds = 31;
	if (setjmp(machine.end) == 0)
		(void)os_change(add, *addr);
	record_add(got, "== os_change of an address outside\n%s-- exit %d\n%s", machine.trace.at,
		machine.exit_code, machine.err.at);
}

void test_traces(void)
{
	static const struct addr outside[] = {
		{{127, 0, 0, 1}}, {{127, 0, 0, 15}}, {{127, 0, 0, 32}}, {{10, 0, 0, 16}}};
	static struct record got, wrong;
	char list[4096];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *trace;
		int argc = 0;

		while (cases[i].argv[argc] != NULL)
			argc++;
		machine_reset();
		if (cases[i].setup != NULL)
			cases[i].setup();
		else if (cases[i].argv[1][0] == 'a')
			machine.setgroups_denied = true;
		else {
			foreign();
			stdout_full();
		}
		machine.guard = true;
		machine_run(argc, cases[i].argv);
		part_runs++;
		trace = strstr(machine.trace.at, "PR_SET_SECCOMP");
		trace = cases[i].whole || trace == NULL ? machine.trace.at
							: strchr(trace, '\n') + 1;
		record_add(&got, "== %s\n%s-- exit %d after %u calls\n%s%s%s", cases[i].name, trace,
			machine.exit_code, machine.calls, machine.out.at, machine.err.at,
			machine.log.at);
		if (machine.lo.count < 20)
			record_add(&got, "%s", lo_text(&machine.lo, list, sizeof(list)));
		if (machine.exit_code != 71)
			judge_end(cases[i].name, &wrong);
		else if (machine.broken.len != 0)
			record_add(&wrong, "%s: %s", cases[i].name, machine.broken.at);
	}
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++) {
		change_outside(&outside[i], true, &got);
		change_outside(&outside[i], false, &got);
	}
	part_golden("traces", &got);
	part_holds(&wrong, "at the end of each way nothing is left of root but its number");
}
