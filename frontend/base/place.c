/* A folder, by its components. */
#include "place.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "mem.h"

static int enter(int at, const char *name)
{
	cleanup_fd int fd = place_open(at, name);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return -1;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
	return steal_fd(&fd);
}

int place_folder(const char *path)
{
	cleanup_free char *copy = xstrdup(path);
	cleanup_fd int at = -1;
	char *rest = NULL;

	if (path[0] != '/') {
		errno = EINVAL;
		return -1;
	}
	at = enter(-1, "/");
	for (char *name = strtok_r(copy, "/", &rest); at >= 0 && name != NULL;
		name = strtok_r(NULL, "/", &rest)) {
		int next = enter(at, name);

		mem_cleanup_fd(&at);
		at = next;
	}
	return steal_fd(&at);
}
