/* What bottle-netd does in each state of lo0 and of its installation: exit code, output, audit line, lo0. */
#include <stdio.h>
#include <string.h>

#include "os.h"
#include "privilege.h"
#include "state.h"

static const char usage[] = "usage: bottle-netd add|remove ADDR... | policy | version",
		  spelling[] = "an address is not a canonical dotted quad, or there twice",
		  outside[] = "an address lies outside the pool",
		  down[] = "the loopback interface is down",
		  homeless[] = "127.0.0.1 is missing from lo0",
		  not_setuid[] = "not installed as it must be: not setuid",
		  wrong_owner[] = "not installed as it must be: wrong owner, not root",
		  on_nosuid[] = "not installed as it must be: its file system is mounted nosuid",
		  kept[] = "cannot give up privileges", no_null[] = "cannot open /dev/null",
		  no_socket[] = "cannot open a socket",
		  no_effect[] = "the setuid bit had no effect (traced or sandboxed)";

static const struct row {
	const char *name;
	unsigned how;
	const char *lo, *command;
	int code;
	const char *out, *err, *after; /* out: 16 + added, - removed, . absent, = present */
} rows[] = {
	{"add of an absent address", USER, "1/8", "add 16", 0, "16+", "", "1/8 16/32"},
	{"add of a present one", USER, "1/8 16/32", "add 16", 0, "16=", "", "1/8 16/32"},
	{"add repairs the mask of its class", USER, "1/8 16/8", "add 16", 0, "16+", "",
		"1/8 16/32"},
	{"add repairs a mask of 31 bits", USER, "1/8 16/31", "add 16", 0, "16+", "", "1/8 16/32"},
	{"add repairs, answered EEXIST", OLD, "1/8 16/8", "add 16", 0, "16+", "", "1/8 16/32"},
	{"add beside a neighbour", USER, "1/8 17/32", "add 16", 0, "16+", "", "1/8 17/32 16/32"},
	{"add, another address first", USER, "far/32 1/8", "add 31", 0, "31+", "",
		"far/32 1/8 31/32"},
	{"add, a pool address first", USER, "31/32 1/8", "add 30", 0, "30+", "", "31/32 1/8 30/32"},
	{"add with 127.0.0.1/32", USER, "1/32", "add 16", 0, "16+", "", "1/32 16/32"},
	{"add of three, one of them there", USER, "1/8 17/32", "add 16 17 18", 0, "16+ 17= 18+", "",
		"1/8 17/32 16/32 18/32"},
	{"remove of a present address", USER, "1/8 16/32", "remove 16", 0, "16-", "", "1/8"},
	{"remove of an absent one", USER, "1/8", "remove 16", 0, "16.", "", "1/8"},
	{"remove of an absent one, a pool address first", USER, "17/32 1/8", "remove 16", 0, "16.",
		"", "17/32 1/8"},
	{"remove of a leftover", USER, "1/8 16/8", "remove 16", 0, "16-", "", "1/8"},
	{"remove of the first address of lo0", USER, "16/32 1/8", "remove 16", 0, "16-", "", "1/8"},
	{"remove of three, one absent", USER, "1/8 16/32 18/32", "remove 18 17 16", 0,
		"18- 17. 16-", "", "1/8"},
	{"add while lo0 is down", DOWN, "1/8", "add 16", 75, "16.", down, "1/8"},
	{"add of a present one while lo0 is down", DOWN, "1/8 16/32", "add 16", 75, "16=", down,
		"1/8 16/32"},
	{"remove while lo0 is down", DOWN, "1/8 16/32", "remove 16", 75, "16=", down, "1/8 16/32"},
	{"add without 127.0.0.1", USER, "17/32", "add 16", 75, "16.", homeless, "17/32"},
	{"add without any address", USER, "", "add 16", 75, "16.", homeless, ""},
	{"remove without 127.0.0.1", USER, "16/32", "remove 16", 75, "16=", homeless, "16/32"},
	{"remove of a leftover without 127.0.0.1", USER, "16/8", "remove 16", 75, "16=", homeless,
		"16/8"},
	{"add while lo0 is full", USER,
		"1/8 2/32 3/32 4/32 5/32 6/32 7/32 8/32 9/32 10/32 11/32 12/32", "add 16", 71,
		"16.", "the kernel refused",
		"1/8 2/32 3/32 4/32 5/32 6/32 7/32 8/32 9/32 10/32 11/32 12/32"},
	{"the rest is done after a refusal", USER,
		"1/8 2/32 3/32 4/32 5/32 6/32 7/32 8/32 9/32 10/32 11/32 17/8", "add 16 17", 71,
		"16. 17+", "the kernel refused",
		"1/8 2/32 3/32 4/32 5/32 6/32 7/32 8/32 9/32 10/32 11/32 17/32"},
	{"add by root", ROOT, "1/8", "add 16", 0, "16+", "", "1/8 16/32"},
	{"remove by root", ROOT, "1/8 16/32", "remove 16", 0, "16-", "", "1/8"},
	{"add by root, not setuid", ROOT | PLAIN, "1/8", "add 16", 0, "16+", "", "1/8 16/32"},
	{"add by root, wrong owner", ROOT | OWNER, "1/8", "add 16", 78, "", wrong_owner, "1/8"},
	{"add, setgid too", SETGID, "1/8", "add 16", 0, "16+", "", "1/8 16/32"},
	{"add with inherited descriptors", HELD, "1/8", "add 16", 0, "16+", "", "1/8 16/32"},
	{"add with descriptors above the limit", LOWERED, "1/8", "add 16", 0, "16+", "",
		"1/8 16/32"},
	{"add without descriptors 0 to 2", CLOSED, "1/8", "add 16", 0, "", "", "1/8 16/32"},
	{"add without a log", DEAF, "1/8", "add 16", 0, "16+", "", "1/8 16/32"},
	{"add, no descriptor for 0", 1 * LIMITED, "1/8", "add 16", 71, "", no_null, "1/8"},
	{"add, no descriptor for the log", 4 * LIMITED, "1/8", "add 16", 71, "", no_socket, "1/8"},
	{"add, none for the ioctls", 5 * LIMITED, "1/8", "add 16", 71, "", no_socket, "1/8"},
	{"remove, none for the ioctls", 5 * LIMITED, "1/8 16/32", "remove 16", 71, "", no_socket,
		"1/8 16/32"},
	{"add, just enough descriptors", 6 * LIMITED, "1/8", "add 16", 0, "16+", "", "1/8 16/32"},
	{"add for a reader that never reads", WAITS, "1/8", "add 16", -14, "", "", "1/8 16/32"},
	{"add, not setuid", PLAIN, "1/8", "add 16", 78, "", not_setuid, "1/8"},
	{"add, wrong owner", OWNER, "1/8", "add 16", 78, "", wrong_owner, "1/8"},
	{"add, wrong owner and setgid", OWNER | SETGID, "1/8", "add 16", 78, "", wrong_owner,
		"1/8"},
	{"add, wrong owner and not setuid", OWNER | PLAIN, "1/8", "add 16", 78, "", wrong_owner,
		"1/8"},
	{"add, wrong owner and nosuid", OWNER | NOSUID, "1/8", "add 16", 78, "", wrong_owner,
		"1/8"},
	{"add, not setuid and nosuid", PLAIN | NOSUID, "1/8", "add 16", 78, "", not_setuid, "1/8"},
	{"add, nosuid", NOSUID, "1/8", "add 16", 78, "", on_nosuid, "1/8"},
	{"add, traced", TRACED, "1/8", "add 16", 78, "", no_effect, "1/8"},
	{"add, not setuid and the path hidden", PLAIN | HIDDEN, "1/8", "add 16", 78, "", no_effect,
		"1/8"},
	{"add, root lent by the parent", PLAIN | LENT, "1/8", "add 16", 78, "", not_setuid, "1/8"},
	{"remove, wrong owner", OWNER, "1/8 16/32", "remove 16", 78, "", wrong_owner, "1/8 16/32"},
	{"remove, not setuid", PLAIN, "1/8 16/32", "remove 16", 78, "", not_setuid, "1/8 16/32"},
	{"add, the saved uid will not go", KEEPS, "1/8", "add 16", 71, "", kept, "1/8 16/32"},
	{"add, wrong owner, whose saved uid will not go", KEEPS | OWNER, "1/8", "add 16", 71, "",
		kept, "1/8"},
	{"policy", USER, "1/8", "policy", 0, "protocol 1 pool 127.0.0.16 127.0.0.31\n", "", "1/8"},
	{"policy, not setuid", PLAIN, "1/8", "policy", 0, "protocol 1 pool 127.0.0.16 127.0.0.31\n",
		"", "1/8"},
	{"version, wrong owner", OWNER, "1/8", "version", 0, "bottle-netd 1.2.3\n", "", "1/8"},
	{"no argument", USER, "1/8", "", 64, "", usage, "1/8"},
	{"an unknown verb, not setuid", PLAIN, "1/8", "del 16", 64, "", usage, "1/8"},
	{"an address twice", USER, "1/8", "add 16 16", 64, "", spelling, "1/8"},
	{"a good address and one outside", USER, "1/8", "add 16 15", 77, "", outside, "1/8"},
	{"remove of 127.0.0.1", USER, "1/8", "remove 1", 77, "", outside, "1/8"},
	{"add of one outside, wrong owner", OWNER, "1/8", "add 32", 77, "", outside, "1/8"},
};

