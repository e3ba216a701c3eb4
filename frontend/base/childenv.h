/* The environment that every child gets: a short list of names, never what happens to be set. */
#ifndef BASE_CHILDENV_H
#define BASE_CHILDENV_H

struct strv;

/* Fills ENV with HOME, PATH, LANG, TERM, XDG_*, TMPDIR and, when absolute paths, SMOLVM_LIB_DIR,
 * SMOLVM_AGENT_ROOTFS, SMOLVM_AGENT_ROOTFS_TAR and SMOLVM_DATA_DIR. Names of other SMOLVM_ variables
 * (over a hundred change how an engine boots) and of those that are not absolute go to DROPPED, which
 * may be NULL. */
void childenv_fill(struct strv *env, struct strv *dropped);

/* Adds NAME=value of our own environment if it is set; returns whether it is. */
int childenv_pass(struct strv *env, const char *name);

#endif
