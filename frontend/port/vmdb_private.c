/* Keeps other users out of smolvm's folders. smolvm makes them 0755 with a control socket of mode
 * 0777 in each machine's: who can reach that socket is root in the machine. */
#include "vmdb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fs.h"
#include "mem.h"

/* Cuts the last component off PATH; false when only the root is left. */
static bool to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || path[1] == '\0')
		return false;
	slash[slash == path] = '\0';
	return true;
}

static int check_parents(const char *folder, struct error *err)
{
	cleanup_free char *spot = chain_weak_spot(folder);

	if (spot == NULL)
		return 0;
	err_set(err, EXIT_REFUSED,
		"%s: other users can replace it, because they own or may write %s", folder, spot);
	return err_note(err, "next", "chmod go-w %s, or give it back to its owner", spot);
}

static int close_folder(const char *folder, struct error *err)
{
	struct stat st;

	if (lstat(folder, &st) == 0 && S_ISLNK(st.st_mode)) {
		err_set(err, EXIT_REFUSED,
			"%s is a symbolic link; smolvm's state must not lie behind one", folder);
		return err_note(err, "next", "move what it points to here, or set SMOLVM_DATA_DIR");
	}
	if (fs_private_dir(folder, err) != 0)
		return -1;
	return check_parents(folder, err);
}

int vmdb_close_folders(const struct vmdb *vmdb, struct error *err)
{
	cleanup_free char *server = xstrdup(vmdb->path);
	cleanup_free char *smolvm = NULL;
	cleanup_free char *vms = xasprintf("%s/vms", vmdb->cache);

	to_parent(server);
	smolvm = xstrdup(server);
	to_parent(smolvm);
	if (close_folder(smolvm, err) != 0 || close_folder(server, err) != 0 ||
		close_folder(vmdb->cache, err) != 0 || close_folder(vms, err) != 0)
		return err_wrap(err, "close smolvm's state to other users");
	return 0;
}

int vmdb_check_machine_private(const struct vmdb *vmdb, const char *machine, struct error *err)
{
	cleanup_free char *dir = vmdb_machine_dir(vmdb, machine);
	cleanup_free char *path = realpath(dir, NULL);
	struct stat st;

	if (path == NULL)
		return err_errno(
			err, EXIT_REFUSED, "machine %s: look at its folder %s", machine, dir);
	do {
		if (lstat(path, &st) != 0)
			return err_errno(err, EXIT_REFUSED, "machine %s: look at the folder %s",
				machine, path);
		if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0)
			return 0;
	} while (to_parent(path));
	err_set(err, EXIT_REFUSED,
		"machine %s: other users can reach its control socket, no folder above %s is "
		"closed to them",
		machine, dir);
	return err_note(err, "next", "chmod 700 %s", vmdb->cache);
}
