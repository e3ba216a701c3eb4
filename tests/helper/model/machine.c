/* See machine.h. What each call does follows its manual page; which rules hold when is the helper's promise. */
#include "machine.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "calls.h"
#include "enter.h"

struct machine machine;
char **model_environ;
static void *guarded;
static char *const some_environment[] = {(char *)(uintptr_t) "LANG=C", NULL};

void record_add(struct record *record, const char *fmt, ...)
{
	va_list ap;
	int wrote;

	va_start(ap, fmt);
	wrote = vsnprintf(record->at + record->len, sizeof(record->at) - record->len, fmt, ap);
	va_end(ap);
	if (wrote > 0)
		record->len += (unsigned)wrote;
	if (record->len >= sizeof(record->at))
		record->len = sizeof(record->at) - 1;
}

void machine_broken(const char *fmt, ...)
{
	va_list ap;
	char text[256];

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	record_add(&machine.broken, "call %u: %s\n", machine.calls, text);
}

void machine_reset(void)
{
	struct machine *m = &machine;
	uint32_t all = 0xffffffffU;

	memset(m, 0, offsetof(struct machine, trace));
	for (struct record *r = &m->trace; r <= &m->broken; r++)
		r->at[r->len = 0] = '\0';
	m->uid[0] = 1000;
	m->gid[0] = m->gid[1] = m->gid[2] = 100;
	m->groups = 2;
	m->write_max = 4096;
	m->last_cap = 3; /* fewer than there are keep the traces short */
	m->bounding = 15;
	m->permitted = m->effective = all;
	m->secure = 1;
	m->mode = S_IFREG | S_ISUID | 0750;
	m->ambient = m->dumpable = true;
	m->open_fds = 1U << 0 | 1U << 1 | 1U << 2 | 1U << 7;
	m->ignored = m->pending = 1ULL << SIGALRM;
	m->alarm_seconds = 1;
	m->exit_code = -1;
	lo_reset(&m->lo);
}

/* What filter_gen.c lets through, by the first word of what a call notes. */
static bool is_allowed(const char *call)
{
	static const char *const words[] = {
		"capset", "capget", "ioctl", "getpid", "send", "alarm", "write", "exit_group"};
	size_t len = strcspn(call, " ");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && strncmp(words[i], call, len) == 0)
			return true;
	return false;
}

enum fault_kind machine_enter(const char *fmt, ...)
{
	struct machine *m = &machine;
	va_list ap;
	char text[256];

	m->calls++;
	if (m->calls > 20000) { /* a mutant that never ends */
		machine_broken("more than 20000 calls");
		longjmp(m->end, 1);
	}
	if (m->sealed && !is_allowed(fmt))
		machine_broken("%s after the seal", fmt);
	if (!m->quiet) {
		va_start(ap, fmt);
		vsnprintf(text, sizeof(text), fmt, ap);
		va_end(ap);
		record_add(&m->trace, "%s\n", text);
	}
	if (m->before != NULL)
		m->before(m, m->calls, m->before_arg);
	if (m->calls != m->fault_at)
		return FAULT_NONE;
	m->fault_hit = true;
	errno = m->fault_errno;
	return m->fault_kind;
}

int machine_result(int negative)
{
	if (negative >= 0)
		return negative;
	errno = -negative;
	return -1;
}

enum { GUARD_SIZE = 8192 };

/* argv in a place of its own that may not be read. */
static const char *const *guard(int argc, const char *const *argv)
{
	const char **copy;
	char *text;

	if (guarded == NULL)
		guarded = mmap(NULL, GUARD_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mprotect(guarded, GUARD_SIZE, PROT_READ | PROT_WRITE);
	copy = (const char **)guarded;
	text = (char *)(copy + argc + 1);
	for (int i = 0; i < argc; i++) {
		copy[i] = strcpy(text, argv[i]);
		text += strlen(text) + 1;
	}
	copy[argc] = NULL;
	mprotect(guarded, GUARD_SIZE, PROT_NONE);
	return copy;
}

void machine_unguard(void)
{
	if (machine.guard)
		mprotect(guarded, GUARD_SIZE, PROT_READ);
}

void machine_run(int argc, const char *const *argv)
{
	const char *const *volatile given = machine.guard ? guard(argc, argv) : argv;

	model_environ = (char **)(uintptr_t)some_environment;
	if (setjmp(machine.end) == 0) {
		machine.exit_code = netd_main(argc, (char **)(uintptr_t)given);
		machine_broken("main returned: exit(3) runs more of libc than _exit(2)");
	}
	if (model_environ != NULL)
		machine_broken("the environment is still there");
}

void model_exit(int code)
{
	machine_enter("exit_group %d", code);
	machine.exit_code = code;
	longjmp(machine.end, 1);
}
