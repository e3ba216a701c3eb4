/* caller [WORD...] -- PROGRAM [ARG...]: executes PROGRAM the way a hostile caller would, and prints how that ended:
 *
 *	CODE|STDOUT|STDERR
 *
 * and on a second line, when it was traced, how many system calls the victim began.
 * CODE is the exit code, SIGn, EXECn (execve failed with errno n) or HANG. A newline is shown as ";", any other
 * byte that is not printable ASCII, and ";" itself, as \xNN. What this program could not do is a message and 125.
 * An argument @rep:N:TEXT stands for TEXT N times over, @many:N:TEXT for N arguments TEXT. */
#define _GNU_SOURCE
#include "caller.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static pid_t victim;
static volatile sig_atomic_t hung;

_Noreturn void broken(const char *what)
{
	fprintf(stderr, "caller: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static void on_alarm(int number)
{
	(void)number;
	hung = 1;
	kill(victim, SIGKILL);
}

static void show(const char *bytes, ssize_t count)
{
	for (ssize_t i = 0; i < count; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte == '\n')
			putchar(';');
		else if (byte < ' ' || byte > '~' || byte == ';')
			printf("\\x%02x", byte);
		else
			putchar(byte);
	}
}

static void show_file(int fd)
{
	static char bytes[1 << 16];

	putchar('|');
	show(bytes, pread(fd, bytes, sizeof(bytes), 0));
}

/* What the victim wrote to the terminal, and whether what was typed before it began is still there to be read. */
static void show_terminal(int master, int slave)
{
	char bytes[4096];

	fcntl(slave, F_SETFL, O_NONBLOCK);
	putchar('|');
	show(bytes, read(master, bytes, sizeof(bytes)));
	printf("|unread=");
	show(bytes, read(slave, bytes, sizeof(bytes)));
}

static int open_terminal(int *slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	struct termios raw;

	if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0)
		broken("terminal");
	*slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*slave < 0 || tcgetattr(*slave, &raw) != 0)
		broken("terminal");
	raw.c_lflag &= ~(tcflag_t)ECHO;
	raw.c_oflag &= ~(tcflag_t)OPOST;
	if (tcsetattr(*slave, TCSANOW, &raw) != 0 || write(master, "typed\n", 6) != 6)
		broken("terminal");
	return master;
}

/* Repeats TEXT as one argument. */
static char *repeated(const char *text, size_t times)
{
	size_t len = strlen(text);
	char *made = malloc(len * times + 1), *at = made;

	if (made == NULL)
		broken("memory");
	for (; times > 0; times--, at += len)
		memcpy(at, text, len);
	*at = '\0';
	return made;
}

static char **expanded(int argc, char **argv)
{
	char **made = malloc((size_t)(argc + 1000001) * sizeof(*made)), **at = made, *text;

	if (made == NULL)
		broken("memory");
	for (; *argv != NULL; argv++) {
		size_t times;

		if (sscanf(*argv, "@rep:%zu:", &times) == 1 &&
			(text = strchr(*argv + 5, ':')) != NULL)
			*at++ = repeated(text + 1, times);
		else if (sscanf(*argv, "@many:%zu:", &times) == 1 && times <= 1000000 &&
			 (text = strchr(*argv + 6, ':')) != NULL)
			for (; times > 0; times--)
				*at++ = text + 1;
		else
			*at++ = *argv;
	}
	*at = NULL;
	return made;
}

/* Runs the victim once. */
static void once(const struct plan *plan)
{
	int out = memfd_create("out", MFD_CLOEXEC), err = memfd_create("err", MFD_CLOEXEC), said[2];
	int master = -1, slave = -1, status = 0, failure = 0;
	long count = 0;

	if (out < 0 || err < 0 || pipe2(said, O_CLOEXEC) != 0)
		broken("files");
	if (plan->tty)
		master = open_terminal(&slave);
	victim = fork();
	if (victim < 0)
		broken("fork");
	if (victim == 0) {
		if (dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 0) < 0 || dup2(out, 1) < 0 ||
			dup2(err, 2) < 0)
			broken("descriptors");
		child_become(plan, slave);
		failure = errno;
		if (write(said[1], &failure, sizeof(failure)) < 0)
			_exit(125);
		_exit(125);
	}
	close(said[1]);
	alarm((unsigned)plan->seconds);
	if (plan->stop.act != ACT_NONE)
		status = trace_follow(victim, &plan->stop, master, &count);
	else
		while (waitpid(victim, &status, 0) < 0)
			if (errno != EINTR)
				broken("wait");
	alarm(0);
	if (hung)
		printf("HANG");
	else if (read(said[0], &failure, sizeof(failure)) == sizeof(failure))
		printf("EXEC%d", failure);
	else if (WIFSIGNALED(status))
		printf("SIG%d", WTERMSIG(status));
	else
		printf("%d", WEXITSTATUS(status));
	if (plan->tty)
		show_terminal(master, slave);
	else
		show_file(out);
	show_file(err);
	putchar('\n');
	if (plan->stop.act != ACT_NONE)
		printf("%ld\n", count);
	fflush(stdout);
	close(out);
	close(err);
	close(said[0]);
}

int main(int argc, char **argv)
{
	struct plan plan = {.personality = -1, .bound = -1, .seconds = 60, .stop = {.nr = -1}};
	struct sigaction act = {.sa_handler = on_alarm};
	long last;

	for (argv++; *argv != NULL && strcmp(*argv, "--") != 0; argv++)
		plan_word(&plan, *argv);
	if (*argv == NULL || argv[1] == NULL) {
		fprintf(stderr, "usage: caller [WORD...] -- PROGRAM [ARG...]\n");
		return 125;
	}
	plan.argv = expanded(argc, argv + 1);
	if (plan.argv0 != NULL)
		plan.argv0 = *expanded(1, (char *[]){(char *)plan.argv0, NULL});
	sigaction(SIGALRM, &act, NULL);
	last = plan.stop.to;
	do {
		plan.stop.to = plan.stop.from;
		once(&plan);
	} while (plan.stop.from++ < last);
	return 0;
}
