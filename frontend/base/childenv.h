/* The environment that every child gets: a short list of names, never what happens to be set. */
#ifndef BASE_CHILDENV_H
#define BASE_CHILDENV_H

#include <stdbool.h>

struct strv;

/* Fills ENV with HOME, PATH, LANG, TERM, XDG_*, TMPDIR and, as childenv_place gives them,
 * SMOLVM_LIB_DIR, SMOLVM_AGENT_ROOTFS, SMOLVM_AGENT_ROOTFS_TAR and SMOLVM_DATA_DIR. Names of other
 * SMOLVM_ variables (over a hundred change how an engine boots) and of those that it does not give go
 * to DROPPED, which may be NULL. */
void childenv_fill(struct strv *env, struct strv *dropped);

/* Our variable NAME if it is an absolute path to something that exists, belongs to root or this user
 * and cannot be written by others; else NULL. */
const char *childenv_place(const char *name);

/* Whether a variable of that name changes what a program is, not what it works on: SMOLVM_*, LD_* and
 * DYLD_*. Nobody may hand one on by name. */
bool childenv_is_loader(const char *name);

/* Adds NAME=value of our own environment if it is set; returns whether it is. */
int childenv_pass(struct strv *env, const char *name);

#endif
