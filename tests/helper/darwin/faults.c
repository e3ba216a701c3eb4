/* Every call of every kind of run fails, once with each of several errors, or lies: it returns what pleases
 * and does nothing. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "state.h"

/* macOS's numbers. */
enum {
	E_PERM = 1,
	E_INTR = 4,
	E_IO = 5,
	E_NXIO = 6,
	E_BADF = 9,
	E_EXIST = 17,
	E_INVAL = 22,
	E_NOTAVAIL = 49
};
static const int errors[] = {E_PERM, E_INTR, E_IO, E_NXIO, E_BADF, E_EXIST, E_INVAL, E_NOTAVAIL};
static const int lies[] = {0, XNU_ANSWER};

static const char kept[] = "cannot give up privileges", no_null[] = "cannot open /dev/null",
		  no_socket[] = "cannot open a socket",
		  stuck[] = "cannot raise or lower privileges", unread[] = "cannot read lo0",
		  refused[] = "the kernel refused", changed[] = "the address changed meanwhile";

static const struct base {
	const char *name;
	unsigned how;
	const char *lo, *command;
} bases[] = {
	{"add", USER, "1/8", "add 16"},
	{"add repairing", OLD, "far/32 1/8 16/8", "add 16"},
	{"add of two", SETGID | HELD, "1/8 17/32", "add 16 17"},
	{"add of what is there", USER, "1/8 16/32", "add 16"},
	{"add by root", ROOT, "1/8", "add 16"},
	{"remove", USER, "1/8 16/32", "remove 16"},
	{"remove of the first", USER, "16/32 1/8", "remove 16"},
	{"remove of what is absent", USER, "17/32 1/8", "remove 16"},
	{"remove by root", ROOT, "1/8 16/32", "remove 16"},
	{"add, wrong owner", OWNER | SETGID, "1/8", "add 16"},
	{"add, not setuid", PLAIN | CLOSED, "1/8", "add 16"},
	{"add, nosuid", NOSUID, "1/8", "add 16"},
	{"a refused argument", USER | SETGID, "1/8", "add 15"},
	{"add while lo0 is down", DOWN, "1/8", "add 16"},
	{"policy", USER, "1/8", "policy"},
};

/* Every line there is on standard error. */
static const char *const lines[] = {"cannot reset SIGALRM", "cannot block signals", no_null,
	no_socket, "an address lies outside the pool", "cannot close inherited descriptors",
	"cannot change to /", "cannot lift the time limit, or forbid core dumps",
	"cannot write to standard output", kept, stuck, unread, refused, changed,
	"the loopback interface is down", "127.0.0.1 is missing from lo0",
	"not installed as it must be: not setuid",
	"not installed as it must be: wrong owner, not root",
	"not installed as it must be: its file system is mounted nosuid",
	"the setuid bit had no effect (traced or sandboxed)"};

static bool is_line(const char *err)
{
	char line[XNU_TEXT];
	bool is = false;

	for (unsigned i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		snprintf(line, sizeof(line), "bottle-netd: %s\n", lines[i]);
		is |= strcmp(err, line) == 0;
	}
	return is;
}

static bool is_words(const char *out)
{
	const char *const words[] = {"added", "removed", "present", "absent"};
	char line[100];

	while (*out != '\0') {
		size_t length = 0;

		for (unsigned i = 0; i < 8 && length == 0; i++) {
			snprintf(line, sizeof(line), "127.0.0.%u %s\n", 16 + i % 2, words[i / 2]);
			length = strncmp(out, line, strlen(line)) == 0 ? strlen(line) : 0;
		}
		if (length == 0)
			return strncmp(out, "protocol 1 pool 127.0.0.16 127.0.0.31\n", 100) == 0;
		out += length;
	}
	return true;
}

static bool is_one_of(const char *name, const char *list)
{
	const char *at = strstr(list, name);

	return at != NULL && strlen(name) == strcspn(at, " ") && (at == list || at[-1] == ' ');
}

/* What call K of the undisturbed run CLEAN must lead to when it goes wrong: exit code and line. NULL: as clean.
 * False: no more is said than what holds for all. */