/* Row's OUT, spelled out. */
static const char *spell_out(const char *brief)
{
	static char text[XNU_TEXT];
	int used = 0;

	text[0] = '\0';
	if (strchr(brief, '\n') != NULL || *brief == '\0')
		return brief;
	for (const char *at = brief; *at != '\0'; at += strcspn(at, " "), at += *at == ' ') {
		char word = at[2];

		used += snprintf(text + used, sizeof(text) - (size_t)used, "127.0.0.%.2s %s\n", at,
			word == '+'   ? "added"
			: word == '-' ? "removed"
			: word == '.' ? "absent"
				      : "present");
	}
	return text;
}

static const char *spell_log(const struct row *row)
{
	static char text[XNU_TEXT];
	int used;

	if (xnu.asked_count == 0 || row->how & (DEAF | KEEPS) || row->err == no_null ||
		row->err == no_socket || strncmp(row->command, "del", 3) == 0)
		return "";
	used = snprintf(text, sizeof(text),
		"<85>bottle-netd[4242]: op=%s octets=", xnu.add ? "add" : "remove");
	for (unsigned i = 0; i < xnu.asked_count && row->code != 64 && row->code != 77; i++)
		used += snprintf(text + used, sizeof(text) - (size_t)used, "%s%u",
			i == 0 ? "" : ",", xnu.asked[i] & 0xff);
	snprintf(text + used, sizeof(text) - (size_t)used, " uid=%d result=%d",
		row->how & ROOT ? 0 : 501, row->code < 0 ? 0 : row->code);
	return text;
}

