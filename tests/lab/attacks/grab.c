/* grab PID: what one process may try to do to another, each attempt once, the deadly ones last. Prints what worked, or
 * "nothing"; with "-" for an answer other than a refusal. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pid_t victim;
static int worked;

static void result(const char *name, long got)
{
	if (got >= 0) {
		printf("%s%s", worked++ ? " " : "", name);
	} else if (errno != EPERM && errno != EACCES) {
		printf("%s-%s:%d", worked++ ? " " : "", name, errno);
	}
}

/* Opening may be allowed where reading is not. */
static void try_file(const char *name, int flags)
{
	char path[64], bytes[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)victim, name);
	fd = open(path, flags | O_NONBLOCK);
	if (fd >= 0 && (flags & O_ACCMODE) != O_WRONLY && (flags & O_DIRECTORY) == 0 &&
		read(fd, bytes, sizeof(bytes)) < 0) {
		close(fd);
		fd = -1;
	}
	result(name, fd);
	if (fd >= 0)
		close(fd);
}

static void try_memory(void)
{
	char byte;
	struct iovec here = {&byte, 1}, there = {(void *)0x400000, 1};

	result("process_vm_readv", process_vm_readv(victim, &here, 1, &there, 1, 0));
	result("process_vm_writev", process_vm_writev(victim, &here, 1, &there, 1, 0));
}

int main(int argc, char **argv)
{
	static const char *const secrets[] = {"mem", "maps", "smaps", "environ", "auxv", "syscall",
		"stack", "io", "fd/1", "fd/3", "exe", "cwd/x", "personality", "pagemap"};
	const struct rlimit none = {0, 0};
	struct sched_param param = {0};
	cpu_set_t cpus;
	int pidfd, killed = -1;

	victim = argc == 2 ? (pid_t)atoi(argv[1]) : 0;
	if (victim <= 1)
		return 64;
	pidfd = (int)syscall(SYS_pidfd_open, victim, 0);
	if (pidfd < 0) {
		printf("no such process");
		return 1;
	}
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		try_file(secrets[i], O_RDONLY);
	try_file("mem", O_RDWR);
	try_file("oom_score_adj", O_WRONLY);
	try_file("clear_refs", O_WRONLY);
	try_file("comm", O_WRONLY);
	try_file("fd", O_RDONLY | O_DIRECTORY);
	try_file("map_files", O_RDONLY | O_DIRECTORY);
	try_memory();
	result("pidfd_getfd", syscall(SYS_pidfd_getfd, pidfd, 1, 0));
	result("prlimit", syscall(SYS_prlimit64, victim, RLIMIT_FSIZE, &none, NULL));
	result("setpriority", setpriority(PRIO_PROCESS, (id_t)victim, 5));
	CPU_ZERO(&cpus);
	CPU_SET(0, &cpus);
	result("sched_setaffinity", sched_setaffinity(victim, sizeof(cpus), &cpus));
	result("sched_setscheduler", syscall(SYS_sched_setscheduler, victim, SCHED_IDLE, &param));
	result("ioprio_set", syscall(SYS_ioprio_set, 1, victim, 3 << 13));
	result("seize", ptrace(PTRACE_SEIZE, victim, NULL, NULL));
	result("attach", ptrace(PTRACE_ATTACH, victim, NULL, NULL));
	result("pidfd_send_signal", syscall(SYS_pidfd_send_signal, pidfd, SIGUSR1, NULL, 0));
	for (int number = 1; number <= 64; number++)
		if (number != SIGKILL && number != SIGCONT && kill(victim, number) == 0)
			killed = 0;
	errno = EPERM;
	result("kill", killed);
	result("SIGKILL", kill(victim, SIGKILL));
	printf("%s\n", worked ? "" : "nothing");
	return 0;
}
