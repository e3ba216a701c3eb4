/* The helper's system call filter judged without a kernel, for each architecture that the generator knows:
 * against a table written a second time (filter/want.h), by every way through the program, which holds for
 * all inputs, and by running it on millions of them. */
#include <stdlib.h>
#include <unistd.h>

#include "filter/paths.h"
#include "netd_filter.h"
#include "tap.h"

#define LEN_MAX 512
#define BASE 1024U /* so many numbers from each start */

struct program {
	enum machine machine;
	size_t len;
	struct sock_filter step[LEN_MAX];
};

struct sweep {
	const struct program *program;
	unsigned long count, wrong, allowed;
};

/* AUDIT_ARCH_ of every machine that Linux runs on, and some that nothing has. */
static const uint32_t arches[] = {0xc000003e, 0x40000003, 0xc00000b7, 0x40000028, 0x28, 0x8,
	0x40000008, 0x80000008, 0xc0000008, 0xa0000008, 0xe0000008, 0x14, 0x80000015, 0xc0000015,
	0x16, 0x80000016, 0xc00000f3, 0x400000f3, 0xc0000102, 0xf, 0x2, 0x8000002b, 0x4, 0xc0009026,
	0xc0000032, 0x3e, 0xb7, 0, 1, 0x7fffffff, 0x80000000, 0xffffffff};

/* Where numbers start: plain, the last before x32, x32, ARM's own, MIPS's three, the signs. */
static const uint32_t starts[] = {0, 0x3ffffc00, 0x40000000, 0xf0000, 0x900000, 4000, 5000, 6000,
	0x10000, 0x20000000, 0x7ffffc00, 0x80000000, 0xc0000000, 0xfffffc00};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static bool make(enum machine machine, struct program *program)
{
	const char *build = getenv("BUILD");
	char line[512];
	FILE *pipe;

	snprintf(line, sizeof(line), "'%s/netd/filter_gen' %s", build != NULL ? build : "build",
		machine_name[machine]);
	*program = (struct program){.machine = machine};
	pipe = popen(line, "r");
	while (pipe != NULL && fgets(line, sizeof(line), pipe) != NULL && program->len < LEN_MAX) {
		unsigned code, jt, jf, k;

		if (sscanf(line, "\t{0x%x, %u, %u, 0x%x},", &code, &jt, &jf, &k) == 4)
			program->step[program->len++] =
				(struct sock_filter){(uint16_t)code, (uint8_t)jt, (uint8_t)jf, k};
	}
	return pipe != NULL && pclose(pipe) == 0 && program->len > 0;
}

static void try_one(struct sweep *sweep, uint32_t arch, uint32_t call, const uint64_t arg[6])
{
	struct seccomp_data data = {(int)call, arch, 0x7fff12345678, {0}};
	bool allow = want_allows(sweep->program->machine, arch, call, arg);
	uint32_t got;

	memcpy(data.args, arg, sizeof(data.args));
	got = program_run(sweep->program->step, &data);
	sweep->count++;
	sweep->allowed += allow;
	if (got == (allow ? ALLOW : KILL))
		return;
	if (sweep->wrong++ == 0)
		fprintf(stderr, "# first: arch %#x call %#x (%#llx, %#llx, ...) returns %#x\n",
			arch, call, (unsigned long long)arg[0], (unsigned long long)arg[1], got);
}

/* Every number of every architecture, with arguments that are right for one call or for none. */
static void try_numbers(struct sweep *sweep)
{
	for (size_t set = 0; set < WANTS + 2; set++) {
		uint64_t arg[6];

		want_arguments(wants + set % WANTS, set < WANTS ? 0x1000 : 0, arg);
		if (set == WANTS + 1)
			memset(arg, 0xff, sizeof(arg));
		for (size_t i = 0; i < COUNT(arches) + 32; i++) {
			uint32_t arch = i < COUNT(arches) ? arches[i]
							  : audit_arch[sweep->program->machine] ^
								    1U << (i - COUNT(arches));

			for (size_t at = 0; at < COUNT(starts); at++)
				for (uint32_t n = 0; n < BASE; n++)
					try_one(sweep, arch, starts[at] + n, arg);
			for (unsigned bit = 0; set < WANTS && bit < 32; bit++)
				try_one(sweep, arch,
					wants[set].call[sweep->program->machine] ^ 1U << bit, arg);
		}
	}
}

/* Each allowed call with one argument changed, whatever the free ones hold, and with two. */
static void try_arguments(struct sweep *sweep)
{
	static const uint64_t rests[] = {0, 1, 0x7ffe00001000, UINT64_MAX};
	uint32_t arch = audit_arch[sweep->program->machine];
	uint64_t good[6], arg[6];

	for (size_t row = 0; row < WANTS * COUNT(rests); row++) {
		const struct want *want = wants + row % WANTS;
		uint32_t call = want->call[sweep->program->machine];

		want_arguments(want, rests[row / WANTS], good);
		try_one(sweep, arch, call, good);
		for (size_t one = 0; one < 6; one++)
			for (size_t two = one; two < 6; two++)
				for (size_t i = 0; i < TRIALS; i++) {
					memcpy(arg, good, sizeof(arg));
					arg[one] = want_trial(i, good[one]);
					if (two != one)
						arg[two] =
							want_trial((i * 7 + 3) % TRIALS, good[two]);
					try_one(sweep, arch, call, arg);
				}
	}
}