static bool expect(const struct base *base, const struct xnu *clean, unsigned k, int error,
	int *ret_code, const char **ret_why)
{
	const char *name = clean->name[k];
	bool faulty = (base->how & (OWNER | PLAIN | NOSUID)) != 0, root = (base->how & ROOT) != 0;
	bool parsed = false, closed = false,
	     last = clean->code != 0; /* the drop of a run that dies anyway */

	for (unsigned i = 1; i < k; i++) {
		parsed |= strcmp(clean->name[i], "parse") == 0;
		closed |= strcmp(clean->name[i], "close") == 0; /* descriptor 0, of no use to it */
	}
	for (unsigned i = k + 1; i <= clean->calls; i++)
		last &= strcmp(clean->name[i], "setreuid") != 0;
	*ret_code = 71;
	*ret_why = NULL;
	if (strcmp(name, "seteuid") == 0 && strcmp(clean->name[k + 1], "seteuid") == 0)
		*ret_why = error == 0 && !last ? kept : NULL; /* taking root back must fail */
	else if (strcmp(name, "seteuid") == 0 && strcmp(clean->name[k + 1], "geteuid") != 0)
		*ret_why = NULL; /* gone before it */
	else if (strcmp(name, "seteuid") == 0)
		*ret_why = error != 0 || !root ? stuck : NULL;
	else if (strcmp(name, "setreuid") == 0)
		*ret_why = !last && (error != 0 || (!root && !faulty) ||
					    (base->how & OWNER && !parsed))
				   ? kept
				   : NULL;
	else if (strcmp(name, "setregid") == 0)
		*ret_why = error != 0 || base->how & SETGID ? kept : NULL;
	else if (strcmp(name, "setgroups") == 0)
		*ret_why = error != 0 ? kept : NULL;
	else if (strcmp(name, "open") == 0 && error != 0 && !(base->how & CLOSED))
		*ret_why = no_null;
	else if (is_one_of(name, "log socket") && (error != 0 || xnu.fault.result == 0))
		*ret_why = no_socket;
	else if (strcmp(name, "log") == 0)
		*ret_why =
			no_socket; /* a descriptor that is not there: the next one has its number */
	else if (is_one_of(name, "connect send") || (strcmp(name, "close") == 0 && !closed))
		*ret_why = NULL;
	else if (is_one_of(name, "SIOCGIFADDR SIOCGIFNETMASK SIOCGIFFLAGS")) {
		if (error == 0 || (error == E_NOTAVAIL && strcmp(name, "SIOCGIFFLAGS") != 0))
			return false;
		*ret_why = unread;
	} else if (is_one_of(name, "SIOCAIFADDR SIOCDIFADDR")) {
		bool meant = error == 0 || error == (name[4] == 'A' ? E_EXIST : E_NOTAVAIL);

		*ret_code = meant ? 75 : 71;
		*ret_why = meant ? changed : refused;
	} else {
		return false;
	}
	return true;
}

static void judge(const struct base *base, const struct xnu *clean, unsigned k, int error,
	struct first *first)
{
	const char *name = clean->name[k], *why;
	char err[200];
	int code;

	if (xnu.wrong != NULL)
		first_note(first, name, xnu.wrong);
	if (xnu.code != 0 && xnu.code != 71 && xnu.code != 75 && xnu.code != 77 && xnu.code != 78 &&
		!(xnu.code == -14 && is_one_of(name, "signal sigprocmask setitimer alarm")))
		first_note(first, name, "an exit code that is not documented");
	if ((xnu.code == 0 || xnu.err[0] != '\0') && (xnu.code == 0) != (xnu.err[0] == '\0'))
		first_note(first, name, "exit code and standard error do not belong together");
	if (xnu.err[0] == '\0' && xnu.code > 0 &&
		!(is_one_of(name, "signal sigprocmask open fcntl") && base->how & CLOSED) &&
		strcmp(name, "stderr") != 0)
		first_note(first, name, "it fails without a word");
	if ((xnu.err[0] != '\0' && !is_line(xnu.err)) || !is_words(xnu.out))
		first_note(first, name, "words that are not in the list");
	if (strstr(lo_now(), "1/8") == NULL ||
		(strstr(base->lo, "far") != NULL) != (strstr(lo_now(), "far") != NULL))
		first_note(first, name, "an address outside the pool changed");
	if (xnu.code == 0 && xnu.fault.error != 0 && xnu.fault.error != E_NOTAVAIL &&
		strncmp(name, "SIOC", 4) == 0 && strcmp(lo_now(), base->lo) == 0 &&
		clean->writes > 0)
		first_note(first, name, "success without a change");
	if (strcmp(name, "setrlimit") == 0 && xnu.fault.error != 0 && clean->code == 0 &&
		clean->writes > 0 && xnu.code != 71)
		first_note(first, name, "a change with a limit that could not be set");
	if (xnu.log[0] != '\0' && (is_one_of(name, "log connect send") ||
					  (xnu.code == 71 && strncmp(name, "SIOC", 4) != 0 &&
						  strcmp(name, "stdout") != 0)))
		first_note(first, name, "a log line that cannot be");
	if (is_one_of(name, "log socket") && xnu.writes > 0)
		first_note(first, name, "a change without both sockets");
	if (!expect(base, clean, k, error, &code, &why))
		return;
	snprintf(err, sizeof(err), "bottle-netd: %s\n", why == NULL ? "" : why);
	if (why == NULL ? xnu.code != clean->code || strcmp(xnu.err, clean->err) != 0 ||
				  strcmp(xnu.out, clean->out) != 0
			: xnu.code != code || strcmp(xnu.err, err) != 0)
		first_note(first, name, why == NULL ? "not as if nothing had happened" : err);
}

