/* Names of images in the engine, and pushing one to a registry. */
#ifndef PORT_ENGINE_PUSH_H
#define PORT_ENGINE_PUSH_H

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

struct engine;
struct error;
struct strv;

/* "sha256:" and 64 digits, with the NUL. */
#define ENGINE_DIGEST_STRLEN 72

/* Whether TEXT is "sha256:" and 64 lower-case hexadecimal digits. */
bool engine_digest_valid(const char *text);

/* Gives IMAGE, an id, the name REPOSITORY:TAG. ENGINE_FAULT_MISSING when there is no such image. */
int engine_image_tag(struct engine *engine, const char *image, const char *repository,
	const char *tag, struct error *err);

/* Pushes REPOSITORY:TAG to the registry that its name begins with, without credentials. *RET is the digest of
 * the manifest that was pushed, as the engine says it. EXIT_UNAVAILABLE: the registry does not answer, refuses,
 * or ended in the middle. A cancel ends it. */
int engine_image_push(struct engine *engine, const char *repository, const char *tag,
	char ret[static ENGINE_DIGEST_STRLEN], struct error *err);

/* Takes every name that ends in SUFFIX from its image. One that is its image's last name stays, because the
 * engine would remove the image with it, and is added to KEPT. */
int engine_image_untag(
	struct engine *engine, const char *suffix, struct strv *kept, struct error *err);

/* What a push answers: HTTP status 200 whatever happens, then one JSON object a line (the engine's API, "Push an
 * image"): "errorDetail" for a failure, "aux" with the digest at the end of a success, and progress. A refusal
 * before it has begun is one object with "message". BUF_INIT(ENGINE_PUSH_LINE_MAX) begins LINE. */
struct engine_push_stream {
	struct buf line;
	char digest[ENGINE_DIGEST_STRLEN]; /* "" = none came */
	char *failure;                     /* the first one; NULL = none. Foreign bytes */
	bool strange;                      /* a line that is no JSON object, or too long a one */
};

enum { ENGINE_PUSH_LINE_MAX = 1 << 20 };

#define ENGINE_PUSH_STREAM_INIT                                      \
	{                                                            \
		.line = BUF_INIT(ENGINE_PUSH_LINE_MAX), .digest = "" \
	}

/* Takes the next piece, however it was cut; -1 = strange, no more is wanted. Then the last line, which may lack
 * its end. */
int engine_push_feed(void *stream, const char *bytes, size_t len);
int engine_push_end(struct engine_push_stream *stream);
void engine_push_clear(struct engine_push_stream *stream);

#endif