static void try_requests(struct sweep *sweep)
{
	uint32_t arch = audit_arch[sweep->program->machine],
		 call = wants[0].call[sweep->program->machine];
	uint64_t arg[6] = {0, 0, 0x7ffe00001000};

	for (arg[0] = 0; arg[0] <= 64; arg[0]++)
		for (arg[1] = 0; arg[1] <= 0xffff; arg[1]++)
			try_one(sweep, arch, call, arg);
	arg[0] = 3;
	for (uint64_t request = 0x8900; request <= 0x89ff; request++)
		for (unsigned bit = 16; bit < 64; bit++) {
			arg[1] = request | 1ULL << bit;
			try_one(sweep, arch, call, arg);
			arg[1] = (request ^ 0x8900 ^ 0x5400) | 1ULL << bit;
			try_one(sweep, arch, call, arg);
		}
}

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	return *state ^= *state << 17;
}

/* Words drawn from the program's own constants and their neighbours. */
static void try_mixtures(struct sweep *sweep)
{
	const struct program *program = sweep->program;
	uint64_t state = 0x9e3779b97f4a7c15;

	for (unsigned long rounds = 2000000; rounds > 0; rounds--) {
		uint32_t word[WORDS];
		uint64_t arg[6];

		for (size_t i = 0; i < WORDS; i++) {
			uint64_t random = random_next(&state);

			word[i] = program->step[random % program->len].k;
			word[i] = random >> 61 == 0   ? word[i] + 1
				  : random >> 61 == 1 ? word[i] - 1
						      : word[i];
			if (i > WORD_ARCH && i % 2 == 1 && random % 8 != 0)
				word[i] = 0;
		}
		for (size_t i = 0; i < 6; i++)
			arg[i] = (uint64_t)word[WORD_ARG(i) + 1] << 32 | word[WORD_ARG(i)];
		try_one(sweep, rounds % 8 == 0 ? word[WORD_ARCH] : audit_arch[program->machine],
			word[WORD_CALL], arg);
	}
}

static bool refused(const struct program *program)
{
	size_t count;

	return program_fault(program->step, program->len) != NULL ||
	       paths_fault(program->step, program->machine, &count) != NULL;
}

/* That the judgement above can fail: each instruction changed in each of these ways, one at a time. The two
 * constants that libseccomp takes for x32 decide nothing, for no row has such a number. */
static bool changes_refused(const struct program *program, unsigned *tried, unsigned *taken)
{
	static const uint32_t bits[] = {1, 4, 0x10000, 0x80000000};
	unsigned before = *taken;

	for (size_t i = 0; i < program->len; i++) {
		if (program->step[i].code == NOT_LESS || program->step[i].k == UINT32_MAX)
			continue;
		for (size_t way = 0; way < COUNT(bits) + 2; way++) {
			struct program other = *program;
			struct sock_filter *step = other.step + i;

			if (way < COUNT(bits))
				step->k ^= bits[way];
			else if (way == COUNT(bits))
				step->k =
					step->code == RETURN ? step->k ^ KILL ^ ALLOW : step->k + 2;
			else if (step->code == EQUAL && step->jt != step->jf)
				*step = (struct sock_filter){EQUAL, step->jf, step->jt, step->k};
			else
				step->code ^= 0x10;
			++*tried;
			if (refused(&other))
				continue;
			++*taken;
			fprintf(stderr, "# instruction %zu changed in way %zu passes\n", i, way);
		}
	}
	return *taken == before;
}

struct tally {
	unsigned long count, allowed;
	size_t paths;
	unsigned tried, taken; /* changed programs */
};

static void judge(const struct program *program, struct tally *tally)
{
	static const struct {
		void (*run)(struct sweep *sweep);
		const char *name;
	} trials[] = {
		{try_numbers, "every number of every architecture"},
		{try_arguments, "an allowed call with one or two other arguments"},
		{try_requests, "every ioctl request on descriptors 0 to 64"},
		{try_mixtures, "a mixture of the program's constants"},
	};
	const char *name = machine_name[program->machine];
	const char *fault = program_fault(program->step, program->len);
	size_t paths = 0;

	if (!ok(fault == NULL,
		    "%s: the architecture first, known instructions, no other end than "
		    "kill-process or allow",
		    name)) {
		fprintf(stderr, "#   the program %s\n", fault);
		return; /* it cannot be run */
	}
	fault = paths_fault(program->step, program->machine, &paths);
	tally->paths += paths;
	if (!ok(fault == NULL,
		    "%s: over all inputs, what is allowed is the expected table and no more", name))
		fprintf(stderr, "#   at fault: %s\n", fault);
	for (size_t i = 0; i < COUNT(trials); i++) {
		struct sweep sweep = {.program = program};

		trials[i].run(&sweep);
		ok(sweep.wrong == 0, "%s: %s has the expected verdict", name, trials[i].name);
		tally->count += sweep.count;
		tally->allowed += sweep.allowed;
	}
	ok(changes_refused(program, &tally->tried, &tally->taken),
		"%s: a program with one instruction changed is refused", name);
}

int main(void)
{
	static struct program programs[MACHINES];
	struct tally tally = {0};

	alarm(300);
	for (enum machine machine = 0; machine < MACHINES; machine++)
		if (ok(make(machine, programs + machine), "%s: the generator makes a program",
			    machine_name[machine]))
			judge(programs + machine, &tally);
	ok(programs[NATIVE].len == COUNT(netd_filter) &&
			memcmp(programs[NATIVE].step, netd_filter, sizeof(netd_filter)) == 0,
		"what the helper is compiled with is the program judged here");
	printf("# audit: filter %lu evaluations (%lu allowed), %zu ways through, %u of %u changed "
	       "programs refused\n",
		tally.count, tally.allowed, tally.paths, tally.tried - tally.taken, tally.tried);
	return done_testing();
}
