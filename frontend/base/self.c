/* What follows from our own place. */
#include "self.h"

#include <string.h>

#include "err.h"
#include "mem.h"

/* PREFIX of PREFIX/bin/bottle. Caller frees. */
static int prefix(char **ret, struct error *err)
{
	if (self_program(ret, err) != 0)
		return -1;
	for (int up = 0; up < 2; up++) {
		char *slash = strrchr(*ret, '/');

		if (slash != NULL)
			*slash = '\0';
	}
	return 0;
}

int self_libexec(char **ret, struct error *err)
{
	cleanup_free char *at = NULL;

	if (prefix(&at, err) != 0)
		return -1;
	*ret = xasprintf("%s/libexec/bottle", at);
	return 0;
}

char *self_share(const char *name)
{
	cleanup_free char *at = NULL;
	cleanup_error struct error unknown = ERROR_INIT;

	return prefix(&at, &unknown) == 0 ? xasprintf("%s/share/bottle/%s", at, name)
					  : xstrdup(name);
}

char *self_install_again(const char *path, const char *package)
{
	if (strncmp(path, "/usr/", 5) == 0 && strncmp(path, "/usr/local/", 11) != 0)
		return xasprintf("install the package %s anew", package);
	return xstrdup("sudo install/install.sh");
}
