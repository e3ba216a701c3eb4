/* bottle: microVMs for AI agents that reach their own sidecar bundle and nothing else. */
#include "command.h"

int main(int argc, char **argv)
{
	return command_main(argc, argv);
}
