/* Packing for a smolvm that takes no archive: its packing VM pulls images from a registry, so one is run for as
 * long as it takes, in a container of its own on 127.0.0.1 and a port that the engine chooses.
 *
 * Any user of this host can connect to it. What they can do there: see the image, push another one over the name
 * of ours, fill its disk. So the pull goes by the digest that the engine said it pushed, and the pack is taken only
 * if the registry's manifest of that digest has it still and is of the image that was to be packed.
 *
 * registry_remains.h removes what this makes, also when this process was killed. */
#ifndef DOMAIN_PACK_REGISTRY_H
#define DOMAIN_PACK_REGISTRY_H

struct context;
struct engine;
struct error;

/* Whether there is an image to run: EXIT_CONFIG when `registry_image` is not set, EXIT_DATA when the engine does
 * not have it; nothing is pulled. */
int pack_registry_check(const struct context *ctx, struct error *err);

/* Packs IMAGE_ID into MADE by ENGINE. FOLDER, the temporary one of this process, has a note of
 * registry_remains.h meanwhile. Container, network and name of the image are removed on every way out.
 * EXIT_REFUSED when what the registry has is not what was pushed. */
int pack_registry_run(struct context *ctx, struct engine *engine, const char *image_id,
	const char *folder, const char *made, struct error *err);

#endif
