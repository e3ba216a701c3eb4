/* Lock files. */
#include "lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"

int lockfile_hold(const char *path, bool shared, struct error *err)
{
	cleanup_fd int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct flock lock = {.l_type = shared ? F_RDLCK : F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0)
		return err_errno(err, EXIT_CANTCREATE, "open the lock %s", path);
	if (fcntl(fd, F_SETLK, &lock) == 0)
		return steal_fd(&fd);
	return errno == EAGAIN || errno == EACCES
		       ? err_set(err, EXIT_AGAIN, "%s is held by another process", path)
		       : err_errno(err, EXIT_OS, "lock %s", path);
}

pid_t lockfile_holder(const char *path)
{
	cleanup_fd int fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fd < 0 || fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid;
}
