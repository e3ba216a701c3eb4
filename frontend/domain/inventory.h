/* What bottles there are: journals and verdicts of this user, joined with one list of the engine and one of
 * smolvm, however many there are. */
#ifndef DOMAIN_INVENTORY_H
#define DOMAIN_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct context;
struct error;

struct inventory_row {
	char *name;
	const char *
		state; /* launching, running, stopped, bundle-lost, degraded, orphan, kept, foreign */
	char *alias;   /* NULL = none */
	const char *backend;
	char *verified; /* the verdict's text while it is about what runs; NULL = unverified */
	int64_t since;  /* ready, seconds since 1970; 0 = never */
	char *reason;   /* why it was lost, or is unverified; NULL = neither */
	char *owner;    /* uid as text, "?" when it has no label */
	bool mine;
};

struct inventory {
	struct inventory_row *row;
	size_t count;
};

#define INVENTORY_INIT  \
	{               \
		NULL, 0 \
	}
#define cleanup_inventory __attribute__((cleanup(inventory_clear)))

/* smolvm is asked only if one of this user's bottles is a machine.
 *
 * Lists this user's bottles, and with ALL those of others and of other tools too. -1 when engine or smolvm does not
 * answer; *ret then has what is known without. */
int inventory_read(struct context *ctx, bool all, struct inventory *ret, struct error *err);

void inventory_clear(struct inventory *inventory);

#endif
