/* Watches a free port for a second, with an argument one where it listens: for canary_native.t. */
#include "canary.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"

static const char address[] = "127.0.0.1";

int main(int argc, char **argv)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct canary *canary = canary_new();
	const struct canary_watch *watch = NULL;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_fd int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (canary_add_watch(canary, address, &watch, &err) != 0)
		return err_print(&err, stderr), 1;
	inet_pton(AF_INET, address, &sin.sin_addr);
	sin.sin_port = htons(watch->port);
	if (argc > 1 &&
		(bind(fd, (const struct sockaddr *)&sin, sizeof(sin)) != 0 || listen(fd, 8) != 0))
		return perror(argv[1]), 1;
	if (canary_start(canary, &err) != 0)
		return err_print(&err, stderr), 1;
	sleep(1);
	canary_stop(canary);
	puts(watch->reached ? "reached" : "not reached");
	canary_free(canary);
	return 0;
}
