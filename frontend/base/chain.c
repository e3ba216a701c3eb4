/* Walks a path as the kernel does (path_resolution(7)), one component at a time. Not by realpath(3), whose
 * answer does not say which links led there: who can exchange one of those decides as well. */
#include "chain.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain_os.h"
#include "mem.h"
#include "strv.h"

enum { LINKS_MAX = 40 }; /* as Linux: a loop is none that ends */

/* Told of each object on the way; ends the walk by an answer other than 0. */
typedef int visitor(void *arg, const char *path, const struct stat *st);

static bool is_name(const char *text, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(text, name, len) == 0;
}

/* Where the link LINK in the folder *AT leads: its target replaces the link in *REST. */
static int follow(const char *link, char **at, char **rest, const char *behind)
{
	char target[PATH_MAX];
	ssize_t len = readlink(link, target, sizeof(target) - 1);
	char *longer;

	if (len <= 0)
		return -1;
	target[len] = '\0';
	longer = xasprintf("%s/%s", target, behind);
	free(*rest);
	*rest = longer;
	if (target[0] == '/')
		(*at)[0] = '\0';
	return 0;
}

/* 0: came to the end. -1 with errno. Else what VISIT answered. */
static int walk(const char *path, visitor *visit, void *arg)
{
	cleanup_free char *rest = xstrdup(path), *at = xstrdup("");
	size_t offset = 0;
	int links = 0, result;
	struct stat st;

	if (path[0] != '/') {
		errno = EINVAL;
		return -1;
	}
	if (lstat("/", &st) != 0)
		return -1;
	result = visit(arg, "/", &st);
	if (result != 0)
		return result;
	for (;;) {
		cleanup_free char *next = NULL;
		const char *name = rest + offset + strspn(rest + offset, "/");
		size_t len = strcspn(name, "/");

		if (len == 0)
			return 0;
		offset = (size_t)(name - rest) + len;
		if (is_name(name, len, "."))
			continue;
		if (is_name(name, len,
			    "..")) { /* AT has no links in it: its text tells the parent */
			if (at[0] != '\0')
				*strrchr(at, '/') = '\0';
			continue;
		}
		next = xasprintf("%s/%.*s", at, (int)len, name);
		if (lstat(next, &st) != 0)
			return -1;
		result = visit(arg, next, &st);
		if (result != 0)
			return result;
		if (!S_ISLNK(st.st_mode)) {
			free(at);
			at = steal_str(&next);
			continue;
		}
		if (++links > LINKS_MAX) {
			errno = ELOOP;
			return -1;
		}
		if (follow(next, &at, &rest, rest + offset) != 0)
			return -1;
		offset = 0;
	}
}

/* Whether GID has nobody in it but this user: named as the user, without members. */
static bool is_private_group(gid_t gid)
{
	const struct passwd *user = getpwuid(geteuid());
	cleanup_free char *name = user != NULL ? xstrdup(user->pw_name) : NULL;
	const struct group *group = getgrgid(gid);

	return gid == getegid() && name != NULL && group != NULL &&
	       strcmp(group->gr_name, name) == 0 && group->gr_mem[0] == NULL;
}

/* Whether a right is given to OTHERS, or by GROUP to more than this user and root. */
static bool is_given(const struct stat *st, mode_t others, mode_t group)
{
	return (st->st_mode & others) ||
	       ((st->st_mode & group) && !chain_is_root_group(st->st_gid) &&
		       !is_private_group(st->st_gid));
}

bool chain_open(const struct stat *st)
{
	return is_given(st, S_IWOTH, S_IWGRP);
}

/* In a sticky folder nobody exchanges what is not theirs, and what is theirs ends the walk one step later. */
static int seek_weak(void *arg, const char *path, const struct stat *st)
{
	char **ret = arg;

	if ((st->st_uid == 0 || st->st_uid == geteuid()) &&
		(!S_ISDIR(st->st_mode) || (st->st_mode & S_ISVTX) || !chain_open(st)))
		return 0;
	*ret = xstrdup(path);
	return 1;
}

char *chain_weak_spot(const char *path)
{
	char *spot = NULL;

	if (walk(path, seek_weak, &spot) < 0)
		return xstrdup(path); /* who knows where it leads */
	return spot;
}

struct search {
	struct stat *folder; /* st_ino 0: does not exist */
	size_t count, found;
};

static struct search search_for(const struct strv *folders)
{
	struct search search = {xcalloc(folders->count + 1, sizeof(*search.folder)), folders->count,
		folders->count};

	for (size_t i = 0; i < folders->count; i++)
		if (stat(folders->item[i], &search.folder[i]) != 0)
			search.folder[i] = (struct stat){.st_ino = 0};
	return search;
}

static int seek_folder(void *arg, const char *path, const struct stat *st)
{
	struct search *search = arg;

	(void)path;
	for (size_t i = 0; i < search->count; i++) {
		search->found = i;
		if (search->folder[i].st_ino == st->st_ino &&
			search->folder[i].st_dev == st->st_dev)
			return 1;
	}
	return 0;
}

ssize_t chain_passes(const char *path, const struct strv *folders)
{
	struct search search;
	bool found;

	if (folders->count == 0)
		return -1;
	search = search_for(folders);
	found = walk(path, seek_folder, &search) == 1;
	free(search.folder);
	return found ? (ssize_t)search.found : -1;
}

enum { LOOSE = 1, BARRED = 2 };

static int seek_bar(void *arg, const char *path, const struct stat *st)
{
	if (seek_folder(arg, path, st) != 0)
		return LOOSE;
	return S_ISDIR(st->st_mode) && (st->st_uid == 0 || st->st_uid == geteuid()) &&
			       !is_given(st, S_IXOTH, S_IXGRP)
		       ? BARRED
		       : 0;
}

bool chain_enterable(const char *path, const struct strv *loose)
{
	struct search search = search_for(loose);
	bool barred = walk(path, seek_bar, &search) == BARRED;

	free(search.folder);
	return !barred;
}
