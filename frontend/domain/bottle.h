/* A bottle's life. bottle.c is the one place that knows the order of a launch. */
#ifndef DOMAIN_BOTTLE_H
#define DOMAIN_BOTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bottle_spec;
struct context;
struct error;
struct evidence;
struct journal_facts;
struct json_t;
struct strv;
struct verdict;

struct bottle_options {
	bool full;         /* --verify=full */
	bool keep_on_fail; /* leave row, container and journal; the VM is stopped all the same */
};

struct bottle_timing {
	const char *step;
	int64_t us;
	int64_t outside_us; /* of that, waiting for the engine, smolvm and the guest */
};

enum { BOTTLE_TIMING_MAX = 16 };

struct bottle_timings {
	struct bottle_timing step[BOTTLE_TIMING_MAX];
	size_t count;
	int64_t total_us;
	int64_t outside_us;
	int64_t cpu_us; /* computed by this process since it was started, beside waits too */
};

/* Launches SPEC under NAME. On success the bottle is up, verified and described by *ret. On failure
 * nothing is left, or the error has notes "left" and "next". */
int bottle_launch(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct bottle_options *options, struct verdict *ret, struct bottle_timings *timings,
	struct error *err);

/* Stops and removes NAME. None there is success with *ret_found false; another user's is EXIT_REFUSED. */
int bottle_stop(struct context *ctx, const char *name, bool *ret_found, struct error *err);

/* Reads the journal of NAME. EXIT_REFUSED: another user's bottle. EXIT_USAGE_ERROR: there is none. */
int bottle_find(
	struct context *ctx, const char *name, struct journal_facts *ret, struct error *err);

/* Loads the verdict of NAME and checks that it is about what runs: the same VM process with the same policy file,
 * the same container with the same ports, a live supervisor. EXIT_REFUSED otherwise; another user's bottle too.
 * With AGAIN one that the last verify did not pass will do. */
int bottle_check(
	struct context *ctx, const char *name, bool again, struct verdict *ret, struct error *err);

/* Whether a command on NAME will need smolvm, as far as its journal tells. */
bool bottle_uses_smolvm(const struct context *ctx, const char *name);

struct bottle_command {
	const struct strv *argv;
	const struct strv *env; /* K=V besides the bottle's URLs */
	const char *workdir, *user;
	bool interactive, tty;
	bool raw; /* what it prints reaches a terminal unfiltered; with a tty it does anyway */
};

/* What a launch of SPEC under NAME, and then COMMAND (NULL = none), would ask of engine, smolvm and helper, and set in
 * the machine's record: a new reference to a document of bottle.plan/1. Questions are asked; nothing is started, built,
 * packed or claimed. Values that come from our environment or are made for the bundle are not in it. The context is of
 * no other use afterwards. */
int bottle_plan(struct context *ctx, const char *name, const struct bottle_spec *spec,
	const struct bottle_command *command, struct json_t **ret, struct error *err);

/* Runs a command in a bottle that bottle_check or bottle_launch described; *ret is its exit code. */
int bottle_exec(struct context *ctx, const struct verdict *verdict,
	const struct bottle_command *command, int *ret, struct error *err);

/* Looks again at a running bottle: fills verdict->probes, which is what the guest says, and *ret, which is what the
 * host shows. A failure of either is kept: bottle_check refuses the bottle until it is verified again. */
int bottle_verify(struct context *ctx, struct verdict *verdict, bool full, struct evidence *ret,
	struct error *err);

#endif
