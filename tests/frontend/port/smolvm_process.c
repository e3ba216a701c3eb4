/* Processes by their command lines, among all that this host has: those of the kernel, which have none, too. */
#include "smolvm_process.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "tap.h"

#define MACHINE "bot-bottle-test-of-smolvm-process"

/* cat(1) with such words behind the "-" that it waits at. */
static pid_t start(const char *verb, int *stop)
{
	int way[2];
	pid_t pid;

	if (pipe(way) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		dup2(way[0], STDIN_FILENO);
		close(way[1]);
		execl("/bin/cat", "cat", "-", "machine", verb, MACHINE, (char *)NULL);
		_exit(127);
	}
	close(way[0]);
	*stop = way[1];
	return pid;
}

static pid_t found(const char *machine)
{
	cleanup_error struct error err = ERROR_INIT;
	pid_t pid = -1;

	return smolvm_making(machine, &pid, &err) == 0 ? pid : -1;
}

/* After its exec(2): before it, the command line is this program's. */
static pid_t wait_for(const char *machine)
{
	for (int tries = 0; tries < 5000 && found(machine) == 0; tries++)
		usleep(2000);
	return found(machine);
}

int main(void)
{
	int stop = -1;
	pid_t pid;

	is_int(found(MACHINE), 0, "no process makes a machine that there is not");
	pid = start("start", &stop);
	if (pid < 0) {
		ok(false, "test set-up: no process");
		return done_testing();
	}
	is_int(wait_for(MACHINE), pid, "one that starts it is found");
	is_int(found(MACHINE "-2"), 0, "not by another machine's name");
	is_int(found("machine"), 0, "nor by another of its words");
	kill(pid, SIGKILL); /* before it reads the words as files */
	waitpid(pid, NULL, 0);
	close(stop);
	is_int(found(MACHINE), 0, "nor when it has ended");
	return done_testing();
}
