/* The environment that every child gets: a short list of names, never what happens to be set. */
#ifndef BASE_CHILDENV_H
#define BASE_CHILDENV_H

#include <stdbool.h>

struct strv;

/* Fills ENV with HOME, LANG, TERM, XDG_*, TMPDIR, PATH as program_path() leaves it (a child that looks for
 * a program of its own is as easily fooled as we are), and, as childenv_place gives them, SMOLVM_LIB_DIR,
 * SMOLVM_AGENT_ROOTFS, SMOLVM_AGENT_ROOTFS_TAR and SMOLVM_DATA_DIR. Names of other SMOLVM_ variables (over a
 * hundred change how an engine boots) and of those that it does not give go to DROPPED, which may be NULL. */
void childenv_fill(struct strv *env, const struct strv *mounted, struct strv *dropped);

/* Those four, ending with NULL. */
extern const char *const childenv_places[];

/* Our variable NAME if it is an absolute path to something that exists, belongs to root or this user
 * and can neither be written nor exchanged by others; else NULL. */
const char *childenv_place(const char *name);

/* Whether a variable of that name changes what a program is, not what it works on: SMOLVM_*, LD_* and
 * DYLD_*. Nobody may hand one on by name. */
bool childenv_is_loader(const char *name);

/* Adds NAME=value of our own environment if it is set; returns whether it is. */
int childenv_pass(struct strv *env, const char *name);

#endif
