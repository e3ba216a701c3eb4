/* Finding programs. */
#include "program.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "strv.h"

bool program_trusted(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0 &&
	       fs_trusted(&st);
}

int program_check_place(const char *path, const struct strv *mounted, struct error *err)
{
	cleanup_free char *spot = chain_weak_spot(path);
	ssize_t at;

	if (spot != NULL) {
		err_set(err, EXIT_REFUSED, "%s: other users can exchange this program", path);
		err_note(err, "why", "%s belongs to somebody else, or others may write it", spot);
		return err_note(err, "next",
			"chmod go-w %s, or install the program where only root or you can write",
			spot);
	}
	at = chain_passes(path, mounted);
	if (at < 0)
		return 0;
	err_set(err, EXIT_REFUSED, "%s: an agent may have written this program", path);
	err_note(err, "why", "%s was mounted writable into a bottle", mounted->item[at]);
	return err_note(err, "next",
		"take its folder out of PATH (or out of the settings), and look at that file: "
		"who put it there?");
}

/* Whether a folder of PATH is one in which others can put nothing; a sticky one is not. */
static bool is_closed_folder(const char *part)
{
	struct stat st;

	return part[0] == '/' && stat(part, &st) == 0 && S_ISDIR(st.st_mode) &&
	       (st.st_uid == 0 || st.st_uid == geteuid()) && !chain_open(&st);
}

/* Cuts the next part off *REST; NULL at the end. Caller frees. */
static char *next_part(const char **rest)
{
	const char *part = *rest;
	size_t len = part != NULL ? strcspn(part, ":") : 0;

	if (part == NULL)
		return NULL;
	*rest = part[len] == ':' ? part + len + 1 : NULL;
	return xstrndup(part, len);
}

int program_find(const char *name, const struct strv *mounted, char **ret, struct error *err)
{
	const char *rest = getenv("PATH");
	char *part;

	*ret = NULL;
	while (*ret == NULL && (part = next_part(&rest)) != NULL) {
		cleanup_free char *folder = part, *path = xasprintf("%s/%s", part, name);

		if (!is_closed_folder(folder) || !program_trusted(path))
			continue;
		if (program_check_place(path, mounted, err) != 0)
			return -1;
		*ret = steal_str(&path);
	}
	return 0;
}

char *program_path(const struct strv *mounted)
{
	cleanup_strv struct strv parts = STRV_INIT;
	const char *rest = getenv("PATH");
	char *part;

	while ((part = next_part(&rest)) != NULL) {
		cleanup_free char *folder = part, *spot = chain_weak_spot(folder);

		if (spot == NULL && is_closed_folder(folder) && chain_passes(folder, mounted) < 0)
			strv_push(&parts, folder);
	}
	return strv_join(&parts, ":");
}
