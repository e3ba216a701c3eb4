/* Whether this host is ready for bottles: a table of checks, each with one finding, and what follows for
 * each backend. */
#ifndef DOMAIN_DOCTOR_H
#define DOMAIN_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "strv.h"

struct context;
struct json_t;

enum doctor_state {
	DOCTOR_SKIP, /* it could not be run; the text says why. Never as good as ok */
	DOCTOR_OK,
	DOCTOR_WARN, /* a bottle comes up all the same */
	DOCTOR_FAIL,
};

/* What a check found. Zero-initialised before it runs; owned by struct doctor. */
struct doctor_finding {
	enum doctor_state state;
	char *text;          /* one line */
	struct strv details; /* a list that belongs to it */
	char *cause, *fix;   /* or NULL; fix is what to type or do */
};

enum { DOCTOR_MAX = 24 };

/* Which backends a check is for. One that fails keeps a bottle of these from starting. */
enum {
	DOCTOR_FOR_SMOLVM = 1u << 0,
	DOCTOR_FOR_DOCKER = 1u << 1,
	DOCTOR_FOR_ALL = DOCTOR_FOR_SMOLVM | DOCTOR_FOR_DOCKER,
};

/* Zero-initialise. */
struct doctor {
	struct context *ctx;
	const char *image; /* for the proofs; NULL = DOCTOR_IMAGE */
	const char *file;  /* --file; NULL = the bottle.yaml of this folder, if there is one */
	unsigned asked;    /* DOCTOR_FOR_ of the backend that is asked for; 0 = none, any will do */
	bool asked_by_option;
	struct error
		unopened; /* why the context could not be opened; everything else is skipped then */
	struct doctor_finding finding[DOCTOR_MAX]; /* by place in doctor_checks */
	bool engine_up;
	bool filtered; /* doctor_filter found services on every address closed */
};

#define DOCTOR_IMAGE "bot-bottle-sidecars:latest" /* as bottle.yaml has it by default */

/* Where a check runs. The engine's share one connection, so one thread. */
enum doctor_lane {
	DOCTOR_LANE_ALWAYS, /* needs no settings */
	DOCTOR_LANE_HOST,
	DOCTOR_LANE_ENGINE,
	DOCTOR_LANE_LAST, /* after the others: it needs what both of them opened */
};

struct doctor_check {
	const char *name;
	enum doctor_lane lane;
	unsigned backends; /* DOCTOR_FOR_ */
	void (*run)(struct doctor *doctor, struct doctor_finding *ret);
	int (*repair)(struct doctor *doctor, struct error *err); /* NULL = not by us */
	const char *offer; /* the question before a repair, without its "?" */
};

/* The table; ends with a NULL name. */
extern const struct doctor_check doctor_checks[];

/* Runs all of them, lanes side by side. Interrupted, the rest are skipped. */
void doctor_run(struct doctor *doctor, struct error *err);

/* Whether the finding at INDEX is one that its check can repair; doing so, and running it once more. */
bool doctor_repairable(const struct doctor *doctor, size_t index);
int doctor_repair(struct doctor *doctor, size_t index, struct error *err);

/* Asks for BACKEND, as --backend does: "smolvm" or "docker". EXIT_USAGE_ERROR. */
int doctor_ask(struct doctor *doctor, const char *backend, struct error *err);

struct doctor_backend {
	const char *name;
	unsigned bit; /* DOCTOR_FOR_ */
};

/* The backends; ends with a NULL name. */
extern const struct doctor_backend doctor_backends[];

/* Whether no check of BACKEND fails; whether that is so of the one that is asked for, or of any when none is. */
bool doctor_backend_ready(const struct doctor *doctor, const struct doctor_backend *backend);
bool doctor_ready(const struct doctor *doctor);

/* "ready", "NOT ready", or, when no backend is asked for and a launch that names none would not do, which one to name:
 * "ready with --backend docker". Caller frees. */
char *doctor_conclusion(const struct doctor *doctor);

