/* The helper's system call filter with its kill-process turned into an error number and nothing else
 * changed: one process then issues every call there is and lives to tell the kernel's verdict on each. */
#include "filter/child.h"
#include "tap.h"

#define MARK 3210 /* no error number of any kernel */
#define AUDIT_I386 0x40000003

/* What newer kernels of x86_64 let through any filter (seccomp_uprobe_exception() in kernel/seccomp.c):
 * calls for their own probes. From elsewhere the one kills its process and the other fails. */
static const struct own {
	const char *name;
	long call;
	int signal;
	long result;
} owns[] = {
#ifdef __x86_64__
	{"uretprobe", 335, SIGILL, -MARK},
	{"uprobe", 336, 0, -ENXIO},
#else
	{"none", -1, 0, -MARK},
#endif
};

static const struct own *own_find(long call)
{
	for (size_t i = 0; i < COUNT(owns); i++)
		if (owns[i].call == call)
			return owns + i;
	return NULL;
}

/* Shared with the children, which can say nothing else once they are sealed. */
struct page {
	unsigned long refused, refused_int80, executed, wrong;
	bool done;
	long own;
	long first[3]; /* number, first argument, result of the first wrong one */
};
static struct page *page;

static void note_wrong(long call, uint64_t arg, long result)
{
	if (page->wrong++ == 0) {
		page->first[0] = call;
		page->first[1] = (long)arg;
		page->first[2] = result;
	}
}

/* Issues CALL, which must be refused, unless the program says otherwise: a hole is reported, not used. */
static void refuse(long call, const uint64_t arg[6])
{
	struct seccomp_data data = {(int)call, audit_arch[NATIVE], 0, {0}};
	long result;

	if (want_allows(NATIVE, audit_arch[NATIVE], (uint32_t)call, arg) || own_find(call) != NULL)
		return;
	memcpy(data.args, arg, sizeof(data.args));
	result = program_run(netd_filter, &data) == KILL ? child_call(call, arg) : 0;
	if (result == -MARK)
		page->refused++;
	else
		note_wrong(call, arg[0], result);
}

static void refuse_numbers(void)
{
	static const uint64_t arg[6] = {
		UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};

	for (long n = 0; n < 1024; n++) {
		refuse(n, arg);
		refuse(0x40000000L | n, arg);
		refuse(-1 - n, arg);
		refuse(0x7fffffffL - n, arg);
		refuse(0x3fffffffL - n, arg);
	}
	for (unsigned bit = 10; bit < 31; bit++)
		for (size_t i = 0; i < WANTS; i++)
			refuse((long)(wants[i].call[NATIVE] | 1U << bit), arg);
}

static void refuse_arguments(void)
{
	uint64_t good[6], arg[6] = {3, 0, 1};

	for (arg[1] = 0; arg[1] <= 0xffff; arg[1]++)
		refuse(wants[0].call[NATIVE], arg);
	for (arg[0] = 0; arg[0] <= 64; arg[0]++)
		for (arg[1] = 0x8900; arg[1] <= 0x89ff; arg[1]++)
			refuse(wants[0].call[NATIVE], arg);
	for (size_t row = 0; row < WANTS; row++) {
		want_arguments(wants + row, 1, good);
		for (size_t i = 0; i < 6 * TRIALS; i++) {
			memcpy(arg, good, sizeof(arg));
			arg[i / TRIALS] = want_trial(i % TRIALS, good[i / TRIALS]);
			refuse(wants[row].call[NATIVE], arg);
		}
	}
}

static void refuse_int80(void)
{
	for (int n = 0; n < 512; n++) {
		struct seccomp_data data = {n, AUDIT_I386, 0, {0}};
		long result = program_run(netd_filter, &data) == KILL ? child_int80(n) : 0;

		if (result == -MARK)
			page->refused_int80++;
		else
			note_wrong(n, 0x80, result);
	}
}

/* The program with one action for another; false if anything else had to change, or nothing. */
static bool mark(struct sock_filter marked[LEN])
{
	bool changed = false;

	for (size_t i = 0; i < LEN; i++) {
		bool kills = netd_filter[i].code == RETURN && netd_filter[i].k == KILL;

		marked[i] = netd_filter[i];
		if (kills)
			marked[i].k = SECCOMP_RET_ERRNO | MARK;
		changed = changed || kills;
	}
	for (size_t i = 0; i < LEN; i++) {
		struct sock_filter back = marked[i];

		if (back.k == (SECCOMP_RET_ERRNO | MARK))
			back.k = KILL;
		changed = changed && memcmp(&back, netd_filter + i, sizeof(back)) == 0;
	}
	return changed;
}

static void refuse_all(size_t int80)
{
	struct sock_filter marked[LEN];
	uint64_t arg[6];

	if (!mark(marked))
		return;
	child_seal(marked);
	refuse_numbers();
	refuse_arguments();
	if (int80)
		refuse_int80();
	for (size_t i = 0; i < WANTS - 1; i++) {
		long result;

		want_arguments(wants + i, 1, arg);
		result = child_call(wants[i].call[NATIVE], arg);
		if (result != -MARK)
			page->executed++;
		else
			note_wrong(wants[i].call[NATIVE], arg[0], result);
	}
	page->done = true;
}

static void refuse_own(size_t i)
{
	static const uint64_t arg[6] = {0};
	struct sock_filter marked[LEN];

	if (!mark(marked))
		return;
	child_seal(marked);
	page->own = child_call(owns[i].call, arg);
}

static void judge_own(size_t i)
{
	int status;

	page->own = 0;
	status = child_run(refuse_own, i, true);
	ok((WIFSIGNALED(status) && WTERMSIG(status) == owns[i].signal) ||
			(WIFEXITED(status) && (page->own == -MARK || page->own == owns[i].result)),
		"%s, the kernel's own call, %s", owns[i].name,
		page->own == -MARK ? "is refused"
				   : "is not refused by this kernel and does nothing");
}

int main(void)
{
	struct sock_filter marked[LEN];
	bool int80 = child_has_int80();
	int status;

	alarm(120);
	page = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!ok(page != MAP_FAILED && program_fault(netd_filter, LEN) == NULL,
		    "the program can be run by hand") ||
		!ok(mark(marked),
			"the program that refuses differs from the helper's in its action alone"))
		return done_testing();
	status = child_run(refuse_all, int80, true);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0 && page->done,
		"a process outlives every call there is");
	if (!ok(page->wrong == 0 && page->refused > 50000,
		    "the kernel refuses every other number, request and argument"))
		fprintf(stderr, "#   %lu wrong, the first: call %ld (%#lx, ...) gives %ld\n",
			page->wrong, page->first[0], page->first[1], page->first[2]);
	if (int80)
		ok(page->refused_int80 == 512, "and every number of i386 by int 0x80");
	else
		skip("and every number of i386 by int 0x80", "this machine has no calls of i386");
	ok(page->executed == WANTS - 1, "and executes the allowed ones");
	for (size_t i = 0; i < COUNT(owns); i++)
		judge_own(i);
	printf("# audit: filter %lu calls refused by the kernel, %lu by int 0x80; %lu of %lu kinds "
	       "executed; %u filters installed\n",
		page->refused + page->refused_int80, page->refused_int80, page->executed,
		(unsigned long)WANTS - 1, child_installed);
	return done_testing();
}
