/* Root follows the victim from call to call and does something at one of them. x86-64 only. */
#define _GNU_SOURCE
#include "caller.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static bool here(const struct stop *stop, long count, const struct user_regs_struct *regs)
{
	if (stop->nr < 0)
		return count == stop->from;
	return (long)regs->orig_rax == stop->nr &&
	       (stop->command == 0 || (long)regs->rsi == stop->command);
}

static void run_line(pid_t pid, const char *line)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)pid);
	setenv("PID", text, 1);
	if (system(line) == -1)
		broken("system");
}

static void type_keys(int master)
{
	if (write(master, "\003\032\034", 3) != 3) /* interrupt, suspend, quit */
		broken("keys");
}

/* Lets the victim go, stopped by a signal as its caller might stop it, and without a tracer. */
static void park(pid_t pid, const char *line)
{
	int tries = 0;
	char path[64], state = 0;

	/* The signal waits until the call that has begun is done. */
	if (kill(pid, SIGSTOP) != 0 || ptrace(PTRACE_DETACH, pid, NULL, NULL) != 0)
		broken("detach");
	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	while (state != 'T' && tries++ < 500) {
		FILE *file = fopen(path, "r");

		if (file == NULL || fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
			state = 0;
		if (file != NULL)
			fclose(file);
		usleep(10000);
	}
	run_line(pid, line);
	kill(pid, SIGCONT);
}

/* Returns whether the victim is still traced. */
static bool act_on(pid_t pid, const struct stop *stop, int master, struct user_regs_struct *regs)
{
	char *end;

	switch (stop->act) {
	case ACT_KILL:
		kill(pid, SIGKILL);
		break;
	case ACT_RUN:
		run_line(pid, stop->what);
		break;
	case ACT_KEYS:
		type_keys(master);
		break;
	case ACT_PARK:
		park(pid, stop->what);
		return false;
	case ACT_SWAP:
		regs->orig_rax = strtoull(stop->what, &end, 0);
		if (*end == ',') /* the second argument, too */
			regs->rsi = strtoull(end + 1, NULL, 0);
		if (ptrace(PTRACE_SETREGS, pid, NULL, regs) != 0)
			broken("registers");
		break;
	case ACT_NONE:
		break;
	}
	return true;
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, WUNTRACED) != pid)
		if (errno != EINTR)
			broken("wait");
	return status;
}

int trace_follow(pid_t pid, const struct stop *stop, int master, long *count)
{
	int status = wait_for(pid);
	bool executed = false, done = false, entry = true;

	if (!WIFSTOPPED(status))
		return status;
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC)) !=
			0 ||
		kill(pid, SIGCONT) != 0)
		broken("trace");
	for (status = wait_for(pid); WIFSTOPPED(status); status = wait_for(pid)) {
		struct user_regs_struct regs;
		int event = status >> 16, number = WSTOPSIG(status);

		if (event == PTRACE_EVENT_EXEC) {
			executed = true;
			entry = false; /* the exit of execve(2) itself comes next */
		} else if (number == (SIGTRAP | 0x80) && executed) {
			if (entry && !done && ptrace(PTRACE_GETREGS, pid, NULL, &regs) == 0) {
				++*count;
				done = here(stop, *count, &regs);
				if (done && !act_on(pid, stop, master, &regs))
					break;
			} else if (entry) {
				++*count;
			}
			entry = !entry;
		}
		if (event != 0 || number == (SIGTRAP | 0x80))
			number = 0;
		ptrace(executed ? PTRACE_SYSCALL : PTRACE_CONT, pid, NULL, (void *)(long)number);
	}
	if (WIFSTOPPED(status)) /* it was let go */
		do
			status = wait_for(pid);
		while (WIFSTOPPED(status));
	return status;
}
