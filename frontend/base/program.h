/* Programs of others that we run. One that someone else may replace is no better than none, and one that lies
 * where an agent could write may be the agent's. */
#ifndef BASE_PROGRAM_H
#define BASE_PROGRAM_H

#include <stdbool.h>

struct error;
struct strv;

/* Whether PATH is a regular executable file that belongs to root or this user, and that nobody else can
 * write. */
bool program_trusted(const char *path);

/* Refuses (EXIT_REFUSED, naming the folder) the program PATH when a folder or link on the way to it can be
 * exchanged by others, or when it lies in one of the folders MOUNTED, which agents could write. */
int program_check_place(const char *path, const struct strv *mounted, struct error *err);

/* The first trusted NAME in PATH, in *ret; NULL there: none. Parts of PATH that are relative or empty, that
 * belong to others or that others may write are skipped; a program in another part whose place is not good is
 * refused, not skipped: something is wrong there. Caller frees. */
int program_find(const char *name, const struct strv *mounted, char **ret, struct error *err);

/* PATH for children: the parts in which a program may be found. Caller frees; "" when none is left. */
char *program_path(const struct strv *mounted);

#endif
