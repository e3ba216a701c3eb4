/* A seccomp program run by hand: the few instructions of classic BPF that the helper's filter is made of, as
 * Documentation/networking/filter.rst has them. Any other instruction is a fault of the program. */
#ifndef TESTS_FILTER_PROGRAM_H
#define TESTS_FILTER_PROGRAM_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum op { LOAD = 0x20, GO = 0x05, EQUAL = 0x15, GREATER = 0x25, NOT_LESS = 0x35, RETURN = 0x06 };

/* One 32-bit word a number: 0 the call, 1 the architecture, 2 and 3 the instruction pointer, then the
 * arguments, the lower half first (both machines are little-endian). */
#define WORDS (sizeof(struct seccomp_data) / 4)
#define WORD_CALL 0
#define WORD_ARCH 1
#define WORD_ARG(n) (4 + 2 * (n))

#define KILL 0x80000000U  /* SECCOMP_RET_KILL_PROCESS */
#define ALLOW 0x7fff0000U /* SECCOMP_RET_ALLOW */

/* What is wrong with the program as a text of instructions, or NULL. Holds for every input. */
__attribute__((unused)) static const char *program_fault(const struct sock_filter *step, size_t len)
{
	bool returns[2] = {false, false};

	if (len == 0 || len > BPF_MAXINSNS || step[len - 1].code != RETURN)
		return "does not end with a return";
	for (size_t i = 0; i < len; i++) {
		size_t room = len - i - 1, k = step[i].k;

		switch (step[i].code) {
		case LOAD:
			if (k % 4 != 0 || k / 4 >= WORDS || k == 8 || k == 12)
				return "loads something else than number, architecture or argument";
			break;
		case GO:
			if (k >= room)
				return "jumps out";
			break;
		case EQUAL:
		case GREATER:
		case NOT_LESS:
			if (step[i].jt >= room || step[i].jf >= room)
				return "jumps out";
			break;
		case RETURN:
			if (k != KILL && k != ALLOW)
				return "returns neither kill-process nor allow";
			returns[k == ALLOW] = true;
			break;
		default:
			return "has an instruction that is not in this test's list";
		}
	}
	if (step[0].code != LOAD || step[0].k != 4 * WORD_ARCH)
		return "does not look at the architecture first";
	return returns[0] && returns[1] ? NULL : "never kills or never allows";
}

__attribute__((unused)) static bool program_jumps(const struct sock_filter *step, uint32_t a)
{
	return step->code == EQUAL     ? a == step->k
	       : step->code == GREATER ? a > step->k
				       : a >= step->k;
}

/* What a program without faults returns for DATA. */
__attribute__((unused)) static uint32_t program_run(
	const struct sock_filter *step, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (;; step++) {
		if (step->code == RETURN)
			return step->k;
		if (step->code == LOAD)
			memcpy(&a, (const char *)data + step->k, sizeof(a));
		else if (step->code == GO)
			step += step->k;
		else
			step += program_jumps(step, a) ? step->jt : step->jf;
	}
}

#endif
