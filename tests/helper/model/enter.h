/* How every modelled call begins and ends. */
#ifndef MODEL_ENTER_H
#define MODEL_ENTER_H

#include <linux/capability.h>

#include "machine.h"

/* Numbers and notes a call; says whether it shall fail (errno is set) or lie. */
__attribute__((format(printf, 1, 2))) enum fault_kind machine_enter(const char *fmt, ...);

/* NEGATIVE as a system call's result: -errno becomes -1 and errno. */
int machine_result(int negative);

/* Returns from the caller when its call is one that fails or lies. */
#define FAULTY(...)                                                 \
	do {                                                        \
		enum fault_kind kind_ = machine_enter(__VA_ARGS__); \
		if (kind_ == FAULT_FAIL || kind_ == FAULT_LIE)      \
			return kind_ == FAULT_FAIL ? -1 : 0;        \
	} while (0)

static inline bool machine_may(int cap)
{
	return (machine.effective & 1U << cap) != 0;
}

#endif
