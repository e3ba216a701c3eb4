/* Every folder that was ever mounted writable into a bottle of this user: an agent may have left anything
 * there, so no program is taken from it. The list outlives the bottles, in STATE/.mounted, a path a line. */
#ifndef DOMAIN_MOUNTED_H
#define DOMAIN_MOUNTED_H

struct context;
struct error;
struct spec_mounts;
struct strv;

/* Reads the list into ctx->mounted; none is an empty one. */
int mounted_read(struct context *ctx, struct error *err);

/* Adds the writable ones of MOUNTS to ctx->mounted, and takes them out of what smolvm, if it was found, gets as
 * PATH. One that lies in a listed folder is listed. */
void mounted_add(struct context *ctx, const struct spec_mounts *mounts);

/* Writes down what was added, before an agent can write there. The user shortens a list that is full
 * (EXIT_CONFIG): nothing is forgotten by itself. */
int mounted_save(struct context *ctx, struct error *err);

/* Refuses a variable that tells smolvm to take parts of itself from one of the folders. */
int mounted_refuse_places(const struct strv *mounted, struct error *err);

#endif
