/* A named environment for children. */
#include "childenv.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "strv.h"

extern char **environ;

static const char *const passed[] = {"HOME", "PATH", "LANG", "TERM", "TMPDIR", NULL};
static const char *const absolute[] = {"SMOLVM_LIB_DIR", "SMOLVM_AGENT_ROOTFS",
	"SMOLVM_AGENT_ROOTFS_TAR", "SMOLVM_DATA_DIR", NULL};

static bool listed(const char *const *names, const char *entry, size_t name_len)
{
	for (; *names != NULL; names++)
		if (strlen(*names) == name_len && memcmp(*names, entry, name_len) == 0)
			return true;
	return false;
}

void childenv_fill(struct strv *env, struct strv *dropped)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		const char *equals = strchr(*entry, '=');
		size_t name_len = equals ? (size_t)(equals - *entry) : 0;

		if (name_len == 0)
			continue;
		if (listed(passed, *entry, name_len) || strncmp(*entry, "XDG_", 4) == 0 ||
			(listed(absolute, *entry, name_len) && equals[1] == '/'))
			strv_push(env, *entry);
		else if (strncmp(*entry, "SMOLVM_", 7) == 0 && dropped != NULL)
			strv_take(dropped, xstrndup(*entry, name_len));
	}
}

int childenv_pass(struct strv *env, const char *name)
{
	const char *value = getenv(name);

	if (value != NULL)
		strv_pushf(env, "%s=%s", name, value);
	return value != NULL;
}
