/* ~/Library; XDG names and SMOLVM_DATA_DIR mean nothing to smolvm on macOS. */
#include "vmdb_path.h"

#include "mem.h"

int vmdb_platform_dirs(char **data, char **cache, struct error *err)
{
	cleanup_free char *home = vmdb_home(err);

	if (home == NULL)
		return -1;
	*data = xasprintf("%s/Library/Application Support", home);
	*cache = xasprintf("%s/Library/Caches", home);
	return 0;
}