/* Root that will not go: from call K on setreuid(2) fails, or lies, each time. Nothing is written as root. */
static unsigned test_stuck(void)
{
	static struct xnu clean;
	struct first first = {""};
	unsigned count = 0;

	for (unsigned b = 0; b < sizeof(bases) / sizeof(bases[0]); b++) {
		start(bases[b].how, bases[b].lo, bases[b].command);
		go();
		clean = xnu;
		for (unsigned k = 1; k <= clean.calls; k++)
			for (int error = 0;
				error <= E_PERM && strcmp(clean.name[k], "setreuid") == 0;
				error++, count++) {
				start(bases[b].how, bases[b].lo, bases[b].command);
				xnu.fault.at = k;
				xnu.fault.error = error;
				xnu.fault.again = true;
				go();
				if (xnu.wrong != NULL)
					first_note(&first, bases[b].name, xnu.wrong);
				if (xnu.code != clean.code &&
					(xnu.code != 71 || xnu.out[0] != '\0' ||
						xnu.log[0] != '\0'))
					first_note(&first, bases[b].name, "it goes on");
			}
	}
	check(first.text[0] == '\0' && count > 0, "where root will not go, nothing is said as root",
		first.text);
	return count;
}

static unsigned test_base(const struct base *base)
{
	static struct xnu clean;
	struct first first = {""};
	unsigned count = 0;
	char name[100];

	start(base->how, base->lo, base->command);
	go();
	clean = xnu;
	for (unsigned k = 1; k <= clean.calls; k++) {
		/* These cannot fail in xnu. */
		if (is_one_of(clean.name[k],
			    "getuid geteuid getgid getegid getpid issetugid umask parse"))
			continue;
		for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++, count++) {
			start(base->how, base->lo, base->command);
			xnu.fault.at = k;
			xnu.fault.error = errors[i];
			go();
			judge(base, &clean, k, errors[i], &first);
		}
		for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++, count++) {
			start(base->how, base->lo, base->command);
			xnu.fault.at = k;
			xnu.fault.result = lies[i];
			go();
			judge(base, &clean, k, 0, &first);
		}
	}
	snprintf(name, sizeof(name), "%s: each of its calls may fail or lie", base->name);
	check(first.text[0] == '\0' && count > 0, name, first.text);
	return count;
}

/* A stray write over an address that was just made, before the kernel sees it. */
static unsigned test_stray(void)
{
	static const int values[][2] = {
		{16, 0}, {16, 1}, {16, 30}, {16, 255}, {0, 2}, {8, 2}, {17, 2}, {0, 0}};
	static const char *const commands[] = {"add 16", "remove 16"};
	struct first first = {""};
	unsigned count = 0, refusals = 0;

	for (unsigned i = 0; i < 2; i++)
		for (unsigned k = 1; k <= 8; k++)
			for (unsigned v = 0; v < sizeof(values) / sizeof(values[0]); v++, count++) {
				start(USER, "1/8 16/8", commands[i]);
				xnu.stray = k;
				xnu.stray_len = values[v][0];
				xnu.stray_family = values[v][1];
				go();
				refusals += strstr(xnu.err, "internal error: bad request") != NULL;
				if (xnu.wrong != NULL || strstr(lo_now(), "1/8") == NULL)
					first_note(&first, commands[i], xnu.wrong);
			}
	check(first.text[0] == '\0' && refusals == 2 * 8 + 2 * 4,
		"a request that a stray write has spoilt is not sent", first.text);
	return count;
}

unsigned test_faults(void)
{
	unsigned count = test_stray() + test_stuck();

	for (unsigned i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		count += test_base(&bases[i]);
	return count;
}
