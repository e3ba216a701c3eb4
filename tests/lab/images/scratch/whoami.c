/* Print who runs this and with which arguments; sleep when told to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	printf("uid=%u gid=%u euid=%u argc=%d", (unsigned)getuid(), (unsigned)getgid(),
		(unsigned)geteuid(), argc);
	for (int i = 1; i < argc; i++)
		printf(" [%s]", argv[i]);
	printf("\n");
	fflush(stdout);
	if (argc == 3 && strcmp(argv[1], "sleep") == 0)
		sleep((unsigned)atoi(argv[2]));
	if (argc == 3 && strcmp(argv[1], "exit") == 0)
		return atoi(argv[2]);
	return 0;
}
