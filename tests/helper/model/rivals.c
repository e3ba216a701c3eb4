/* Another root changes the list before one of the calls. What may never come of it: that a write of the helper
 * takes away what is not its own. Where it can, between a look and the write that follows, is the golden file
 * `windows`: each row is a case, with what was lost. */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "part.h"

#define HOME 0x7f000001U
#define ADDR 0x7f000010U

struct rival {
	const char *name;
	void (*act)(struct lo *lo);
};

static void home_away(struct lo *lo)
{
	lo_delete(lo, HOME, 8, "lo");
}

static void home_anew(struct lo *lo)
{
	lo_delete(lo, HOME, 8, "lo");
	lo_add(lo, HOME, 8, "lo");
}

static void alias_away(struct lo *lo)
{
	if (lo_delete(lo, ADDR, 32, "lo:16") != 0)
		lo_delete(lo, ADDR, 8, "lo:16");
}

static void alias_there(struct lo *lo)
{
	lo_add(lo, ADDR, 32, "lo:16");
}

static void alias_leftover(struct lo *lo)
{
	lo_add(lo, ADDR, 8, "lo:16");
}

static void alias_first(struct lo *lo)
{
	lo_delete(lo, HOME, 8, "lo");
	alias_away(lo);
	alias_leftover(lo);
	lo_add(lo, HOME, 8, "lo");
}

static void down(struct lo *lo)
{
	lo_set_up(lo, false);
}

static void down_up(struct lo *lo)
{
	lo_set_up(lo, false);
	lo_set_up(lo, true);
}

static void flush_up(struct lo *lo)
{
	lo_set_up(lo, false);
	while (lo->count > 0)
		lo_delete(lo, lo->addr[0].local, (unsigned)__builtin_popcount(lo->addr[0].mask),
			lo->addr[0].label);
	lo_set_up(lo, true);
}

static void alias_foreign(struct lo *lo)
{
	lo_add(lo, ADDR, 32, "lo");
}

static void label_taken(struct lo *lo)
{
	lo_add(lo, 0x0a090909U, 32, "lo:16");
}

static void label_moves(struct lo *lo)
{
	alias_away(lo);
	label_taken(lo);
}

static void sibling(struct lo *lo)
{
	lo_add(lo, 0x7f000011U, 8, "lo:17");
}

static void promotion(struct lo *lo)
{
	lo->promote = !lo->promote;
}

static const struct rival rivals[] = {
	{"takes 127.0.0.1 away", home_away},
	{"takes 127.0.0.1 away and puts it back", home_anew},
	{"puts the alias as /8 before 127.0.0.1", alias_first},
	{"takes lo down", down},
	{"takes lo down and up", down_up},
	{"flushes lo and takes it up", flush_up},
	{"takes the alias away", alias_away},
	{"adds the alias", alias_there},
	{"adds the alias as /8", alias_leftover},
	{"adds the address under another label", alias_foreign},
	{"gives the label to another address", label_taken},
	{"moves the label to another address", label_moves},
	{"adds a sibling as /8", sibling},
	{"switches promotion", promotion},
};

/* The list as it was before a call, and what the helper's own writes did to entries that are not its own. */
struct scene {
	const struct rival *rival;
	unsigned call, writes;
	struct lo list;
	char lost[64];
};

static void note_loss(const struct lo *before, const struct lo *after, char out[static 64])
{
	for (unsigned i = 0; i < before->count; i++) {
		const struct lo_addr *at = &before->addr[i];
		unsigned prefix = (unsigned)__builtin_popcount(at->mask);

		if (at->local != ADDR && !lo_has(after, at->local, prefix))
			snprintf(out, 64, "%u.%u.%u.%u/%u", at->local >> 24, at->local >> 16 & 255,
				at->local >> 8 & 255, at->local & 255, prefix);
	}
}

static void watch(struct machine *m, unsigned call, void *arg)
{
	struct scene *scene = arg;

	if (m->writes > scene->writes)
		note_loss(&scene->list, &m->lo, scene->lost);
	if (call == scene->call)
		scene->rival->act(&m->lo);
	scene->writes = m->writes;
	scene->list = m->lo;
}

/* The call's own line of the trace. */
static void name_of(unsigned call, char out[static 64])
{
	const char *at = machine.trace.at;

	for (unsigned i = 1; i < call && at != NULL; i++)
		at = strchr(at, '\n') == NULL ? NULL : strchr(at, '\n') + 1;
	snprintf(out, 64, "%.*s", at == NULL ? 0 : (int)strcspn(at, "\n"), at == NULL ? "" : at);
}

static void run_scene(unsigned state, bool add, bool promote, struct scene *scene)
{
	machine_reset();
	machine.lo.promote = promote;
	if (state == 1)
		alias_leftover(&machine.lo);
	if (state == 2)
		alias_there(&machine.lo);
	machine.before = watch;
	machine.before_arg = scene;
	scene->writes = 0;
	scene->lost[0] = '\0';
	part_run(&(struct asked){add ? "add" : "remove", 1, {16}});
}

/* The last look at the list says how it ended: what happens behind it is another story. */
static void judge(bool add, const struct scene *scene, const char *name, struct record *wrong)
{
	const char *last = NULL, *at = machine.trace.at;
	unsigned call = 1, last_look = 0;

	for (; (last = strchr(at, '\n')) != NULL; at = last + 1, call++)
		if (strncmp(at, "ioctl 4 SIOCGIFCONF", 19) == 0)
			last_look = call;
	if (machine.exit_code != 0 && machine.exit_code != 75)
		record_add(wrong, "exit %d when root %s before %s\n", machine.exit_code,
			scene->rival->name, name);
	if (machine.exit_code == 0 && scene->call <= last_look &&
		(lo_has(&machine.lo, ADDR, 32) || lo_has(&machine.lo, ADDR, 8)) != add)
		record_add(wrong, "%s ended with 0 and did not: root %s before %s\n",
			add ? "add" : "remove", scene->rival->name, name);
	if (machine.broken.len > 0)
		record_add(wrong, "%s", machine.broken.at);
}

void test_rivals(void)
{
	static const char *const states[] = {"absent", "leftover", "present"};
	static struct record windows, wrong;
	char name[64];

	for (unsigned n = 0; n < 12; n++) {
		unsigned state = n % 3;
		bool add = n / 3 % 2 == 0, promote = n >= 6;

		for (size_t r = 0; r < sizeof(rivals) / sizeof(rivals[0]); r++) {
			struct scene scene = {.rival = &rivals[r], .call = 1};

			do {
				run_scene(state, add, promote, &scene);
				name_of(scene.call, name);
				if (scene.lost[0] != '\0')
					record_add(&windows,
						"%s, %s, promotion %s: root %s before '%s': %s\n",
						states[state], add ? "add" : "remove",
						promote ? "on" : "off", rivals[r].name, name,
						scene.lost);
				judge(add, &scene, name, &wrong);
			} while (++scene.call <= machine.calls);
		}
	}
	part_golden("windows", &windows);
	part_holds(&wrong,
		"whatever another root does in between: exit 0 or 75, and only ours is written");
}
