/* Every list that a few additions make, up or down, with and without promotion: what add and remove do to it,
 * against a second description of what they should do that knows nothing of ioctls. */
#include <stdio.h>
#include <string.h>

#include "part.h"

#define HOME 0x7f000001U
#define ADDR 0x7f000010U /* 127.0.0.16, the one that is asked for */

static const struct entry {
	uint32_t local;
	unsigned prefix;
	const char *label;
} universe[] = {
	{HOME, 8, "lo"},
	{HOME, 32, "lo"},
	{ADDR, 8, "lo:16"},
	{ADDR, 32, "lo:16"},
	{ADDR, 24, "lo:16"},
	{ADDR, 32, "lo"},
	{ADDR, 8, "lo:x"},
	{0x7f000011U, 8, "lo:17"},
	{0x7f000012U, 32, "lo:16"},
	{0x7f090909U, 8, "lo"},
	{0x0a090909U, 32, "lo:16"},
	{0x0a090909U, 8, "lo:y"},
	{0x7f000010U, 0, "lo:16"},
	{0x7f0000a0U, 32, "lo:160"},
	{HOME, 8, "lox"},
	{ADDR, 32, "eth0"},
};
#define ENTRIES (sizeof(universe) / sizeof(universe[0]))

struct wanted {
	int code;
	const char *word;
	bool gone, there; /* the alias is taken away; is there as a /32 */
};

/* The kernel is asked for a mask by label and address, and answers with the first entry that has both. */
static uint32_t mask_asked(const struct lo *lo, unsigned entry)
{
	unsigned i = 0;

	while (lo->addr[i].local != lo->addr[entry].local ||
		strcmp(lo->addr[i].label, lo->addr[entry].label) != 0)
		i++;
	return lo->addr[i].mask;
}

/* The manual page as a function of the list. */
static struct wanted expect(const struct lo *lo, bool add)
{
	const struct lo_addr *first = NULL, *own = NULL;
	unsigned with_addr = 0, with_label = 0;
	const char *word;
	bool whole;

	for (unsigned i = 0; i < lo->count; i++) {
		const struct lo_addr *at = &lo->addr[i];

		if (!at->elsewhere && first == NULL && mask_asked(lo, i) == 0xff000000U &&
			at->local >> 24 == 127)
			first = at;
		with_addr += at->local == ADDR;
		with_label += strcmp(at->label, "lo:16") == 0;
		if (at->local == ADDR && strcmp(at->label, "lo:16") == 0)
			own = at;
	}
	whole = own != NULL && with_addr == 1 && with_label == 1 &&
		(own->mask == 0xffffffffU || own->mask == 0xff000000U);
	word = whole ? "present" : with_addr > 0 ? "foreign" : "absent";
	if (!lo->up || first == NULL || first->local != HOME)
		return (struct wanted){75, word, false, false};
	if (add && whole && own->mask == 0xffffffffU)
		return (struct wanted){0, "present", false, true};
	if (add && whole)
		return (struct wanted){0, "added", true, true};
	if (add && with_addr > 0)
		return (struct wanted){0, "foreign", false, false};
	if (add)
		return with_label > 0 ? (struct wanted){75, "absent", false, false}
				      : (struct wanted){0, "added", false, true};
	if (whole)
		return (struct wanted){0, "removed", true, false};
	return (struct wanted){with_addr > 0 ? 75 : 0, word, false, false};
}

static void judge(const struct lo *before, bool add, struct record *wrong)
{
	static struct lo should;
	static char want[4096], got[4096], was[4096];
	struct wanted w = expect(before, add);
	char out[64];

	should = *before;
	if (w.gone)
		lo_delete(&should, ADDR, add ? 8 : lo_has(before, ADDR, 32) ? 32 : 8, "lo:16");
	if (w.there)
		lo_add(&should, ADDR, 32, "lo:16");
	snprintf(out, sizeof(out), "127.0.0.16 %s\n", w.word);
	lo_text(&should, want, sizeof(want));
	lo_text(&machine.lo, got, sizeof(got));
	if (machine.exit_code == w.code && strcmp(machine.out.at, out) == 0 &&
		strcmp(want, got) == 0 && machine.broken.len == 0)
		return;
	record_add(wrong, "%s\nof %sshould give %d %sand %sgave %d %sand %s%s\n",
		add ? "add" : "remove", lo_text(before, was, sizeof(was)), w.code, out, want,
		machine.exit_code, machine.out.at, got, machine.broken.at);
}

static void add_here(struct lo *lo, uint32_t local, unsigned prefix, const char *label)
{
	(void)lo_add(lo, local, prefix, label);
}

/* All variants of one list. */
static void run_list(const unsigned *entry, unsigned count, struct record *wrong)
{
	static struct lo lo;

	for (unsigned variant = 0; variant < 8; variant++) {
		lo_reset(&lo);
		lo.count = 0;
		lo.promote = (variant & 1) != 0;
		for (unsigned i = 0; i < count; i++) {
			const struct entry *at = &universe[entry[i]];

			(strncmp(at->label, "lo", 2) == 0 && at->label[2] != 'x'
					? add_here
					: lo_add_elsewhere)(&lo, at->local, at->prefix, at->label);
		}
		lo.up = (variant & 2) == 0;
		machine_reset();
		machine.quiet = true;
		machine.lo = lo;
		part_run(&(struct asked){(variant & 4) != 0 ? "add" : "remove", 1, {16}});
		judge(&lo, (variant & 4) != 0, wrong);
	}
}

void test_behaviour(void)
{
	static struct record wrong;
	unsigned entry[4];

	for (unsigned n = 0; n < ENTRIES * ENTRIES * ENTRIES; n++) {
		entry[0] = n % ENTRIES;
		entry[1] = n / ENTRIES % ENTRIES;
		entry[2] = n / ENTRIES / ENTRIES;
		run_list(entry, 3, &wrong);
		/* One more before them: 127.0.0.1 as it should be. */
		entry[3] = entry[0];
		entry[0] = 0;
		run_list(entry, 4, &wrong);
	}
	part_holds(&wrong,
		"add and remove do to every small list what the manual says, and nothing else");
}
