/* bottle: microVMs for AI agents that reach their own sidecar bundle and nothing else. */
#include <fcntl.h>
#include <unistd.h>

#include "command.h"
#include "exit_code.h"

/* A closed standard descriptor would become the next file that is opened, a lock or the engine's socket, and what is
 * printed would be written there. Read only, so that output which goes nowhere is still an error. */
static int fill_standard(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	return fd < 0 ? -1 : close(fd);
}

int main(int argc, char **argv)
{
	return fill_standard() == 0 ? command_main(argc, argv) : EXIT_OS;
}
