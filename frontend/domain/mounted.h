/* Every folder that was ever mounted writable into a bottle of this user: an agent may have left anything
 * there, so no program is taken from it. The list outlives the bottles, in STATE/.mounted, a path a line. */
#ifndef DOMAIN_MOUNTED_H
#define DOMAIN_MOUNTED_H

struct context;
struct error;
struct spec_mounts;
struct strv;

/* Reads the list; none is an empty one. */
int mounted_read(const char *state_root, struct strv *ret, struct error *err);

/* Adds the writable ones of MOUNTS, before one of them is written to. One that lies in a listed folder is
 * listed. The user empties a list that is full: nothing is forgotten by itself. */
int mounted_add(struct context *ctx, const struct spec_mounts *mounts, struct error *err);

/* Refuses a variable that tells smolvm to take parts of itself from one of the folders. */
int mounted_refuse_places(const struct strv *mounted, struct error *err);

#endif
