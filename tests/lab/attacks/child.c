/* The child of caller: turns into the hostile caller of the plan, then executes the victim. */
#define _GNU_SOURCE
#include "caller.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static void need(bool held, const char *what)
{
	if (!held)
		broken(what);
}

/* full, gone (nobody can read it any more), stuck (a full pipe that somebody could read), or a path. */
static int open_sink(const char *name)
{
	static const char bytes[4096];
	char path[32];
	int ends[2];

	if (strcmp(name, "gone") != 0 && strcmp(name, "stuck") != 0)
		return open(strcmp(name, "full") == 0 ? "/dev/full" : name,
			O_WRONLY | O_APPEND | O_CREAT, 0600);
	need(pipe(ends) == 0, "pipe");
	if (strcmp(name, "gone") == 0) {
		close(ends[0]);
		return ends[1];
	}
	fcntl(ends[1], F_SETFL, O_NONBLOCK);
	while (write(ends[1], bytes, sizeof(bytes)) > 0)
		continue;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[1]);
	return open(path, O_RDWR); /* its own reader, whatever else the victim closes */
}

static void set_files(const struct plan *plan, int slave)
{
	const char *const names[] = {plan->in, plan->out, plan->err};

	for (int fd = 0; fd <= 2; fd++) {
		if (slave >= 0)
			need(dup2(slave, fd) == fd, "terminal");
		if (names[fd] == NULL)
			continue;
		int opened = fd == 0 ? open(names[fd], O_RDWR | O_NONBLOCK) : open_sink(names[fd]);

		need(opened > 2 && dup2(opened, fd) == fd, names[fd]);
		close(opened);
	}
}

/* Everything that could be mistaken for the helper's own: sockets for interfaces, folders, files; up to 1023. */
static void open_many(void)
{
	int first = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	int second = socket(AF_PACKET, SOCK_RAW, ETH_P_ALL);
	int third = socket(AF_INET, SOCK_DGRAM, 0);
	int fourth = open("/", O_RDONLY | O_DIRECTORY);
	const int kinds[] = {first, second, third, fourth};

	need(first > 2 && third > 2 && fourth > 2, "descriptors");
	/* What this program has opened for itself is closed on execve(2); 3 and 4 are not needed any more. */
	for (int fd = 3; fd < 1024; fd++)
		if ((fd <= 4 || fcntl(fd, F_GETFD) < 0) && kinds[fd % 4] > 2)
			need(dup2(kinds[fd % 4], fd) == fd, "descriptors");
}

static int raw_mask(int how, uint64_t mask)
{
	return (int)syscall(SYS_rt_sigprocmask, how, &mask, NULL, sizeof(mask));
}

/* All 64 signals by the kernel's own interface: a libc keeps some for itself. */
static void set_signals(const struct plan *plan)
{
	struct {
		void *handler;
		unsigned long flags;
		void *restorer;
		uint64_t mask;
	} act = {(void *)SIG_IGN, 0, NULL, 0};
	const struct itimerval soon = {{0, 20000}, {0, 20000}};

	if (plan->ignored)
		for (int number = 1; number <= 64; number++)
			if (number != SIGKILL && number != SIGSTOP)
				need(syscall(SYS_rt_sigaction, number, &act, NULL, 8) == 0,
					"signals");
	if (plan->blocked || plan->pending)
		need(raw_mask(SIG_SETMASK, ~0ULL) == 0, "signals");
	if (plan->pending)
		for (int number = 1; number <= 64; number++)
			if (number != SIGKILL && number != SIGSTOP)
				need(kill(getpid(), number) == 0, "signals");
	if (plan->timers)
		for (int timer = ITIMER_REAL; timer <= ITIMER_PROF; timer++)
			need(setitimer(timer, &soon, NULL) == 0, "timers");
}

/* For a filter without no_new_privs CAP_SYS_ADMIN is kept; it does not survive execve(2). */
static void keep_admin(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {
		{CAP_TO_MASK(CAP_SYS_ADMIN), CAP_TO_MASK(CAP_SYS_ADMIN), 0}, {0, 0, 0}};

	need(syscall(SYS_capset, &head, data) == 0, "capset");
}

