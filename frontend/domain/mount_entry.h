/* Who else can come to what an agent writes. */
#ifndef DOMAIN_MOUNT_ENTRY_H
#define DOMAIN_MOUNT_ENTRY_H

struct bottle_spec;
struct context;
struct error;
struct mount_pins;

/* Refuses (EXIT_DATA) a writable mount of the agent that other users of this host can come to: a setuid file that
 * the agent makes there belongs to the user, and would run as the user. A folder above the mount that only
 * root and the user may enter keeps them out; one that an agent may write does not count, because it may open
 * it. Allowed are a file system that is mounted nosuid, and what --allow-mount names; a name that is no such
 * mount is EXIT_USAGE_ERROR. ctx->mounted has this bottle's mounts by now. */
int mount_entry_check(const struct context *ctx, const struct bottle_spec *spec,
	const struct mount_pins *pins, struct error *err);

#endif
