/* What the parts of a bottle have said: its bundle, its VM's console, its launch. */
#ifndef DOMAIN_LOGS_H
#define DOMAIN_LOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct context;
struct error;

enum logs_source { LOGS_BUNDLE, LOGS_MACHINE, LOGS_LAUNCH, LOGS_SOURCE_COUNT };

struct logs_wish {
	bool of[LOGS_SOURCE_COUNT];
	bool follow;
	int64_t tail;  /* that many last lines of each; -1 = all */
	int64_t since; /* milliseconds since 1970; the machine's console has no times */
};

/* Told of what is there as it comes: foreign bytes, in pieces, but for LOGS_LAUNCH, which comes in lines. STREAM is 1
 * or 2 for stdout and stderr of the bundle, else 1. A return of -1 ends it all. */
struct logs_sink {
	int (*take)(void *arg, enum logs_source source, int stream, const char *bytes, size_t len);
	void *arg;
	int out; /* descriptor that take writes to: when nobody reads it any more, following ends */
};

/* "bundle", "machine", "launch". */
const char *logs_source_name(enum logs_source source);

/* Hands on the logs of NAME, one source after the other; following, as they come, until each source has ended or the
 * user cancels, which is success. EXIT_REFUSED: somebody else's bottle. EXIT_USAGE_ERROR: none of this name; its last
 * launch may still be told of. A source that cannot be read does not keep the others, and is the error in the end. */
int logs_run(struct context *ctx, const char *name, const struct logs_wish *wish,
	const struct logs_sink *sink, struct error *err);

#endif
