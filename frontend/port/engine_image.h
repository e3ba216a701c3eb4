/* Images of the engine. What needs a session (build) or a large file (save) is left to the
 * docker command. */
#ifndef PORT_ENGINE_IMAGE_H
#define PORT_ENGINE_IMAGE_H

#include <jansson.h>
#include <stdint.h>

#include "strv.h"

struct engine;
struct error;

struct engine_image {
	char *id;     /* "sha256:..." */
	char *user;   /* "" = root */
	char *folder; /* WorkingDir */
	char *os, *arch;
	uint64_t size; /* bytes, unpacked */
	struct strv env, entrypoint, cmd;
	const json_t *json; /* the whole document, owned by this */
};

#define ENGINE_IMAGE_INIT                                                              \
	{                                                                              \
		NULL, NULL, NULL, NULL, NULL, 0, STRV_INIT, STRV_INIT, STRV_INIT, NULL \
	}
#define cleanup_engine_image __attribute__((cleanup(engine_image_clear)))

void engine_image_clear(struct engine_image *image);

/* The value of a label, NULL without it. Owned by IMAGE. */
const char *engine_image_label(const struct engine_image *image, const char *key);

/* Its names, "web:latest". */
void engine_image_tags(const struct engine_image *image, struct strv *ret);

/* IMAGE is a name or an id. ENGINE_FAULT_MISSING (EXIT_DATA) when the engine has no such image:
 * it is never pulled. */
int engine_image_inspect(
	struct engine *engine, const char *image, struct engine_image *ret, struct error *err);

/* Both take the docker command from no folder below MOUNTED, which agents could write.
 *
 * Writes IMAGE as a `docker save` archive to PATH, which must not exist; mode 0600; nothing is
 * left there on failure. */
int engine_image_save(struct engine *engine, const struct strv *mounted, const char *image,
	const char *path, struct error *err);

/* What is built: FILE with the folder CONTEXT, which errors call by the user's own name for it. */
struct engine_build {
	const char *file, *context, *tag;
	const char *named;
};

/* What is told of the output of a build, foreign bytes as they come. */
struct engine_build_watch {
	void (*output)(void *arg, const char *bytes, size_t len);
	void *arg;
};

/* Builds. WATCH may be NULL. The error carries the end of the build's output. */
int engine_image_build(struct engine *engine, const struct strv *mounted,
	const struct engine_build *build, const struct engine_build_watch *watch,
	struct error *err);

#endif
