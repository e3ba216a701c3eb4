/* The parts of spec_finish, for spec_*.c alone. */
#ifndef DOMAIN_SPEC_CHECK_H
#define DOMAIN_SPEC_CHECK_H

struct bottle_spec;
struct error;

#define SPEC_CPUS_MAX 255
#define SPEC_MEMORY_MIN 256
#define SPEC_MEMORY_MAX 1048576
#define SPEC_CPUS_RULE "allowed are 1 to 255"
#define SPEC_MEMORY_RULE "allowed are 256 to 1048576 (MiB)"
#define SPEC_PORT_RULE "allowed are 1 to 65535"

/* Resolves and checks every mount of the agent and the bundle. */
int spec_check_mounts(struct bottle_spec *spec, struct error *err);

/* Replaces *PATH, counted from FOLDER when relative, by its real path. KEY names it in errors. */
int spec_resolve(struct bottle_spec *spec, const char *folder, const char *key, char **path,
	struct error *err);

/* The folder that relative paths count from: the file's, else the working directory. NULL with
 * *err set; the caller frees it. */
char *spec_folder(const struct bottle_spec *spec, struct error *err);

#endif
