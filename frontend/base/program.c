/* Finding programs. */
#include "program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "mem.h"

bool program_trusted(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0 &&
	       fs_trusted(&st);
}

char *program_find(const char *name)
{
	const char *part = getenv("PATH");

	while (part != NULL && *part != '\0') {
		size_t len = strcspn(part, ":");
		cleanup_free char *path = xasprintf("%.*s/%s", (int)len, part, name);

		if (part[0] == '/' && program_trusted(path))
			return steal_str(&path);
		part += len + (part[len] == ':');
	}
	return NULL;
}
