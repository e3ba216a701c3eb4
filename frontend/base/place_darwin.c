/* Places on macOS. */
#include "place.h"

#include <fcntl.h>
#include <sys/stat.h>

int place_open(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

int place_set_mode(int fd, mode_t mode)
{
	return fchmod(fd, mode);
}
