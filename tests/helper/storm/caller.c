/* Calls the helper many times at once, and judges what each call says. storm.t builds and runs it.
 *
 *	caller parallel HELPER COUNT SEED [STRACE]           COUNT adds of one address, all at the same time
 *	caller storm HELPER SECONDS RATE SEED [STRACE]       adds and removes of any of the sixteen, in bursts
 *
 * With STRACE some calls are slowed: held by the tracer for a while after one of their ioctls, another one each
 * time, so that the others pass at each point of the work. A call counts as overlapping when the kernel still had
 * it running after a later one was executed; slowed ones are not counted, since their beginning is the tracer's.
 * Prints one line `NAME NUMBER ...`, and on stderr what a call did that the manual does not allow. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define POOL 16
#define LIVE_MAX 96     /* more than COUNT; a storm waits for room */
#define CALL_SECONDS 20 /* no call takes that long, slowed or not */

extern char **environ;

struct call {
	pid_t pid; /* 0: free */
	int out;   /* both of its outputs */
	bool add, slowed, overlapped;
	unsigned octet[POOL], count;
	double begin;
};

static struct call live[LIVE_MAX];
static const char *helper, *strace;
static unsigned calls, overlapping, slowed, good, again, down, bad, changed, left;
static unsigned long long seed;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "caller: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned draw(unsigned limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)((seed >> 20) % limit);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void pause_until(double when)
{
	double wait = when - now();
	struct timespec time = {(time_t)wait, (long)((wait - (double)(time_t)wait) * 1e9)};

	if (wait > 0)
		nanosleep(&time, NULL);
}