static void set_user(const struct plan *plan)
{
	if (!plan->have_user)
		return;
	need(prctl(PR_SET_KEEPCAPS, plan->fake_count > 0, 0, 0, 0) == 0, "keepcaps");
	need(setgroups(plan->group_count, plan->groups) == 0, "setgroups");
	need(setresgid(plan->gid, plan->gid, plan->gid) == 0, "setresgid");
	need(setresuid(plan->uid, plan->uid, plan->uid) == 0, "setresuid");
	if (plan->fake_count > 0 && plan->uid != 0)
		keep_admin();
}

/* A tracer without any right, as a user has it: execve(2) of a setuid program then grants nothing. */
static void be_traced(void)
{
	pid_t pid = fork();
	int status = 0;

	need(pid >= 0, "fork");
	if (pid == 0) {
		need(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, "traceme");
		return;
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, NULL,
			(void *)(long)(WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status)));
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

/* A copy of the victim that has no name anywhere. */
static int copy_to_memory(const char *path)
{
	int from = open(path, O_RDONLY | O_CLOEXEC), to = memfd_create("copy", MFD_CLOEXEC);

	need(from >= 0 && to >= 0, path);
	while (sendfile(to, from, NULL, 1 << 20) > 0)
		continue;
	need(fchmod(to, 04755) == 0, "chmod");
	return to;
}

static char **make_env(const struct plan *plan)
{
	enum { LINES = 20, LINE = 100000 };
	static char *env[MANY + LINES + 1];
	size_t count = plan->env_count;

	memcpy(env, plan->env, count * sizeof(*env));
	for (int i = 0; plan->env_big && i < LINES; i++) {
		env[count] = calloc(1, LINE + 1);
		need(env[count] != NULL, "memory");
		memset(env[count++], i % 2 ? '=' : 'M', LINE);
	}
	return env;
}

void child_become(const struct plan *plan, int slave)
{
	char *path = plan->argv[0], *argc0[] = {NULL}, **argv = plan->argc0 ? argc0 : plan->argv;
	char **env = plan->env_null ? NULL : make_env(plan);
	int fd = -1, file;

	if (plan->stop.act != ACT_NONE)
		need(kill(getpid(), SIGSTOP) == 0, "stop");
	if (plan->cgroup != NULL) {
		file = open(plan->cgroup, O_WRONLY | O_CLOEXEC);
		need(file >= 0 && write(file, "0", 1) == 1, plan->cgroup);
	}
	set_files(plan, slave);
	if (plan->many_fds)
		open_many();
	if (plan->session)
		need(setsid() > 0, "setsid");
	if (plan->session && plan->tty)
		need(ioctl(0, TIOCSCTTY, 0) == 0, "terminal");
	if (plan->chdir != NULL)
		need(chdir(plan->chdir) == 0, plan->chdir);
	if (plan->chroot != NULL)
		need(chroot(plan->chroot) == 0, plan->chroot);
	if (plan->bound >= 0)
		need(prctl(PR_CAPBSET_DROP, plan->bound, 0, 0, 0) == 0, "bounding set");
	if (plan->lazy)
		need(nice(19) != -1 && prctl(PR_SET_TIMERSLACK, 1000000000UL, 0, 0, 0) == 0,
			"nice");
	set_user(plan);
	if (plan->memfd)
		fd = copy_to_memory(path);
	if (plan->by_fd)
		need((fd = open(path, O_PATH | O_CLOEXEC)) >= 0, path);
	if (plan->personality >= 0)
		need(personality((unsigned long)plan->personality) != -1, "personality");
	if (plan->leave)
		need(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0,
			"prctl");
	if (plan->no_new_privs)
		need(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no_new_privs");
	if (plan->argv0 != NULL)
		plan->argv[0] = (char *)plan->argv0;
	set_signals(plan);
	if (plan->traced)
		be_traced();
	for (size_t i = 0; i < plan->limit_count; i++)
		need(setrlimit(plan->limits[i].resource, &plan->limits[i].value) == 0, "limit");
	if (plan->fake_count > 0)
		fake_install(plan->fakes, plan->fake_count);
	for (const char *at = plan->closed; at != NULL && *at != '\0'; at++)
		close(*at - '0');
	if (fd >= 0)
		syscall(SYS_execveat, fd, "", argv, env, AT_EMPTY_PATH);
	else
		execve(path, argv, env);
}
