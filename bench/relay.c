/* relay SOCKET ADDRESS PORT: the host's relay of a sealed bottle alone, as its supervisor runs it, until killed. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "err.h"
#include "relay.h"

int main(int argc, char **argv)
{
	cleanup_error struct error err = ERROR_INIT;
	struct relay *relay = NULL;

	if (argc != 4)
		return fprintf(stderr, "usage: relay SOCKET ADDRESS PORT\n"), 64;

	const struct relay_way way = {argv[1], argv[2], (uint16_t)strtoul(argv[3], NULL, 10)};

	if (relay_start(&way, 1, &relay, &err) != 0)
		return err_print(&err, stderr), 1;

	struct pollfd ended = {relay_fd(relay), POLLIN, 0};

	poll(&ended, 1, -1);
	return 1;
}