static bool runs(const struct call *call)
{
	siginfo_t info = {.si_pid = 0};

	return call->pid != 0 &&
	       waitid(P_PID, (id_t)call->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	       info.si_pid == 0;
}

/* Which of the things that a call may say on stderr TEXT is, without the newline: 0 nothing, 1 held, 2 down; -1
 * none of them. That 127.0.0.1 is missing is none: it never is. */
static int find_reason(const char *text)
{
	static const char *const reasons[] = {"",
		"bottle-netd: the address or its label is held or changed by others\n",
		"bottle-netd: the loopback interface is down\n"};

	for (int i = 0; i < 3; i++)
		if (strcmp(text, reasons[i]) == 0)
			return i;
	return -1;
}

/* Whether CALL ended as the manual says: a line for each address in the order of the arguments, a word that goes
 * with the verb, and then nothing and 0 or a reason and 75. */
static bool judge(const struct call *call, int code, const char *text)
{
	static const char *const words[2][5] = {
		[true] = {"added", "present", "absent", "foreign", NULL},
		[false] = {"removed", "absent", "present", "foreign", NULL},
	};
	unsigned done = 0, changes = 0;
	int reason;

	for (unsigned i = 0; i < call->count; i++) {
		char line[64];
		int word = 0;

		for (; words[call->add][word] != NULL; word++) {
			snprintf(line, sizeof(line), "127.0.0.%u %s\n", call->octet[i],
				words[call->add][word]);
			if (strncmp(text, line, strlen(line)) == 0)
				break;
		}
		if (words[call->add][word] == NULL)
			return false;
		text += strlen(line);
		done += word < 2;
		changes += word == 0;
	}
	reason = find_reason(text);
	if (reason < 0 || (reason == 0) != (code == 0) || (code != 0 && code != 75))
		return false;
	if (code == 0 && done != call->count)
		return false;
	changed += changes;
	good += code == 0;
	again += code == 75;
	down += reason == 2;
	return true;
}

/* Takes what CALL left. Returns false when it still runs. */
static bool reap(struct call *call)
{
	char text[4096];
	size_t have = 0;
	ssize_t got;
	int status, code;

	if (runs(call)) {
		if (now() - call->begin < CALL_SECONDS)
			return false;
		fprintf(stderr, "a call hangs: pid %d\n", (int)call->pid);
		exit(1);
	}
	if (waitpid(call->pid, &status, 0) != call->pid)
		die("waitpid");
	while (have < sizeof(text) - 1 &&
		(got = read(call->out, text + have, sizeof(text) - 1 - have)) > 0)
		have += (size_t)got;
	text[have] = '\0';
	close(call->out);
	code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	calls++;
	slowed += call->slowed;
	overlapping += call->overlapped;
	if (!judge(call, code, text) && ++bad <= 10)
		fprintf(stderr, "%s of %u addresses%s: exit %d and\n%s\n",
			call->add ? "add" : "remove", call->count, call->slowed ? ", slowed" : "",
			code, text);
	call->pid = 0;
	left--;
	return true;
}

static struct call *reserve(void)
{
	for (;;) {
		for (struct call *at = live; at < live + LIVE_MAX; at++)
			if (at->pid == 0 || reap(at))
				return at;
		poll(NULL, 0, 5);
	}
}

/* Starts CALL, whose verb and addresses are set. SLOW: 0, or after which ioctl it is held, and for how long. */
static void start(struct call *call, unsigned slow, unsigned milliseconds)
{
	char *argv[POOL + 10], inject[64], address[POOL][16];
	posix_spawn_file_actions_t actions;
	unsigned argc = 0;
	int ends[2];

	if (strace != NULL && slow != 0) {
		snprintf(inject, sizeof(inject), "inject=ioctl:delay_exit=%u:when=%u",
			milliseconds * 1000, slow);
		argv[argc++] = (char *)strace;
		argv[argc++] = (char *)"-qq";
		argv[argc++] = (char *)"-o/dev/null";
		argv[argc++] = (char *)"-etrace=ioctl";
		argv[argc++] = (char *)"-e";
		argv[argc++] = inject;
	}
	argv[argc++] = (char *)helper;
	argv[argc++] = (char *)(call->add ? "add" : "remove");
	for (unsigned i = 0; i < call->count; i++) {
		snprintf(address[i], sizeof(address[i]), "127.0.0.%u", call->octet[i]);
		argv[argc++] = address[i];
	}
	argv[argc] = NULL;
	if (pipe2(ends, O_CLOEXEC) != 0)
		die("pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
	errno = posix_spawn(&call->pid, argv[0], &actions, NULL, argv, environ);
	if (errno != 0)
		die(argv[0]);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	call->out = ends[0];
	call->begin = now();
	call->slowed = argv[0] == strace;
	call->overlapped = false;
	left++;
	/* posix_spawn() returns when the child has been executed, so it was there beside each of these. */
	for (struct call *at = live; at < live + LIVE_MAX && !call->slowed; at++)
		if (at != call && !at->slowed && runs(at))
			at->overlapped = call->overlapped = true;
}

static void finish(void)
{
	while (left > 0) {
		for (struct call *at = live; at < live + LIVE_MAX; at++)
			if (at->pid != 0)
				reap(at);
		poll(NULL, 0, 5);
	}
}

/* The slowed ones first, and time for them to get there: one after each ioctl of an add. */
static void parallel(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct call *call = reserve();
		unsigned slow = strace != NULL && i < 16 ? i + 1 : 0;

		call->add = true;
		call->count = 1;
		call->octet[0] = 16;
		start(call, slow, 500);
		if (strace != NULL && i == 15)
			poll(NULL, 0, 150);
	}
	finish();
}

/* Bursts of two to six, the first of each slowed, then as much time as keeps the rate. */
static void storm(double seconds, unsigned rate)
{
	double begin = now(), next = begin;

	while (now() < begin + seconds) {
		unsigned burst = 2 + draw(5);
		unsigned slow = 1 + draw(30); /* the work on the first two addresses or so */

		for (unsigned i = 0; i < burst; i++) {
			struct call *call = reserve();

			call->add = draw(2) == 0;
			call->count = 0;
			/* A third of them takes all; the order is any. */
			unsigned want = draw(3) == 0 ? POOL : 1 + draw(POOL);

			for (unsigned octet = 16 + draw(POOL); call->count < want;
				octet = 16 + (octet - 16 + 5) % POOL)
				call->octet[call->count++] = octet;
			start(call, i == 0 ? slow : 0, 20 + draw(200));
		}
		next += (double)burst / rate;
		pause_until(next);
		for (struct call *at = live; at < live + LIVE_MAX; at++)
			if (at->pid != 0)
				reap(at);
	}
	finish();
}

int main(int argc, char **argv)
{
	bool storming = argc >= 6 && strcmp(argv[1], "storm") == 0;
	int at = storming ? 5 : 4;

	if (argc < at + 1 || argc > at + 2 || (!storming && strcmp(argv[1], "parallel") != 0)) {
		fprintf(stderr,
			"usage: caller parallel|storm HELPER COUNT|SECONDS [RATE] SEED [STRACE]\n");
		return 2;
	}
	helper = argv[2];
	seed = strtoull(argv[at], NULL, 10) * 0x9e3779b97f4a7c15ULL + 1;
	strace = argv[at + 1];
	if (storming)
		storm(strtod(argv[3], NULL), (unsigned)strtoul(argv[4], NULL, 10));
	else
		parallel((unsigned)strtoul(argv[3], NULL, 10));
	printf("calls %u overlapping %u slowed %u good %u again %u down %u bad %u changed %u\n",
		calls, overlapping, slowed, good, again, down, bad, changed);
	return bad != 0;
}
