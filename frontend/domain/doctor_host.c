/* Settings, folders, disk space, clock. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "clock.h"
#include "context.h"
#include "doctor.h"
#include "fs.h"
#include "mem.h"
#include "vmdb.h"

enum {
	DISK_WARN_MIB = 4096, /* an image, its pack and a machine's disks */
	DISK_FAIL_MIB = 256,
};

void doctor_settings(struct doctor *doctor, struct doctor_finding *ret)
{
	const struct settings *settings = &doctor->ctx->settings;
	cleanup_strv struct strv locked = STRV_INIT;
	cleanup_free char *names = NULL;

	if (doctor->unopened.code != EXIT_OK) {
		doctor_say_error(ret, DOCTOR_FAIL, &doctor->unopened);
		return;
	}
	for (int key = 0; key < SETTINGS_KEY_COUNT; key++)
		if (settings->source[key].locked)
			strv_push(&locked, settings_name((enum settings_key)key));
	names = strv_join(&locked, ", ");
	doctor_say(ret, DOCTOR_OK, "%s%s, %s%s; locked: %s", settings->admin_file,
		fs_exists(settings->admin_file) ? "" : " (none)", settings->user_file,
		fs_exists(settings->user_file) ? "" : " (none)", locked.count ? names : "nothing");
}

/* Ours, and smolvm's that hold its machines' control sockets. Caller clears. */
static void list_folders(struct doctor *doctor, struct strv *ret)
{
	const struct context *ctx = doctor->ctx;

	strv_push(ret, ctx->state_root);
	strv_pushf(ret, "%s/.trust", ctx->state_root);
	strv_push(ret, ctx->cache_root);
	strv_pushf(ret, "%s/smolmachines", ctx->cache_root);
	if (ctx->vmdb == NULL)
		return;
	strv_push(ret, ctx->vmdb->cache);
	strv_pushf(ret, "%s/vms", ctx->vmdb->cache);
	strv_pushf(ret, "%.*s", (int)(strrchr(ctx->vmdb->path, '/') - ctx->vmdb->path),
		ctx->vmdb->path);
}

/* What is wrong with one; NULL: nothing, or it is not there. *RET_MILD: a launch puts it right before it uses the
 * folder, and nobody else can have put anything there. */
static const char *fault_of(const char *folder, bool *ret_there, bool *ret_mild)
{
	struct stat st;

	*ret_mild = false;
	*ret_there = lstat(folder, &st) == 0;
	if (!*ret_there)
		return errno == ENOENT || errno == ENOTDIR ? NULL : "cannot be looked at";
	if (S_ISLNK(st.st_mode))
		return "is a symbolic link";
	if (!S_ISDIR(st.st_mode))
		return "is no folder";
	if (st.st_uid != geteuid())
		return "belongs to another user";
	if ((st.st_mode & 022) != 0)
		return "can be written by other users";
	*ret_mild = true;
	return (st.st_mode & 077) != 0 ? "is open to other users" : NULL;
}

void doctor_folders(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_strv struct strv folders = STRV_INIT;
	size_t there = 0;
	bool all_mild = true;

	list_folders(doctor, &folders);
	for (size_t i = 0; i < folders.count; i++) {
		bool exists, mild;
		const char *fault = fault_of(folders.item[i], &exists, &mild);

		there += exists;
		if (fault == NULL)
			continue;
		all_mild = all_mild && mild;
		strv_pushf(&ret->details, "%s %s", folders.item[i], fault);
	}
	if (ret->details.count == 0) {
		doctor_say(ret, DOCTOR_OK, "%zu of %zu folders are there, 0700 and this user's",
			there, folders.count);
		return;
	}
	doctor_say(ret, all_mild ? DOCTOR_WARN : DOCTOR_FAIL, "%zu of %zu folders %s not private",
		ret->details.count, there, ret->details.count == 1 ? "is" : "are");
	doctor_cause(ret, "%s",
		all_mild ? "smolvm makes its own like that; a launch closes them before it starts"
			 : "who can write ours decides what is trusted, and who can enter "
			   "smolvm's is root in a machine");
	doctor_fix(ret, "bottle doctor --fix, or chmod 700 FOLDER");
}

int doctor_close_folders(struct doctor *doctor, struct error *err)
{
	cleanup_strv struct strv folders = STRV_INIT;

	list_folders(doctor, &folders);
	for (size_t i = 0; i < folders.count; i++)
		if (fs_exists(folders.item[i]) && fs_private_dir(folders.item[i], err) != 0)
			return -1;
	return 0;
}

/* The free space of the nearest folder above PATH that exists, in MiB. */
static bool free_mib(const char *path, uint64_t *ret)
{
	cleanup_free char *at = xstrdup(path);
	struct statvfs fs;

	while (statvfs(at, &fs) != 0) {
		char *slash = strrchr(at, '/');

		if (slash == NULL || slash == at)
			return false;
		*slash = '\0';
	}
	*ret = (uint64_t)fs.f_bavail * fs.f_frsize >> 20;
	return true;
}

void doctor_disk(struct doctor *doctor, struct doctor_finding *ret)
{
	const struct context *ctx = doctor->ctx;
	const char *path[] = {ctx->cache_root, ctx->state_root, ctx->vmdb ? ctx->vmdb->path : NULL,
		ctx->vmdb ? ctx->vmdb->cache : NULL};
	static const char *const what[] = {
		"packs", "bottles", "smolvm's database", "smolvm's machines"};
	uint64_t least = UINT64_MAX, mib;

	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++) {
		if (path[i] == NULL)
			continue;
		if (!free_mib(path[i], &mib)) {
			doctor_say(ret, DOCTOR_SKIP, "no file system says how much is free at %s",
				path[i]);
			return;
		}
		strv_pushf(&ret->details, "%" PRIu64 " MiB for %s: %s", mib, what[i], path[i]);
		least = mib < least ? mib : least;
	}
	doctor_say(ret,
		least < DISK_FAIL_MIB   ? DOCTOR_FAIL
		: least < DISK_WARN_MIB ? DOCTOR_WARN
					: DOCTOR_OK,
		"%" PRIu64 " MiB are free where least is", least);
	if (least >= DISK_WARN_MIB) {
		strv_clear(&ret->details);
		return;
	}
	doctor_cause(ret, "an image, its pack and a machine's disks take some GiB");
	doctor_fix(ret, "bottle gc; docker image prune; or XDG_CACHE_HOME and XDG_DATA_HOME on a "
			"larger disk");
}

void doctor_clock(struct doctor *doctor, struct doctor_finding *ret)
{
	int64_t first = clock_us(), now = clock_epoch();

	(void)doctor;
	clock_sleep_ms(10);
	if (clock_us() - first < 9000) {
		doctor_say(ret, DOCTOR_FAIL, "the monotonic clock stands still: no deadline works");
		return;
	}
	/* Seconds since 1970 at the beginning of 2024 and of 2100. */
	if (now < 1704067200 || now > INT64_C(4102444800)) {
		doctor_say(ret, DOCTOR_FAIL,
			"the time of day is not of this century's use: %" PRId64, now);
		doctor_cause(ret, "approvals and journals carry it, and certificates fail by it");
		doctor_fix(ret, "sudo timedatectl set-ntp true");
		return;
	}
	doctor_say(ret, DOCTOR_OK, "goes forward, and the year is plausible");
}
