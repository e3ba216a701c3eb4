/* Descriptors that stand for a place in the file system and not for what is to be read there: what a name
 * leads to is opened once, and is then the same object whatever happens to the name. */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#include <sys/types.h>

/* Opens NAME in the folder AT (a descriptor, or AT_FDCWD), whatever it is, without following it when it is a
 * symbolic link, waiting for nobody and having no effect on a device. Returns a descriptor for fstat(2),
 * place_open and place_set_mode, or -1 with errno.
 *
 * Linux: O_PATH, see open(2); no right to the object itself is needed, and of a symbolic link it is the link
 * that is opened. macOS has no such flag: the object must be readable, and a symbolic link fails with ELOOP. */
int place_open(int at, const char *name);

/* Opens the folder PATH, absolute, one component after the other, none of which may be a symbolic link
 * (ENOTDIR or ELOOP). Returns a descriptor, or -1 with errno. */
int place_folder(const char *path);

/* Sets the mode of a file that place_open gave. -1 with errno. */
int place_set_mode(int fd, mode_t mode);

#endif