static void test_row(const struct row *row)
{
	struct first first = {""};
	char err[XNU_TEXT] = "", out[XNU_TEXT], log[XNU_TEXT], name[200];

	start(row->how, row->lo, row->command);
	go();
	snprintf(out, sizeof(out), "%s", spell_out(row->out));
	snprintf(log, sizeof(log), "%s", spell_log(row));
	if (row->err[0] != '\0')
		snprintf(err, sizeof(err), "bottle-netd: %s\n", row->err);
	/* Descriptors that were closed lead to /dev/null now. */
	if (row->how & CLOSED)
		snprintf(out, sizeof(out), "127.0.0.16 added\n");
	if (xnu.wrong != NULL)
		first_note(&first, row->command, xnu.wrong);
	if (xnu.code != row->code)
		first_note(&first, row->command, "another exit code");
	if (strcmp(xnu.out, out) != 0)
		first_note(&first, out, "another standard output");
	if (strcmp(xnu.err, err) != 0)
		first_note(&first, err, "another standard error");
	if (strcmp(xnu.log, log) != 0)
		first_note(&first, log, xnu.log);
	if (strcmp(lo_now(), row->after) != 0)
		first_note(&first, row->after, "another lo0");
	if (!(row->how & DOWN) != xnu.up)
		first_note(&first, row->command, "lo0 is up or down, as it was not");
	for (unsigned fd = 0; fd < XNU_FDS; fd++)
		if (fd != 1 && fd != 2 && xnu.fd[fd] == FD_CALLER)
			first_note(&first, row->command, "an inherited descriptor is open");
	if (row->code == 0 && xnu.asked_count > 0 &&
		(xnu.group_count != 1 || xnu.groups[0] != xnu.rgid))
		first_note(&first, row->command, "groups that are not the caller's one");
	snprintf(name, sizeof(name), "%s: exit %d", row->name, row->code);
	check(first.text[0] == '\0', name, first.text);
}

/* Each address, each way, each state: 64 and 32 bytes, judged by the model. */
static void test_pool(void)
{
	static const char *const before[] = {"1/8", "1/8 %u/8", "1/8 %u/32", "far/32 1/8 %u/8"};
	struct first first = {""};
	unsigned requests = 0, writes = 0;
	char lo[60], command[60];

	for (unsigned octet = 16; octet <= 31; octet++)
		for (unsigned i = 0; i < 8; i++) {
			bool add = i % 2 == 0;

			snprintf(lo, sizeof(lo), before[i / 2], octet);
			snprintf(command, sizeof(command), "%s %u", add ? "add" : "remove", octet);
			start(USER, lo, command);
			go();
			requests += xnu.requests;
			writes += xnu.writes;
			if (xnu.wrong != NULL || xnu.code != 0)
				first_note(&first, command,
					xnu.wrong == NULL ? "not done" : xnu.wrong);
			if (xnu.writes != (add ? i / 2 != 2 : i / 2 != 0))
				first_note(&first, command, "not one write, or one too many");
		}
	snprintf(command, sizeof(command), "%u requests, %u of them writes", requests, writes);
	check(first.text[0] == '\0' && writes == 96,
		"all bytes of every request are as intended, for 16 addresses, add and remove",
		first.text);
	printf("# %s\n", command);
}

