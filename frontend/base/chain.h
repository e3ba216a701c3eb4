/* What a path passes on its way: every folder and every symbolic link from the root to its end. Who may
 * change one of them decides what the path leads to. */
#ifndef BASE_CHAIN_H
#define BASE_CHAIN_H

#include <stdbool.h>
#include <sys/types.h>

struct stat;
struct strv;

/* The first of them that somebody else than root and this user may exchange, or put something else in the
 * place of: it belongs to somebody else, or others may write it and it is not sticky. NULL: there is none,
 * and PATH, which is absolute, leads somewhere. The caller frees it. */
char *chain_weak_spot(const char *path);

/* Which of FOLDERS is PATH itself or one of the folders that it passes; -1: none. Compared by device and
 * inode, so that neither a link, a bind mount nor a file system that folds case hides one. What of PATH
 * does not exist passes nothing. */
ssize_t chain_passes(const char *path, const struct strv *folders);

/* Whether other users than root and this one can come into the folder PATH: none of the folders on its way keeps
 * them out. Those that are or lie below one of LOOSE keep nobody out, because whoever may write there may open
 * them. A group counts as in chain_open; access control lists are not looked at. */
bool chain_enterable(const char *path, const struct strv *loose);

/* Whether others than its owner may write what ST describes. A group that has nobody else in it, or that is
 * root's, does not count. */
bool chain_open(const struct stat *st);

#endif
