/* macOS lists sockets by sysctl net.inet.{tcp,udp}.pcblist_n, whose records the public headers do
 * not describe. Nobody could try a reader of them, and one that leaves listeners out would be worse
 * than none; so this says that it does not know. */
#include "listeners.h"

#include "err.h"

int listeners_read(struct listeners *ret, struct error *err)
{
	(void)ret;
	err_set(err, EXIT_UNAVAILABLE, "listeners of this host cannot be listed on macOS yet");
	return err_note(err, "next", "sudo lsof -nP -iTCP -sTCP:LISTEN -iUDP shows them");
}
