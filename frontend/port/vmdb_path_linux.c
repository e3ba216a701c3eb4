/* XDG base folders, by the rules of the library that smolvm asks (dirs 5: only absolute values
 * count). */
#include "vmdb_path.h"

#include <stdlib.h>

#include "childenv.h"
#include "mem.h"

static char *base_dir(const char *name, const char *home, const char *below)
{
	const char *set = getenv(name);

	return set != NULL && *set == '/' ? xstrdup(set) : xasprintf("%s/%s", home, below);
}

int vmdb_platform_dirs(char **data, char **cache, struct error *err)
{
	const char *moved = childenv_place("SMOLVM_DATA_DIR");
	cleanup_free char *home = NULL;

	/* smolvm makes it its HOME and forgets the XDG names. */
	if (moved != NULL) {
		*data = xasprintf("%s/.local/share", moved);
		*cache = xasprintf("%s/.cache", moved);
		return 0;
	}
	home = vmdb_home(err);
	if (home == NULL)
		return -1;
	*data = base_dir("XDG_DATA_HOME", home, ".local/share");
	*cache = base_dir("XDG_CACHE_HOME", home, ".cache");
	return 0;
}
