/* What a packing by a registry puts into the engine (pack_registry.h): how it is marked, found again and removed,
 * by the process that made it or, when that was killed, by a later one. */
#ifndef DOMAIN_REGISTRY_REMAINS_H
#define DOMAIN_REGISTRY_REMAINS_H

#include <jansson.h>
#include <stdbool.h>

struct context;
struct engine;
struct error;
struct strv;

#define REGISTRY_TAG "pack"

enum {
	REGISTRY_ID_LEN = 16, /* hexadecimal digits after NAME_REGISTRY_PREFIX */
	REGISTRY_REPOSITORY_LEN = 32,
};

/* Labels for the container and the network NAME: this user, this process. Caller owns the reference. */
json_t *registry_remains_labels(const char *name, const char *repository);

/* Removes the names of images that end in /REPOSITORY:REGISTRY_TAG, the container NAME and the network NAME, the two
 * only if their launcher label fits. A name that is its image's last one stays, and is warned of: the engine would
 * remove the image with it. */
int registry_remains_remove(const struct context *ctx, struct engine *engine, const char *name,
	const char *repository, struct error *err);

/* Writes down in FOLDER, the temporary one of this process, what is about to be made and by which engine; removes
 * that; whether it is there. */
int registry_remains_note(const char *folder, const char *socket, const char *name,
	const char *repository, struct error *err);
void registry_remains_forget(const char *folder);
bool registry_remains_noted(const char *folder);

/* Removes what the note in FOLDER, of a process that is gone, is about, on the engine that it names. True when
 * nothing is left or there is no note; else a warning was given. */
bool registry_remains_clear(const struct context *ctx, const char *folder);

/* The same by labels alone, on the engine in use: those of this user whose process is gone. Adds their names to RET;
 * with DRY only that. */
int registry_remains_sweep(struct context *ctx, bool dry, struct strv *ret, struct error *err);

#endif
