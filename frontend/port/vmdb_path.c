/* Where smolvm keeps a user's machines. */
#include "vmdb.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "sha256.h"
#include "vmdb_path.h"

char *vmdb_home(struct error *err)
{
	const char *home = getenv("HOME");

	if (home == NULL || *home == '\0') {
		const struct passwd *user = getpwuid(geteuid());

		home = user != NULL ? user->pw_dir : NULL;
	}
	if (home == NULL || *home != '/') {
		err_set(err, EXIT_CONFIG, "find smolvm's state: no home folder (HOME is %s)",
			home == NULL ? "not set" : "not an absolute path");
		err_note(err, "next", "set HOME");
		return NULL;
	}
	return xstrdup(home);
}

int vmdb_locate(struct vmdb *ret, struct error *err)
{
	cleanup_free char *data = NULL;
	cleanup_free char *cache = NULL;

	if (vmdb_platform_dirs(&data, &cache, err) != 0)
		return -1;
	*ret = (struct vmdb){
		.path = xasprintf("%s/smolvm/server/smolvm.db", data),
		.cache = xasprintf("%s/smolvm", cache),
		.busy_ms = VMDB_BUSY_MS,
	};
	return 0;
}

void vmdb_clear(struct vmdb *vmdb)
{
	free(vmdb->path);
	free(vmdb->cache);
	*vmdb = (struct vmdb)VMDB_INIT;
}

char *vmdb_machine_dir(const struct vmdb *vmdb, const char *machine)
{
	char hex[SHA256_HEX_LEN];

	sha256_hex(machine, strlen(machine), hex);
	return xasprintf("%s/vms/%.16s", vmdb->cache, hex);
}

char *vmdb_console_log(const struct vmdb *vmdb, const char *machine)
{
	cleanup_free char *folder = vmdb_machine_dir(vmdb, machine);

	return xasprintf("%s/agent-console.log", folder);
}
