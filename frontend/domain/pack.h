/* One pack: an image of the engine as the .smolmachine that a machine is made from, in the cache.
 *
 * A pack of an image is CACHE/KEY.smolmachine, and beside it KEY.smolmachine.json, which says what it is:
 * "image" (the id), "smolvm" (the version that made it), "arch", "sha256", "size". KEY is the first 16
 * hexadecimal digits of the image id; KEY-VERSION when another smolvm version's pack has that name. The time of
 * last use is the pack's mtime: whatever a machine is about to be made from gets the time of that moment.
 *
 * KEY.smolmachine.lock is held alone by whoever makes or removes the pack, and shared from the moment that a
 * launch has found the pack to the end of that launch. */
#ifndef DOMAIN_PACK_H
#define DOMAIN_PACK_H

#include <stdbool.h>

struct context;
struct error;

#define PACK_SUFFIX ".smolmachine"
#define PACK_COPY_PREFIX "sha256-" /* our copy of a user's pack, by its hash; without a .json */

enum { PACK_KEY_LEN = 16 };

/* The folder. Caller frees. */
char *pack_folder(const struct context *ctx);

/* Where the pack of IMAGE_ID is or will be, and whether it is there. Needs the smolvm version. Caller frees. */
char *pack_find(const struct context *ctx, const char *image_id, bool *ret_cached);

/* Whether images can be packed here: with a smolvm that packs no archives a registry's image must be set
 * (EXIT_CONFIG) and known to the engine (EXIT_DATA). */
int pack_check(const struct context *ctx, struct error *err);

/* Makes the pack PATH of IMAGE_ID unless it is there: `docker save` into `smolvm pack create`, or by a registry
 * (pack_registry.h), in a folder of its own and then a rename, so that a half-made one is never at PATH. Who comes
 * while another makes it waits for that one. *RET_MADE (may be NULL): it was not there. Uses a connection of its
 * own to the engine, so that it may run beside other steps. */
int pack_make(struct context *ctx, const char *image_id, const char *path, bool *ret_made,
	struct error *err);

/* For a context with a plan: notes what pack_make would have run; of a packing by a registry it only warns that it
 * is not listed. */
int pack_plan(struct context *ctx, const char *image_id, const char *path, struct error *err);

/* Notes that PATH is used now and holds it, until the descriptor *RET is closed, against removal. EXIT_AGAIN when
 * it is not there (any more). */
int pack_hold(const char *path, int *ret, struct error *err);

/* A folder in the cache for a file NAME in the making, which pack_sweep finds when this process is gone. NULL
 * with *err set. */
char *pack_temporary(const char *folder, const char *name, struct error *err);

/* Removes what processes that are gone were making: half-made packs, and what their registries left, which is
 * warned of when it cannot be. Returns how many; with DRY only counts. */
unsigned pack_sweep(const struct context *ctx, bool dry);

#endif
