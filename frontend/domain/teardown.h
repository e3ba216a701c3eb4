/* Taking a bottle apart, from its journal alone: the same for a failed launch, stop and gc. */
#ifndef DOMAIN_TEARDOWN_H
#define DOMAIN_TEARDOWN_H

#include <stdbool.h>
#include <stddef.h>

struct context;
struct error;
struct journal;
struct strv;

/* Removes what the journal says was begun, last things first: machine, container, network, folder. Each
 * object is removed only if it carries this launch's label (or, for a machine, stands in the journal).
 * While a machine cannot be shown to be gone nothing after it is touched, so that its address stays
 * claimed. On failure *err has notes "left" and "next". */
int teardown(struct context *ctx, struct journal *journal, struct error *err);

/* A bottle that its supervisor gave up: notes WHY, keeps the end of the bundle's log, and removes everything but
 * the folder, which `ps` reads and the next stop, launch or gc of it removes. */
int teardown_lost(struct context *ctx, struct journal *journal, const char *why, struct error *err);

/* --keep-on-fail: stops the VM and leaves everything else. */
int teardown_vm_only(struct context *ctx, struct journal *journal, struct error *err);

/* Names of this user's launches that died before they were ready, and of bottles whose supervisor could not
 * remove all of them. */
int teardown_find_dead(const struct context *ctx, struct strv *slugs, struct error *err);

/* teardown of one of them; 1 when it is none any more. EXIT_AGAIN when another command is at work on it. */
int teardown_if_dead(struct context *ctx, const char *slug, struct error *err);

/* Takes apart what those left, but for the bottle EXCEPT; one that cannot be is only warned of. */
int teardown_dead(struct context *ctx, const char *except, struct error *err);

/* A container or network that carries this user's label, but whose journal is gone. */
struct teardown_orphan {
	bool is_network;
	char *id, *name;
};

struct teardown_orphans {
	struct teardown_orphan *item;
	size_t count;
};

#define cleanup_orphans __attribute__((cleanup(teardown_orphans_clear)))

/* Finds those of the engine in use whose machine is proven gone. */
int teardown_find_orphans(struct context *ctx, struct teardown_orphans *ret, struct error *err);
int teardown_remove_orphan(
	struct context *ctx, const struct teardown_orphan *orphan, struct error *err);
void teardown_orphans_clear(struct teardown_orphans *orphans);

#endif
