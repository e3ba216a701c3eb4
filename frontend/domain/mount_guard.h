/* What is never mounted into a bottle or its bundle, writable or not: what confines it, and all of a user's
 * home or host at once. */
#ifndef DOMAIN_MOUNT_GUARD_H
#define DOMAIN_MOUNT_GUARD_H

struct bottle_spec;
struct context;
struct error;

/* Refuses (EXIT_DATA) a mount of the home folder, of /, or of the engine's socket, the state of smolvm and of
 * bottle, the settings, or the programs in use: a mount that is one of them, contains it or, but for the
 * first two, lies inside. CTX knows socket, smolvm, its state and the guest program by now. */
int mount_guard(const struct context *ctx, const struct bottle_spec *spec, struct error *err);

#endif
