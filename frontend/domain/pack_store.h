/* The packs in the cache as a whole: what there is, and what may go. */
#ifndef DOMAIN_PACK_STORE_H
#define DOMAIN_PACK_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct context;
struct error;

struct pack_entry {
	char *key;      /* the file's name without .smolmachine */
	char *path;     /* absolute */
	char *image_id; /* NULL: a copy of an approved pack, or not described */
	char *image;    /* its names, joined by ", "; NULL = not known */
	char *smolvm;   /* version that made it; NULL = not known */
	uint64_t size;
	int64_t used; /* last use, seconds since 1970 */
	bool ours;    /* made by this program: others are shown, never removed */
	char *spared; /* why it stays; NULL = may go */
};

struct pack_store {
	struct pack_entry *item;
	size_t count;
};

#define PACK_STORE_INIT \
	{               \
		NULL, 0 \
	}
#define cleanup_pack_store __attribute__((cleanup(pack_store_clear)))

/* Lists the cache, last used first. Asks nobody; a cache that is not there is empty. */
int pack_store_read(const struct context *ctx, struct pack_store *ret, struct error *err);

/* Fills in the names of images, as far as the engine answers and knows them. */
void pack_store_name(struct context *ctx, struct pack_store *store);

/* Spares what machines were made from, by smolvm's records: by path, and by whatever file that is now; what a launch
 * or a packing holds; what is not ours. A record that cannot be read is an error: nothing may go then. */
int pack_store_guard(struct context *ctx, struct pack_store *store, struct error *err);

struct pack_choice {
	int64_t now;        /* seconds since 1970 */
	int64_t older_than; /* seconds since the last use; -1 = any */
	size_t keep;        /* so many of those last used stay */
};

/* Spares what CHOICE does not ask for, of a store in the order of pack_store_read. What is spared already counts for
 * KEEP and keeps its reason. */
void pack_store_choose(struct pack_store *store, const struct pack_choice *choice);

/* Removes pack, description and lock of ENTRY. EXIT_AGAIN when a launch or a packing holds it, or has used it since
 * it was listed. */
int pack_store_remove(const struct pack_entry *entry, struct error *err);

void pack_store_clear(struct pack_store *store);

#endif
