/* Files and folders of our own: private, whole or not at all. */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <stdbool.h>
#include <sys/types.h>

#include "buf.h"

struct error;
struct stat;

/* Makes PATH and its missing parents with mode 0700. The last folder must then be a real folder of this
 * user; a wider mode is repaired to 0700. */
int fs_private_dir(const char *path, struct error *err);

/* Opens a regular file for reading, following no symbolic link at its last component, and fills *ST.
 * Returns a descriptor, or -1 with EXIT_DATA. */
int fs_open(const char *path, struct stat *st, struct error *err);

/* Reads a whole file that fs_open would open, of at most buf->max bytes. */
int fs_read(const char *path, struct buf *buf, struct error *err);

/* Writes PATH by a temporary file and rename(2), mode 0600, synced. */
int fs_write(const char *path, const char *bytes, size_t len, struct error *err);

/* Writes all LEN bytes to FD; -1 with errno. */
int fs_put(int fd, const char *bytes, size_t len);

/* Appends LEN bytes to PATH (mode 0600) in one write(2). */
int fs_append(const char *path, const char *bytes, size_t len, struct error *err);

/* Puts what was written to PATH on the disk. */
int fs_sync(const char *path, struct error *err);

/* Whether what ST describes belongs to root or this user and nobody else can write it. */
bool fs_trusted(const struct stat *st);

/* Whether nobody but root can have put the open file that ST describes at PATH, a path without links: file
 * and every folder above it belong to root and nobody else can write them. */
bool fs_rooted(const char *path, const struct stat *st);

/* PATH with the links of what exists of it resolved. Caller frees; a copy when nothing can be. */
char *fs_resolve(const char *path);

bool fs_exists(const char *path);

/* Removes a folder of plain files and the folder itself; true when it is gone. */
bool fs_remove_flat(const char *path);

/* Removes a folder of ours with all that is in it, following no link; true when it is gone. */
bool fs_remove_tree(const char *path);

/* An advisory lock on PATH (created 0600), exclusive or shared, waited for up to DEADLINE_MS. Returns a
 * descriptor that holds it until closed, or -1 (EXIT_AGAIN: others hold it). The exclusive holder may remove
 * PATH; whoever waited then locks the next file of that name. */
int fs_lock(const char *path, int deadline_ms, struct error *err);
int fs_lock_shared(const char *path, int deadline_ms, struct error *err);

#endif
