/* Build time only: prints the helper's system call filter as a C table.
 *
 *	filter_gen x86_64|aarch64 >netd_filter.h
 *
 * libseccomp writes the program, so the installed helper links libc alone. The filter checks the
 * architecture first and kills the process at any call that is not in the table below. It sees numbers only,
 * all 64 bits of each: what an ifreq holds is judged in os_linux.c. Every argument with one right value is
 * pinned; what is left open is a pointer, a length, or said in the row's reason.
 *
 * Newer kernels of x86_64 let two numbers through any filter, uretprobe (335) and uprobe (336), which serve
 * their own probes; from elsewhere the one ends the process by SIGILL and the other fails. */
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/filter.h>

#define ARG(n, value)                    \
	{                                \
		n, SCMP_CMP_EQ, value, 0 \
	}
#define LOG ARG(0, 3)  /* the first descriptor after close_range(3, ~0) */
#define SOCK ARG(0, 4) /* the second and last one */
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	int call;
	unsigned args;
	struct scmp_arg_cmp arg[4];
	const char *reason;
} allowed[] = {
	{SCMP_SYS(ioctl), 2, {SOCK, ARG(1, SIOCGIFFLAGS)}, "is lo up"},
	{SCMP_SYS(ioctl), 2, {SOCK, ARG(1, SIOCGIFCONF)},
		"which addresses are there, in which order"},
	{SCMP_SYS(ioctl), 2, {SOCK, ARG(1, SIOCGIFNETMASK)}, "with which masks"},
	{SCMP_SYS(ioctl), 2, {SOCK, ARG(1, SIOCSIFADDR)}, "add lo:NN"},
	{SCMP_SYS(ioctl), 2, {SOCK, ARG(1, SIOCSIFNETMASK)}, "make it a /32"},
	{SCMP_SYS(ioctl), 2, {SOCK, ARG(1, SIOCSIFFLAGS)}, "delete lo:NN"},
	{SCMP_SYS(capset), 0, {{0}},
		"raise and lower CAP_NET_ADMIN; the sets are behind pointers, and no kernel lets "
		"the permitted one grow"},
	{SCMP_SYS(capget), 0, {{0}}, "read them back"},
	{SCMP_SYS(getpid), 0, {{0}}, "for the audit line"},
	{SCMP_SYS(sendto), 4, {LOG, ARG(3, MSG_DONTWAIT), ARG(4, 0), ARG(5, 0)},
		"the audit line, to where the log is connected and without waiting"},
	{SCMP_SYS(setitimer), 1, {ARG(0, ITIMER_REAL)},
		"alarm(2), the deadline of the report; what was set before goes to a pointer"},
	{SCMP_SYS(write), 1, {ARG(0, 1)}, "stdout"},
	{SCMP_SYS(write), 1, {ARG(0, 2)}, "stderr"},
	{SCMP_SYS(exit_group), 0, {{0}}, "the end, with any code"},
};

/* The program for the architecture named ARCH, in a temporary file; NULL when it cannot be made. */
static FILE *export(const char *arch)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	uint32_t token = seccomp_arch_resolve_name(arch);
	FILE *file = tmpfile();

	if (ctx == NULL || file == NULL || token == 0 ||
		seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0)
		return NULL;
	if (token != seccomp_arch_native() && (seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE) != 0 ||
						      seccomp_arch_add(ctx, token) != 0))
		return NULL;
	for (size_t i = 0; i < COUNT(allowed); i++)
		if (seccomp_rule_add_exact_array(ctx, SCMP_ACT_ALLOW, allowed[i].call,
			    allowed[i].args, allowed[i].arg) != 0)
			return NULL;
	if (seccomp_export_bpf(ctx, fileno(file)) != 0)
		return NULL;
	seccomp_release(ctx);
	rewind(file);
	return file;
}

int main(int argc, char **argv)
{
	FILE *program = argc == 2 ? export(argv[1]) : NULL;
	struct sock_filter step;

	if (program == NULL) {
		fprintf(stderr,
			"filter_gen: cannot make the filter (usage: filter_gen x86_64|aarch64)\n");
		return 1;
	}
	printf("/* Made by filter_gen %s; the table there is the source. */\n", argv[1]);
	for (size_t i = 0; i < COUNT(allowed); i++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, allowed[i].call);

		printf("/* %s: %s */\n", name, allowed[i].reason);
	}
	printf("#include <linux/filter.h>\n\nstatic struct sock_filter netd_filter[] = {\n");
	while (fread(&step, sizeof(step), 1, program) == 1)
		printf("\t{0x%02x, %u, %u, 0x%08x},\n", step.code, step.jt, step.jf, step.k);
	printf("};\n");
	return ferror(program) || fflush(stdout) != 0;
}
