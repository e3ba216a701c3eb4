/* What the tests on the model start from. */
#include "state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

unsigned long total_runs, total_requests;

static char words[40][40], *arguments[41];
static int argument_count;

static uint32_t number_of(const char *text)
{
	return strncmp(text, "far", 3) == 0 ? 0x0a000009 : 0x7f000000 | (uint32_t)atoi(text);
}

static void start_lo(const char *lo)
{
	for (const char *at = lo; *at != '\0'; at += strcspn(at, " "), at += *at == ' ') {
		int bits = atoi(strchr(at, '/') + 1);

		xnu.at[xnu.count++] = (struct xnu_addr){number_of(at), ~0U << (32 - bits)};
	}
}

static void start_command(const char *command)
{
	char text[400], *save = NULL;

	snprintf(text, sizeof(text), "bottle-netd %s", command);
	argument_count = 0;
	for (char *word = strtok_r(text, " ", &save); word != NULL;
		word = strtok_r(NULL, " ", &save)) {
		bool is_number = word[strspn(word, "0123456789")] == '\0';

		snprintf(words[argument_count], sizeof(words[0]), "%s%s",
			is_number ? "127.0.0." : "", word);
		arguments[argument_count] = words[argument_count];
		if (is_number && xnu.asked_count < XNU_ADDRS)
			xnu.asked[xnu.asked_count++] = number_of(word);
		argument_count++;
	}
	arguments[argument_count] = NULL;
	xnu.add = strncmp(command, "add", 3) == 0;
}

void start(unsigned how, const char *lo, const char *command)
{
	static const unsigned held[] = {3, 4, 9, 255, 256, 10239, 10240, 20479};

	memset(&xnu, 0, sizeof(xnu));
	xnu.ruid = how & ROOT ? 0 : 501;
	xnu.rgid = how & ROOT ? 0 : 20;
	xnu.owner = how & OWNER ? 505 : 0;
	xnu.file_gid = 80;
	xnu.mode = how & PLAIN ? 0751 : how & SETGID ? 06750 : 04750;
	xnu.group_count = 4;
	xnu.groups[1] = 12;
	xnu.groups[2] = 80;
	xnu.groups[3] = 61;
	xnu.nosuid = how & NOSUID;
	xnu.traced = how & TRACED;
	xnu.keeps = how & KEEPS;
	xnu.hidden = how & HIDDEN;
	xnu.lent = how & LENT;
	xnu.up = !(how & DOWN);
	xnu.running = true; /* `ifconfig lo0 down` takes IFF_UP alone */
	xnu.old = how & OLD;
	xnu.deaf = how & DEAF;
	xnu.waits = how & WAITS;
	xnu.fd_limit = how & HELD ? XNU_FDS : how >= LIMITED ? how / LIMITED - 1 : 64;
	xnu.open_max = how & (HELD | LOWERED) ? 10240 : 64;
	for (int fd = 0; fd <= 2 && !(how & CLOSED); fd++)
		xnu.fd[fd] = FD_CALLER;
	for (unsigned i = 0; i < sizeof(held) / sizeof(held[0]) && how & (HELD | LOWERED); i++)
		if (how & HELD || held[i] < 10240)
			xnu.fd[held[i]] = FD_CALLER;
	xnu.alarm_pending = xnu.alarm_on = true; /* the caller set one, and it rang before exec */
	xnu.blocked = 1U << 13;
	start_lo(lo);
	start_command(command);
}

void go(void)
{
	xnu_run(argument_count, arguments);
	total_runs++;
	total_requests += xnu.requests;
}

const char *lo_now(void)
{
	static char text[300];
	int used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < xnu.count; i++) {
		char name[20];

		snprintf(name, sizeof(name), "%u", xnu.at[i].number & 0xff);
		used += snprintf(text + used, sizeof(text) - (size_t)used, "%s%s/%d",
			i == 0 ? "" : " ", xnu.at[i].number == 0x0a000009 ? "far" : name,
			__builtin_popcount(xnu.at[i].mask));
	}
	return text;
}

const char *trace(const char *from)
{
	static char text[2000];
	int used = 0;

	text[0] = '\0';
	for (unsigned i = 1, on = 0; i <= xnu.calls; i++) {
		const char *name = xnu.name[i];

		on |= strcmp(name, from) == 0;
		if (on &&
			(strncmp(name, "set", 3) == 0 || strncmp(name, "gete", 4) == 0 ||
				strncmp(name, "SIOC", 4) == 0 || strncmp(name, "std", 3) == 0 ||
				strcmp(name, "parse") == 0) &&
			strcmp(name, "setitimer") != 0 && strcmp(name, "setrlimit") != 0)
			used += snprintf(text + used, sizeof(text) - (size_t)used, "%s%s%s",
				used == 0 ? "" : " ", name, xnu.raised[i] ? "+" : "");
	}
	return text;
}

void check(bool held, const char *name, const char *detail)
{
	if (!ok(held, "%s", name) && detail != NULL)
		fprintf(stderr, "#   %s\n", detail);
}

int done(void)
{
	return done_testing();
}

void first_note(struct first *first, const char *name, const char *what)
{
	if (first->text[0] == '\0')
		snprintf(first->text, sizeof(first->text),
			"%s: %s; exit %d, out '%.80s', err '%.80s', lo0 %s", name, what, xnu.code,
			xnu.out, xnu.err, lo_now());
}
