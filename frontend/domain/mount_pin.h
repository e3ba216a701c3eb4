/* The folders behind mounts, held from before the machine is made until it has booted: an agent that may write
 * around one can exchange it for a link to another in between. */
#ifndef DOMAIN_MOUNT_PIN_H
#define DOMAIN_MOUNT_PIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct bottle_spec;
struct error;
struct strv;

struct mount_pin {
	char *key, *host; /* "agent.mounts[0].host", and the path */
	bool agent, writable;
	int fd; /* open, so that the inode's number is not given to another folder */
	dev_t device;
	ino_t inode;
};

/* Zero-initialise. */
struct mount_pins {
	struct mount_pin *item;
	size_t count;
};

#define cleanup_mount_pins __attribute__((cleanup(mount_pins_clear)))

/* Opens the source of every mount of agent and bundle, through no symbolic link (EXIT_DATA). To be called before
 * the paths are judged. */
int mount_pins_take(const struct bottle_spec *spec, struct mount_pins *ret, struct error *err);

/* Whether each path still leads to the folder that is held. SOURCES are those that smolvm noted for the agent's
 * mounts, in their order; those of the bundle are looked up as they were asked for. EXIT_REFUSED.
 * A folder that is exchanged and put back before this is called is not noticed. */
int mount_pins_check(const struct mount_pins *pins, const struct strv *sources, struct error *err);

void mount_pins_clear(struct mount_pins *pins);

#endif
