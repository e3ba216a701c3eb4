/* peak FILE CMD...: runs CMD and appends its peak of resident memory, in KiB, to FILE; exits as CMD did. A program of
 * its own, and a small one, because what a child had before its exec counts as its memory (wait4(2), ru_maxrss). */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage usage;
	int status = 0;
	FILE *file;
	pid_t pid;

	if (argc < 3 || (file = fopen(argv[1], "ae")) == NULL || (pid = fork()) < 0)
		return 99;
	if (pid == 0) {
		execv(argv[2], argv + 2);
		_exit(127);
	}
	if (wait4(pid, &status, 0, &usage) != pid || fprintf(file, "%ld\n", usage.ru_maxrss) < 0 ||
		fclose(file) != 0)
		return 99;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
