/* macOS: not looked at. Built, not run: see README.md. */
#include "err.h"
#include "process_sockets.h"

int process_sockets_read(
	const pid_t pid[], size_t count, struct process_sockets *ret, struct error *err)
{
	(void)pid;
	(void)count;
	(void)ret;
	return err_set(err, EXIT_UNAVAILABLE, "sockets of a process are not looked at on macOS");
}
