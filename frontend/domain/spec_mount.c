/* Checks of mounts.
 *
 * Folders only: smolvm and the rule below both need a folder. The agent may write below every
 * writable mount, so a bundle mount inside one (or around one) would let it edit what confines
 * it. Paths are compared by device and inode along the whole chain of parents, because a bind
 * mount or a file system that folds case gives one folder two spellings. What happens to a path
 * after this check is the launch's business, which looks at it again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "spec.h"
#include "spec_check.h"
#include "spec_grammar.h"

char *spec_folder(const struct bottle_spec *spec, struct error *err)
{
	char *folder = spec->folder != NULL ? xstrdup(spec->folder) : getcwd(NULL, 0);

	if (folder == NULL)
		err_errno(err, EXIT_DATA, "find the working directory");
	return folder;
}

int spec_resolve(struct bottle_spec *spec, const char *folder, const char *key, char **path,
	struct error *err)
{
	cleanup_free char *whole =
		**path == '/' ? xstrdup(*path) : xasprintf("%s/%s", folder, *path);
	char *real = realpath(whole, NULL);

	if (real == NULL)
		return spec_yaml_error(&spec->source, err, key, "%s: %s", whole, strerror(errno));
	free(*path);
	*path = real;
	return 0;
}

/* Whether the folder OUTER is INNER or one of its parents; both are real paths. */
static bool folder_contains(const char *outer, const char *inner)
{
	cleanup_free char *at = xstrdup(inner);
	struct stat want, st;

	if (stat(outer, &want) != 0)
		return spec_path_below(inner, outer);
	for (;;) {
		char *slash = strrchr(at, '/');

		if (stat(at, &st) == 0 && st.st_dev == want.st_dev && st.st_ino == want.st_ino)
			return true;
		if (slash == NULL || strcmp(at, "/") == 0)
			return false;
		slash[slash == at ? 1 : 0] = '\0';
	}
}

/* A link says where it leads anew at every launch, and whoever can write its folder says so: an approval of the path
 * would cover anything. Links of root's are the system's own. */
static int refuse_links(struct bottle_spec *spec, const char *folder, const char *path,
	const char *key, struct error *err)
{
	cleanup_free char *whole = *path == '/' ? xstrdup(path) : xasprintf("%s/%s", folder, path);

	for (char *end = whole; *end != '\0';) {
		cleanup_free char *real = NULL;
		struct stat st;
		char cut;

		end += strspn(end, "/");
		end += strcspn(end, "/");
		cut = *end;
		*end = '\0';
		if (lstat(whole, &st) == 0 && S_ISLNK(st.st_mode) && st.st_uid != 0) {
			real = realpath(whole, NULL);
			return spec_yaml_error(&spec->source, err, key,
				"%s is a symbolic link (to %s), which an agent can set anew: "
				"allowed "
				"is the path of the folder itself",
				whole, real ? real : "nothing");
		}
		*end = cut;
	}
	return 0;
}

static int check_host(struct bottle_spec *spec, const char *folder, struct spec_mount *mount,
	const char *key, struct error *err)
{
	struct stat st;

	if (strchr(mount->host, ':') != NULL)
		return spec_yaml_error(&spec->source, err, key,
			"'%s': allowed is a path without ':'", mount->host);
	if (refuse_links(spec, folder, mount->host, key, err) != 0 ||
		spec_resolve(spec, folder, key, &mount->host, err) != 0)
		return -1;
	if (!spec_path_normal(mount->host))
		return spec_yaml_error(&spec->source, err, key,
			"'%s': allowed is a path without ':' and control characters", mount->host);
	if (stat(mount->host, &st) != 0 || !S_ISDIR(st.st_mode))
		return spec_yaml_error(&spec->source, err, key,
			"%s: not a folder: only folders can be mounted", mount->host);
	return 0;
}

/* The path inside. A kernel file system under a mount would hide what our probes read, and "/"
 * would hide everything. */
static int check_guest(struct bottle_spec *spec, struct spec_mount *mount, const char *key,
	const char *reserved, struct error *err)
{
	const char *const taken[] = {"/proc", "/sys", "/dev", reserved};
	size_t len = strlen(mount->guest);

	if (len > 1 && mount->guest[len - 1] == '/')
		mount->guest[len - 1] = '\0';
	if (!spec_path_normal(mount->guest))
		return spec_yaml_error(&spec->source, err, key,
			"'%s': allowed is an absolute path without ':', '//', '.' and '..'",
			mount->guest);
	if (strcmp(mount->guest, "/") == 0)
		return spec_yaml_error(&spec->source, err, key, "'/': allowed is a folder below /");
	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken) && taken[i] != NULL; i++)
		if (spec_path_below(mount->guest, taken[i]))
			return spec_yaml_error(&spec->source, err, key,
				"'%s': allowed is a folder outside /proc, /sys, /dev%s%s",
				mount->guest, reserved != NULL ? " and " : "",
				reserved != NULL ? reserved : "");
	return 0;
}

static int check_list(struct bottle_spec *spec, const char *folder, struct spec_mounts *mounts,
	const char *list, const char *inside, const char *reserved, struct error *err)
{
	for (size_t i = 0; i < mounts->count; i++) {
		struct spec_mount *mount = &mounts->item[i];
		cleanup_free char *host_key = xasprintf("%s[%zu].host", list, i);
		cleanup_free char *guest_key = xasprintf("%s[%zu].%s", list, i, inside);

		if (check_host(spec, folder, mount, host_key, err) != 0 ||
			check_guest(spec, mount, guest_key, reserved, err) != 0)
			return -1;
		for (size_t j = 0; j < i; j++)
			if (strcmp(mounts->item[j].guest, mount->guest) == 0)
				return spec_yaml_error(&spec->source, err, guest_key,
					"'%s' is taken by %s[%zu]: allowed is one mount at a path",
					mount->guest, list, j);
	}
	return 0;
}

static int check_apart(struct bottle_spec *spec, struct error *err)
{
	for (size_t i = 0; i < spec->bundle.mounts.count; i++) {
		const char *bundle = spec->bundle.mounts.item[i].host;
		cleanup_free char *key = xasprintf("bundle.mounts[%zu].host", i);

		for (size_t j = 0; j < spec->agent.mounts.count; j++) {
			const struct spec_mount *agent = &spec->agent.mounts.item[j];

			if (agent->read_only || (!folder_contains(agent->host, bundle) &&
							!folder_contains(bundle, agent->host)))
				continue;
			spec_yaml_error(&spec->source, err, key,
				"%s overlaps %s, which the agent may write (agent.mounts[%zu]): "
				"allowed are "
				"folders apart from it",
				bundle, agent->host, j);
			return err_note(err, "next",
				"move the bundle's folder out of the agent's, or mount the agent's "
				"read-only");
		}
	}
	return 0;
}

int spec_check_mounts(struct bottle_spec *spec, struct error *err)
{
	cleanup_free char *folder = spec_folder(spec, err);

	if (folder == NULL ||
		check_list(spec, folder, &spec->agent.mounts, "agent.mounts", "guest",
			SPEC_GUEST_RESERVED, err) != 0 ||
		check_list(spec, folder, &spec->bundle.mounts, "bundle.mounts", "container", NULL,
			err) != 0)
		return -1;
	for (size_t i = 0; i < spec->bundle.mounts.count; i++)
		spec->bundle.mounts.item[i].read_only = true;
	return check_apart(spec, err);
}
