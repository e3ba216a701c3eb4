/* Where this program is installed. */
#include "self.h"

#include <string.h>

#include "mem.h"

int self_libexec(char **ret, struct error *err)
{
	cleanup_free char *path = NULL;

	if (self_program(&path, err) != 0)
		return -1;
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(path, '/');

		if (slash != NULL)
			*slash = '\0';
	}
	*ret = xasprintf("%s/libexec/bottle", path);
	return 0;
}
