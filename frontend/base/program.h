/* Programs of others that we run. One that someone else may replace is no better than none. */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include <stdbool.h>

/* Whether PATH is a regular executable file that belongs to root or this user, and that nobody else can
 * write. */
bool program_trusted(const char *path);

/* The first trusted NAME in an absolute folder of PATH, or NULL. Caller frees. */
char *program_find(const char *name);

#endif
