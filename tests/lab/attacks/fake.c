/* A kernel that lies: inherited filters that answer a call with an error, or with success, instead of doing it. */
#define _GNU_SOURCE
#include "caller.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

static void install(const struct fake *fake)
{
	const uint32_t answer = SECCOMP_RET_ERRNO | fake->errno_;
	const uint32_t low = (uint32_t)offsetof(struct seccomp_data, args) +
			     8 * (uint32_t)(fake->arg < 0 ? 0 : fake->arg);
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, fake->call, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low),
		BPF_JUMP(BPF_JMP | (fake->arg < 0 ? BPF_JGE : BPF_JEQ) | BPF_K,
			fake->arg < 0 ? 0 : fake->value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, answer),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(steps) / sizeof(steps[0]), steps};

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
		broken("filter");
}

void fake_install(const struct fake *fakes, size_t count)
{
	/* A filter on prctl(2) would stop the next one. */
	for (size_t i = count; i > 0; i--)
		install(&fakes[i - 1]);
}
