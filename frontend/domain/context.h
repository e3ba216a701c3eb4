/* What every command works with: settings, folders, the engine and smolvm, opened when first needed. */
#ifndef DOMAIN_CONTEXT_H
#define DOMAIN_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "settings.h"
#include "strv.h"

struct engine;
struct error;
struct plan;
struct smolvm;
struct vmdb;

/* Told about steps as they pass; domain code itself prints nothing. All members may be NULL. */
struct progress {
	void *arg;
	void (*begin)(void *arg, const char *step, const char *what);
	/* What takes long in STEP, or beside the steps before it; from whichever thread does it. */
	void (*doing)(void *arg, const char *step, const char *what);
	void (*end)(void *arg, const char *step, int64_t us);
	void (*warn)(void *arg, const char *text);
	void (*output)(void *arg, const char *bytes, size_t len); /* of a build, foreign bytes */
};

/* Zero-initialise. */
struct context {
	struct settings settings;
	char *state_root;     /* ${XDG_STATE_HOME:-~/.local/state}/bottle */
	char *cache_root;     /* ${XDG_CACHE_HOME:-~/.cache}/bot-bottle */
	struct strv mounted;  /* folders that agents could ever write; see mounted.h */
	size_t mounted_saved; /* so many of them are written down */
	bool engine_unproven; /* --engine-unproven */
	bool supervising; /* this process is a supervisor: to ask for its own lock would drop it */
	struct progress progress;
	bool events_failed; /* that an event could not be written was said */

	struct plan *plan; /* gets what a launch would do; NULL = it is done (plan.h) */

	char *socket;      /* of the engine, once it was looked for */
	char *socket_from; /* what named it: "--engine", DOCKER_HOST, a bottle's launch ... */
	struct engine *engine;
	struct smolvm *vm; /* asked, perhaps not answered yet */
	bool vm_known;     /* version and capabilities are in */
	struct vmdb *vmdb;
	char *guest; /* folder with the guest program, once it was looked for */
};

#define CONTEXT_INIT \
	{            \
		0    \
	}
#define cleanup_context __attribute__((cleanup(context_clear)))

/* Makes a plan: from here on nothing is done. To be called before anything of the engine or smolvm is opened. */
void context_make_plan(struct context *ctx);

/* Reads the settings and finds the folders. ENGINE is --engine's value or NULL. Contacts nobody. */
int context_open(struct context *ctx, const char *engine, struct error *err);

/* Finds the engine's socket. Nothing is sent, not even a connection is made. */
int context_socket(struct context *ctx, struct error *err);

/* Finds the engine, for a list: not even an API version is asked for. */
int context_engine_unagreed(struct context *ctx, struct error *err);

/* Opens the engine: negotiates the API version. Repeated calls do nothing. */
int context_engine(struct context *ctx, struct error *err);

/* The same for the engine at SOCKET, that of an existing bottle, whatever was opened before. */
int context_engine_at(struct context *ctx, const char *socket, struct error *err);

/* Finds smolvm and asks it nothing. Starts asking it for its version; waits for the answer. Each does what the
 * one before it does, and repeated calls do nothing. */
int context_smolvm_find(struct context *ctx, struct error *err);
int context_smolvm_ask(struct context *ctx, struct error *err);
int context_smolvm(struct context *ctx, struct error *err);

/* Refuses a version that no bottle may be launched with; warns of one that is unproven. */
int context_judge_smolvm(const struct context *ctx, struct error *err);

/* Where smolvm's database is. */
int context_vmdb(struct context *ctx, struct error *err);

/* The folder with the guest program: guest_folder(), once. */
int context_guest(struct context *ctx, struct error *err);

/* Passes a line to progress.warn. */
void context_warn(const struct context *ctx, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Passes STEP, a static text, and a line to progress.doing. */
void context_doing(const struct context *ctx, const char *step, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

void context_clear(struct context *ctx);

#endif
