/* What each smolvm can do. Sources: the project's tags (first version that has a thing) and runs of
 * 0.8.0, 1.7.4 and 1.32.2. The newest row that is not newer than the engine counts. */
#include "smolvm.h"

#include <string.h>

#include "err.h"
#include "mem.h"
#include "num.h"

#define HOLE_ROOTFS \
	"a guest can rewrite the agent that the next machine boots (writable agent rootfs)"
#define HOLE_LISTEN "a guest's listen() binds addresses of this host (TSI); " HOLE_ROOTFS
#define HOLE_DNS "no setting for DNS: names leave through the host's resolver"

static const struct smolvm_caps table[] = {
	{.since = {0, 8, 0}, .transport = "tsi", .holes = HOLE_LISTEN},
	{.since = {1, 0, 0}, .secret_env = true, .transport = "tsi", .holes = HOLE_LISTEN},
	{.since = {1, 0, 2},
		.name_flag = true,
		.secret_env = true,
		.transport = "tsi",
		.holes = HOLE_LISTEN},
	{.since = {1, 1, 3},
		.name_flag = true,
		.secret_env = true,
		.transport = "virtio-net",
		.holes = HOLE_DNS},
	{.since = {1, 2, 5},
		.name_flag = true,
		.dns = true,
		.secret_env = true,
		.trailing_command = true,
		.transport = "virtio-net",
		.holes = HOLE_ROOTFS},
	{.since = {1, 7, 0},
		.name_flag = true,
		.dns = true,
		.secret_env = true,
		.trailing_command = true,
		.mount_socket = true,
		.transport = "virtio-net",
		.holes = HOLE_ROOTFS},
	{.since = {1, 8, 1},
		.name_flag = true,
		.dns = true,
		.secret_env = true,
		.trailing_command = true,
		.mount_socket = true,
		.egress_events = true,
		.transport = "virtio-net",
		.holes = HOLE_ROOTFS},
	{.since = {1, 10, 0},
		.name_flag = true,
		.dns = true,
		.secret_env = true,
		.trailing_command = true,
		.mount_socket = true,
		.egress_events = true,
		.transport = "virtio-net",
		.holes = "never tried with this program"},
	{.since = {1, 32, 2},
		.name_flag = true,
		.dns = true,
		.exec_user = true,
		.pack_archive = true,
		.trailing_command = true,
		.mount_socket = true,
		.secret_env = true,
		.stop_timeout = true,
		.egress_events = true,
		.transport = "virtio-net"},
};

static const unsigned newest_tried[3] = {1, 32, 2};

static int compare(const unsigned a[3], const unsigned b[3])
{
	for (int i = 0; i < 3; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* MAJOR.MINOR.PATCH in digits alone: sscanf(3) would take signs and spaces, and a version of -1 for the newest. */
static bool parse(const char *version, unsigned ret[3])
{
	for (int i = 0; i < 3; i++) {
		size_t len = strcspn(version, ".");
		cleanup_free char *number = xstrndup(version, len);

		if (!parse_u32(number, 0, 9999, &ret[i]) || (version[len] == '.') != (i < 2))
			return false;
		version += len + 1;
	}
	return true;
}

int smolvm_caps_find(const char *version, const struct smolvm_caps **caps,
	enum smolvm_standing *standing, struct error *err)
{
	unsigned v[3];
	const struct smolvm_caps *found = NULL;

	if (!parse(version, v))
		return err_set(err, EXIT_UNAVAILABLE, "smolvm: '%s' is not a version", version);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (compare(table[i].since, v) <= 0)
			found = &table[i];
	if (found == NULL) {
		*caps = &table[0];
		*standing = SMOLVM_REFUSED;
		return 0;
	}
	*caps = found;
	if (found->holes == NULL)
		*standing = compare(v, newest_tried) > 0 ? SMOLVM_NEWER : SMOLVM_SUPPORTED;
	else /* without the key `dns`, names would leave: such a version is not used at all (T12) */
		*standing = found->dns                   ? SMOLVM_OLDER
			    : found->transport[0] == 't' ? SMOLVM_OLDER
							 : SMOLVM_REFUSED;
	return 0;
}
