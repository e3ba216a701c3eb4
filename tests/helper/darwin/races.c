/* Another root changes lo0 between any two calls, once and twice: 127.0.0.1 is never removed by bottle-netd, and
 * what it says has been true. */
#include <stdio.h>
#include <string.h>

#include "state.h"

static const struct base {
	const char *lo, *command;
} bases[] = {
	{"1/8", "add 16"},
	{"1/8 16/8", "add 16"},
	{"1/8 16/32", "add 16"},
	{"16/32 1/8", "remove 16"},
	{"1/8 16/8", "remove 16"},
	{"1/8", "remove 16"},
};

static bool says(const char *word)
{
	return strstr(xnu.out, word) != NULL;
}

static void judge(const struct base *base, struct first *first)
{
	if (xnu.wrong != NULL)
		first_note(first, base->command, xnu.wrong);
	if (xnu.code != 0 && xnu.code != 75 && (xnu.code != 71 || xnu.fault.at == 0))
		first_note(first, base->command, "an exit code that is not for this");
	if ((xnu.code == 0) != (xnu.err[0] == '\0'))
		first_note(first, base->command,
			"exit code and standard error do not belong together");
	if (says("present") + says("added") + says("absent") + says("removed") != 1)
		first_note(first, base->command, "not one word about one address");
	if ((says("present") || says("added")) != xnu.seen)
		first_note(first, base->command, "its word is not what the last look told");
	if (xnu.code == 0 &&
		(xnu.add ? says("absent") || says("removed") : says("present") || says("added")))
		first_note(first, base->command, "success with the wrong word");
	if ((strstr(xnu.err, "is down") != NULL) == xnu.seen_up)
		first_note(
			first, base->command, "what it says of lo0 is not what the last look told");
	if ((strstr(xnu.err, "127.0.0.1 is missing") != NULL) != (xnu.seen_up && !xnu.seen_home))
		first_note(first, base->command, "what it says of 127.0.0.1 is not what was told");
}

/* REFUSED: the call that the kernel refuses, 0 for none. */
static void race(const struct base *base, unsigned refused, unsigned a, enum xnu_act act_a,
	unsigned b, enum xnu_act act_b, struct first *first)
{
	start(USER, base->lo, base->command);
	xnu.fault.at = refused;
	xnu.fault.error = 5; /* EIO */
	xnu.acts[0].at = a;
	xnu.acts[0].act = act_a;
	xnu.acts[1].at = b;
	xnu.acts[1].act = act_b;
	go();
	judge(base, first);
}

static unsigned test_base(const struct base *base)
{
	struct first once = {""}, twice = {""}, refused = {""};
	unsigned from = 0, to, write = 0, count = 0;
	char name[100];

	start(USER, base->lo, base->command);
	go();
	to = xnu.calls;
	for (unsigned k = to; k > 0; k--)
		if (strcmp(xnu.name[k], "SIOCGIFFLAGS") == 0)
			from = k;
	for (unsigned k = 1; k <= to; k++)
		if (strcmp(xnu.name[k], "SIOCAIFADDR") == 0 ||
			strcmp(xnu.name[k], "SIOCDIFADDR") == 0)
			write = k;
	while (strncmp(xnu.name[to], "SIOC", 4) != 0)
		to--;
	for (unsigned k = 1; k <= to + 1; k++)
		for (int act = 1; act < ACT_COUNT; act++, count++)
			race(base, 0, k, (enum xnu_act)act, 0, ACT_NONE, &once);
	for (unsigned a = from; a <= to; a++)
		for (unsigned b = a; b <= to; b++)
			for (int i = 1; i < ACT_COUNT; i++)
				for (int j = 1; j < ACT_COUNT; j++, count++)
					race(base, 0, a, (enum xnu_act)i, b, (enum xnu_act)j,
						&twice);
	for (unsigned k = write; write != 0 && k <= to; k++)
		for (int act = 1; act < ACT_COUNT; act++, count++)
			race(base, write, k, (enum xnu_act)act, 0, ACT_NONE, &refused);
	snprintf(name, sizeof(name), "%s with %s: another root changes lo0 at any moment",
		base->command, base->lo);
	check(once.text[0] == '\0' && count > 0, name, once.text);
	snprintf(name, sizeof(name), "%s with %s: and does so twice", base->command, base->lo);
	check(twice.text[0] == '\0' && from > 0, name, twice.text);
	snprintf(name, sizeof(name), "%s with %s: and the kernel refuses the write", base->command,
		base->lo);
	check(refused.text[0] == '\0', name, refused.text);
	return count;
}

unsigned test_races(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < sizeof(bases) / sizeof(bases[0]); i++)
		count += test_base(&bases[i]);
	return count;
}