/* Names of BACKEND's checks whose findings have STATE. Caller clears. */
void doctor_backend_list(const struct doctor *doctor, const struct doctor_backend *backend,
	enum doctor_state state, struct strv *ret);

/* "backend smolvm: not ready (kvm)". Caller frees. */
char *doctor_backend_line(const struct doctor *doctor, const struct doctor_backend *backend);

/* How many findings have STATE. */
size_t doctor_count(const struct doctor *doctor, enum doctor_state state);

/* "ok", "warn", "FAIL", "skip". */
const char *doctor_state_name(enum doctor_state state);

void doctor_clear(struct doctor *doctor);

/* For the checks. */
void doctor_say(struct doctor_finding *ret, enum doctor_state state, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void doctor_cause(struct doctor_finding *ret, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void doctor_fix(struct doctor_finding *ret, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The message of ERR, its "why" as the cause, its "next" as the fix. */
void doctor_say_error(struct doctor_finding *ret, enum doctor_state state, const struct error *err);

/* For a proof that needs the image NAME, and for one whose container could not be removed: ERR says why. */
void doctor_say_no_image(struct doctor_finding *ret, const char *name);
void doctor_say_left(struct doctor_finding *ret, const struct error *err);

/* False, and RET is skip, when the engine does not answer. */
bool doctor_needs_engine(const struct doctor *doctor, struct doctor_finding *ret);

/* An address of the pool that nobody holds, for a proof; *ret_octet is 0 when there is none or it cannot be told.
 * The engine must be up. */
unsigned doctor_free_octet(struct doctor *doctor);

/* What a launch of SLUG labels its objects with, for a proof of ours. New reference. */
struct json_t *doctor_labels(const char *slug, const char *backend);

/* The checks, a file a group. doctor_backend.c: */
void doctor_asked(struct doctor *doctor, struct doctor_finding *ret);
/* doctor_host.c: */
void doctor_settings(struct doctor *doctor, struct doctor_finding *ret);
void doctor_folders(struct doctor *doctor, struct doctor_finding *ret);
int doctor_close_folders(struct doctor *doctor, struct error *err);
void doctor_disk(struct doctor *doctor, struct doctor_finding *ret);
void doctor_clock(struct doctor *doctor, struct doctor_finding *ret);
/* doctor_smolvm.c: */
void doctor_smolvm(struct doctor *doctor, struct doctor_finding *ret);
void doctor_kvm(struct doctor *doctor, struct doctor_finding *ret);
void doctor_database(struct doctor *doctor, struct doctor_finding *ret);
void doctor_guest(struct doctor *doctor, struct doctor_finding *ret);
/* doctor_helper.c: */
void doctor_helper(struct doctor *doctor, struct doctor_finding *ret);
void doctor_aliases(struct doctor *doctor, struct doctor_finding *ret);
int doctor_add_aliases(struct doctor *doctor, struct error *err);
/* doctor_engine.c: */
void doctor_engine(struct doctor *doctor, struct doctor_finding *ret);
void doctor_engine_age(struct doctor *doctor, struct doctor_finding *ret);
void doctor_engine_clock(struct doctor *doctor, struct doctor_finding *ret);
void doctor_engines(struct doctor *doctor, struct doctor_finding *ret);
/* doctor_network.c: */
void doctor_listeners(struct doctor *doctor, struct doctor_finding *ret);
void doctor_published(struct doctor *doctor, struct doctor_finding *ret);
void doctor_filter(struct doctor *doctor, struct doctor_finding *ret);
/* doctor_publish.c: */
void doctor_publish(struct doctor *doctor, struct doctor_finding *ret);
/* doctor_container.c: */
void doctor_container(struct doctor *doctor, struct doctor_finding *ret);
/* doctor_leftovers.c: */
void doctor_leftovers(struct doctor *doctor, struct doctor_finding *ret);
int doctor_remove_leftovers(struct doctor *doctor, struct error *err);

#endif