static const struct {
	const char *name;
	unsigned how;
	const char *lo, *command, *calls;
} traces[] = {
	{"add", USER, "1/8", "add 16",
		"setregid+ getegid+ setgroups+ seteuid+ geteuid parse "
		"SIOCGIFFLAGS SIOCGIFADDR SIOCGIFADDR "
		"seteuid geteuid+ SIOCAIFADDR+ seteuid+ geteuid "
		"SIOCGIFFLAGS SIOCGIFADDR SIOCGIFNETMASK SIOCGIFADDR "
		"setreuid geteuid seteuid seteuid stdout"},
	{"remove", USER, "1/8 16/32", "remove 16",
		"setregid+ getegid+ setgroups+ seteuid+ geteuid parse "
		"SIOCGIFFLAGS SIOCGIFADDR SIOCGIFNETMASK SIOCGIFADDR "
		"seteuid geteuid+ SIOCDIFADDR+ seteuid+ geteuid "
		"SIOCGIFFLAGS SIOCGIFADDR SIOCGIFADDR "
		"setreuid geteuid seteuid seteuid stdout"},
	{"add of what is there", USER, "1/8 16/32", "add 16",
		"setregid+ getegid+ setgroups+ seteuid+ geteuid parse "
		"SIOCGIFFLAGS SIOCGIFADDR SIOCGIFNETMASK SIOCGIFADDR setreuid geteuid seteuid "
		"seteuid "
		"stdout"},
	{"a refused argument", USER, "1/8", "add 15",
		"setregid+ getegid+ setgroups+ seteuid+ geteuid parse setreuid geteuid seteuid "
		"seteuid "
		"setreuid geteuid seteuid seteuid stderr"},
	{"a wrong owner", OWNER, "1/8", "add 16",
		"setregid getegid setreuid geteuid seteuid seteuid parse setreuid geteuid seteuid "
		"seteuid "
		"setreuid geteuid seteuid seteuid stderr"},
};

static int out_of_place(void)
{
	struct caller caller = privilege_record();
	uint32_t number = xnu.asked[0];

	privilege_shrink(&caller);
	xnu.alarm_pending = false;
	xnu.fd[4] = FD_INET;
	xnu.parsed = true;
	(void)os_change(xnu.add, (struct addr){{(uint8_t)(number >> 24), (uint8_t)(number >> 16),
					 (uint8_t)(number >> 8), (uint8_t)number}});
	return 0;
}

/* os_change() judges the numbers again, whatever the parser let through. */
static void test_judgement(void)
{
	static const uint32_t numbers[] = {0x7f000001, 0x7f00000f, 0x7f000020, 0x7f000110,
		0x7f010010, 0x7e000010, 0x0a000009, 0};
	struct first first = {""};

	xnu_instead = out_of_place;
	for (unsigned i = 0; i < 2 * sizeof(numbers) / sizeof(numbers[0]); i++) {
		start(USER, "1/8", i % 2 == 0 ? "add 16" : "remove 16");
		xnu.asked[0] = numbers[i / 2];
		if (xnu.asked[0] != XNU_HOME)
			xnu.at[xnu.count++] = (struct xnu_addr){xnu.asked[0], 0xff000000};
		go();
		if (xnu.wrong != NULL || xnu.code != 71 || xnu.writes != 0 ||
			strcmp(xnu.err, "bottle-netd: internal error: bad request\n") != 0)
			first_note(&first, "an address that is not of the pool", "not refused");
		if (strchr(trace("SIOCGIFFLAGS"), '+') != NULL)
			first_note(&first, trace("SIOCGIFFLAGS"), "root in effect before it");
	}
	xnu_instead = NULL;
	check(first.text[0] == '\0', "a number outside the pool never reaches a writing ioctl",
		first.text);
}

void test_behaviour(void)
{
	char name[100];

	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_row(&rows[i]);
	for (unsigned i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
		start(traces[i].how, traces[i].lo, traces[i].command);
		go();
		snprintf(name, sizeof(name), "the calls of %s, and when root is in effect",
			traces[i].name);
		check(strcmp(trace("setregid"), traces[i].calls) == 0, name, trace("setregid"));
	}
	test_pool();
	test_judgement();
}
