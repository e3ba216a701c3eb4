/* A named environment for children. */
#include "childenv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "chain.h"
#include "fs.h"
#include "mem.h"
#include "program.h"
#include "strv.h"

extern char **environ;

static const char *const passed[] = {"HOME", "LANG", "TERM", "TMPDIR", NULL};
const char *const childenv_places[] = {"SMOLVM_LIB_DIR", "SMOLVM_AGENT_ROOTFS",
	"SMOLVM_AGENT_ROOTFS_TAR", "SMOLVM_DATA_DIR", NULL};

static bool is_safe(const char *path)
{
	cleanup_free char *spot = NULL;
	struct stat st;

	if (path[0] != '/' || stat(path, &st) != 0 || !fs_trusted(&st))
		return false;
	spot = chain_weak_spot(path);
	return spot == NULL;
}

static bool listed(const char *const *names, const char *entry, size_t name_len)
{
	for (; *names != NULL; names++)
		if (strlen(*names) == name_len && memcmp(*names, entry, name_len) == 0)
			return true;
	return false;
}

/* An empty PATH would be the current folder to some: none is left out. */
static void push_path(struct strv *env, const struct strv *mounted)
{
	cleanup_free char *path = program_path(mounted);

	if (*path != '\0')
		strv_pushf(env, "PATH=%s", path);
}

void childenv_fill(struct strv *env, const struct strv *mounted, struct strv *dropped)
{
	for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
		const char *equals = strchr(*entry, '=');
		size_t name_len = equals ? (size_t)(equals - *entry) : 0;

		if (name_len == 0)
			continue;
		if (name_len == 4 && strncmp(*entry, "PATH", name_len) == 0)
			push_path(env, mounted);
		else if (listed(passed, *entry, name_len) || strncmp(*entry, "XDG_", 4) == 0 ||
			 (listed(childenv_places, *entry, name_len) && is_safe(equals + 1)))
			strv_push(env, *entry);
		else if (strncmp(*entry, "SMOLVM_", 7) == 0 && dropped != NULL)
			strv_take(dropped, xstrndup(*entry, name_len));
	}
}

const char *childenv_place(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && is_safe(value) ? value : NULL;
}

bool childenv_is_loader(const char *name)
{
	return strncmp(name, "SMOLVM_", 7) == 0 || strncmp(name, "LD_", 3) == 0 ||
	       strncmp(name, "DYLD_", 5) == 0;
}

int childenv_pass(struct strv *env, const char *name)
{
	const char *value = getenv(name);

	if (value != NULL)
		strv_pushf(env, "%s=%s", name, value);
	return value != NULL;
}
