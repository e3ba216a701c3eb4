/* What the helper may call once it is sealed, written down a second time: plain numbers from the kernel's
 * tables and manual pages, nothing from the generator, no header's constant. */
#ifndef TESTS_FILTER_WANT_H
#define TESTS_FILTER_WANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum machine {
	X86_64,
	AARCH64,
	MACHINES,
#ifdef __aarch64__
	NATIVE = AARCH64
#else
	NATIVE = X86_64
#endif
};

static const uint32_t audit_arch[MACHINES] = {[X86_64] = 0xc000003e, [AARCH64] = 0xc00000b7};
static const char *const machine_name[MACHINES] = {[X86_64] = "x86_64", [AARCH64] = "aarch64"};

#define PINS 4
#define FREE 0xffU /* the argument's number: no argument */

/* Each pinned argument has one right value, all 64 bits of it. */
struct want {
	const char *name;
	uint32_t call[MACHINES];
	struct pin {
		unsigned arg;
		uint64_t value;
	} pin[PINS];
};

static const struct want wants[] = {
	{"ioctl SIOCGIFCONF", {16, 29}, {{0, 4}, {1, 0x8912}, {FREE, 0}, {FREE, 0}}},
	{"ioctl SIOCGIFFLAGS", {16, 29}, {{0, 4}, {1, 0x8913}, {FREE, 0}, {FREE, 0}}},
	{"ioctl SIOCSIFFLAGS", {16, 29}, {{0, 4}, {1, 0x8914}, {FREE, 0}, {FREE, 0}}},
	{"ioctl SIOCSIFADDR", {16, 29}, {{0, 4}, {1, 0x8916}, {FREE, 0}, {FREE, 0}}},
	{"ioctl SIOCGIFNETMASK", {16, 29}, {{0, 4}, {1, 0x891b}, {FREE, 0}, {FREE, 0}}},
	{"ioctl SIOCSIFNETMASK", {16, 29}, {{0, 4}, {1, 0x891c}, {FREE, 0}, {FREE, 0}}},
	{"write to 1", {1, 64}, {{0, 1}, {FREE, 0}, {FREE, 0}, {FREE, 0}}},
	{"write to 2", {1, 64}, {{0, 2}, {FREE, 0}, {FREE, 0}, {FREE, 0}}},
	{"setitimer of the real timer", {38, 103}, {{0, 0}, {FREE, 0}, {FREE, 0}, {FREE, 0}}},
	{"getpid", {39, 172}, {{FREE, 0}, {FREE, 0}, {FREE, 0}, {FREE, 0}}},
	{"sendto the log", {44, 206}, {{0, 3}, {3, 0x40}, {4, 0}, {5, 0}}},
	{"capget", {125, 90}, {{FREE, 0}, {FREE, 0}, {FREE, 0}, {FREE, 0}}},
	{"capset", {126, 91}, {{FREE, 0}, {FREE, 0}, {FREE, 0}, {FREE, 0}}},
	{"exit_group", {231, 94}, {{FREE, 0}, {FREE, 0}, {FREE, 0}, {FREE, 0}}},
};
#define WANTS (sizeof(wants) / sizeof(wants[0]))

__attribute__((unused)) static bool want_allows(
	enum machine machine, uint32_t arch, uint32_t call, const uint64_t arg[6])
{
	for (const struct want *at = wants; at < wants + WANTS && arch == audit_arch[machine];
		at++) {
		bool right = at->call[machine] == call;

		for (size_t i = 0; i < PINS && right; i++)
			right = at->pin[i].arg == FREE || arg[at->pin[i].arg] == at->pin[i].value;
		if (right)
			return true;
	}
	return false;
}

/* The pinned arguments as they must be, the others REST. */
__attribute__((unused)) static void want_arguments(
	const struct want *want, uint64_t rest, uint64_t ret_arg[6])
{
	for (size_t i = 0; i < 6; i++)
		ret_arg[i] = rest;
	for (size_t i = 0; i < PINS; i++)
		if (want->pin[i].arg != FREE)
			ret_arg[want->pin[i].arg] = want->pin[i].value;
}

/* Values for the place of one argument whose right value is RIGHT; want_allows() judges them. */
#define TRIALS (65 + 3 * 64 + 6)
__attribute__((unused)) static uint64_t want_trial(size_t i, uint64_t right)
{
	static const uint64_t odd[6] = {0xffffffffffffffff, 0xffffffff, 0x7fffffff, 0x80000000,
		0xffffffff80000000, 0x8000000000000000};

	if (i < 65)
		return i; /* descriptors */
	i -= 65;
	if (i < 64)
		return right ^ 1ULL << i; /* one bit wrong, the upper half too */
	if (i < 128)
		return 1ULL << (i - 64);
	if (i < 192)
		return right + (1ULL << (i - 128));
	return odd[i - 192];
}

#endif
