/* Entry to mounts. */
#include "mount_entry.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "chain.h"
#include "context.h"
#include "err.h"
#include "mount_pin.h"
#include "spec.h"

static bool is_nosuid(int fd)
{
	struct statvfs fs;

	return fstatvfs(fd, &fs) == 0 && (fs.f_flag & ST_NOSUID) != 0;
}

static bool is_writable_mount(const struct mount_pin *pin)
{
	return pin->agent && pin->writable;
}

static bool names(const char *path, const struct mount_pin *pin)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == pin->device && st.st_ino == pin->inode;
}

static bool is_allowed(const struct bottle_spec *spec, const struct mount_pin *pin)
{
	for (size_t i = 0; i < spec->allow_mounts.count; i++)
		if (names(spec->allow_mounts.item[i], pin))
			return true;
	return false;
}

/* A slip of the hand must not look like a permission that was given. */
static int check_allowed(
	const struct bottle_spec *spec, const struct mount_pins *pins, struct error *err)
{
	for (size_t i = 0; i < spec->allow_mounts.count; i++) {
		bool found = false;

		for (size_t k = 0; k < pins->count && !found; k++)
			found = is_writable_mount(&pins->item[k]) &&
				names(spec->allow_mounts.item[i], &pins->item[k]);
		if (!found)
			return err_set(err, EXIT_USAGE_ERROR,
				"--allow-mount %s: no writable mount of this bottle is that folder",
				spec->allow_mounts.item[i]);
	}
	return 0;
}

static int refuse(const struct bottle_spec *spec, const struct mount_pin *pin, struct error *err)
{
	spec_yaml_error(
		&spec->source, err, pin->key, "other users of this host can come to %s", pin->host);
	err_note(err, "why",
		"a setuid file that the agent leaves there is yours, and runs as you for them");
	return err_note(err, "next",
		"chmod go-x a folder of yours above it (your home, say), or --allow-mount %s",
		pin->host);
}

int mount_entry_check(const struct context *ctx, const struct bottle_spec *spec,
	const struct mount_pins *pins, struct error *err)
{
	for (size_t i = 0; i < pins->count; i++) {
		const struct mount_pin *pin = &pins->item[i];

		if (is_writable_mount(pin) && !is_nosuid(pin->fd) && !is_allowed(spec, pin) &&
			chain_enterable(pin->host, &ctx->mounted))
			return refuse(spec, pin, err);
	}
	return check_allowed(spec, pins, err);
}
