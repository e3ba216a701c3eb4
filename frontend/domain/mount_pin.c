/* Mounts that stay what they were. */
#include "mount_pin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "err.h"
#include "mem.h"
#include "place.h"
#include "spec.h"
#include "strv.h"

static int take(const struct bottle_spec *spec, const struct spec_mounts *mounts, const char *list,
	struct mount_pins *pins, struct error *err)
{
	for (size_t i = 0; i < mounts->count; i++) {
		struct mount_pin *pin;
		struct stat st;

		pins->item = xrealloc(pins->item, pins->count + 1, sizeof(*pins->item));
		pin = &pins->item[pins->count++];
		*pin = (struct mount_pin){.key = xasprintf("%s[%zu].host", list, i),
			.host = xstrdup(mounts->item[i].host),
			.agent = mounts == &spec->agent.mounts,
			.writable = !mounts->item[i].read_only,
			.fd = place_folder(mounts->item[i].host)};
		if (pin->fd < 0 || fstat(pin->fd, &st) != 0)
			return spec_yaml_error(&spec->source, err, pin->key,
				"%s cannot be opened without passing a symbolic link: %s",
				pin->host, strerror(errno));
		pin->device = st.st_dev;
		pin->inode = st.st_ino;
	}
	return 0;
}

int mount_pins_take(const struct bottle_spec *spec, struct mount_pins *ret, struct error *err)
{
	return take(spec, &spec->agent.mounts, "agent.mounts", ret, err) == 0
		       ? take(spec, &spec->bundle.mounts, "bundle.mounts", ret, err)
		       : -1;
}

static int exchanged(const struct mount_pin *pin, const char *found, struct error *err)
{
	err_set(err, EXIT_REFUSED, "%s: %s was exchanged while the machine was made", pin->key,
		pin->host);
	err_note(
		err, "why", "the folder that was checked is not what the path leads to: %s", found);
	return err_note(err, "next", "stop what can write around it (bottle ps), look at the path");
}

static int check(const struct mount_pin *pin, const char *source, struct error *err)
{
	cleanup_fd int fd = place_folder(source);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return exchanged(pin, strerror(errno), err);
	return st.st_dev == pin->device && st.st_ino == pin->inode
		       ? 0
		       : exchanged(pin, "another folder", err);
}

int mount_pins_check(const struct mount_pins *pins, const struct strv *sources, struct error *err)
{
	size_t next = 0;

	for (size_t i = 0; i < pins->count; i++) {
		const struct mount_pin *pin = &pins->item[i];

		if (pin->agent && next == sources->count)
			return exchanged(pin, "smolvm noted no source for it", err);
		if (check(pin, pin->agent ? sources->item[next++] : pin->host, err) != 0)
			return -1;
	}
	return 0;
}

void mount_pins_clear(struct mount_pins *pins)
{
	for (size_t i = 0; i < pins->count; i++) {
		mem_cleanup_fd(&pins->item[i].fd);
		free(pins->item[i].key);
		free(pins->item[i].host);
	}
	free(pins->item);
	*pins = (struct mount_pins){NULL, 0};
}
