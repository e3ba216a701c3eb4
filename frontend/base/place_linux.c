/* Places on Linux. */
#include "place.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

int place_open(int at, const char *name)
{
	return openat(at, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
}

/* fchmod(2) refuses a descriptor of O_PATH; the name that /proc has for it leads to the object itself, whatever
 * its own name leads to by now (proc(5), /proc/pid/fd). A symbolic link has no mode of its own: never asked. */
int place_set_mode(int fd, mode_t mode)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return chmod(path, mode);
}
