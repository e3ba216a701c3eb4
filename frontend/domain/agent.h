/* The agent's root file system: from a local image, a dockerfile or a pack to a .smolmachine that this
 * engine reads. */
#ifndef DOMAIN_AGENT_H
#define DOMAIN_AGENT_H

#include <stdbool.h>

struct bottle_spec;
struct context;
struct error;

/* AGENT_INIT begins it. */
struct agent {
	char *image;    /* name as asked for; NULL for a pack */
	char *image_id; /* "sha256:..."; NULL for a pack */
	char *pack; /* absolute path of the .smolmachine; it exists after agent_pack. Nobody but root
			   and this user can write it */
	bool cached;   /* nothing is to be packed */
	bool in_cache; /* pack is one of the cache's (pack.h) */
	bool made;     /* agent_pack made it */
	int held;      /* keeps it there; -1 before agent_pack */
};

#define AGENT_INIT                                        \
	{                                                 \
		NULL, NULL, NULL, false, false, false, -1 \
	}

/* Finds out what the spec names: builds a dockerfile from a copy of its folder, inspects the image; copies a pack
 * into the cache. Both only if the user approved the bytes. EXIT_DATA when there is none, EXIT_REFUSED when it is
 * not trusted. */
int agent_resolve(struct context *ctx, const struct bottle_spec *spec, struct agent *agent,
	struct error *err);

/* Makes the pack if it is not in the cache (pack_make), and keeps it there, used now, until agent_clear. Removes what
 * packings that were killed have left. May run beside other steps. */
int agent_pack(struct context *ctx, struct agent *agent, struct error *err);

/* For a context with a plan: notes what agent_pack would have run. */
int agent_plan(struct context *ctx, const struct agent *agent, struct error *err);

/* What `pack build` does: agent_resolve and agent_pack, after engine and smolvm were found and judged as for a
 * launch. */
int agent_prepare(struct context *ctx, const struct bottle_spec *spec, struct agent *agent,
	struct error *err);

void agent_clear(struct agent *agent);

#endif
