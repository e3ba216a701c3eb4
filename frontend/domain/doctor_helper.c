/* The privileged helper as it is installed, and the addresses that it is for. */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alias.h"
#include "context.h"
#include "doctor.h"
#include "mem.h"
#include "netd.h"
#include "self.h"
#include "strv.h"

enum { MODE = 04750 };

/* The first folder above PATH that is not root's alone to change; NULL: none. Caller frees. */
static char *open_parent(const char *path)
{
	cleanup_free char *at = xstrdup(path);
	struct stat st;

	while (at[1] != '\0') {
		char *slash = strrchr(at, '/');

		slash[slash == at] = '\0';
		if (lstat(at, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != 0 ||
			(st.st_mode & 022) != 0)
			return steal_str(&at);
	}
	return NULL;
}

static void say_open(struct doctor_finding *ret, const char *path, const char *spot)
{
	doctor_say(ret, DOCTOR_FAIL, "%s: others than root can exchange it", path);
	doctor_cause(
		ret, "%s is not a folder that belongs to root and that root alone can write", spot);
	doctor_fix(ret, "sudo chown 0 %s && sudo chmod go-w %s, or install to another PREFIX", spot,
		spot);
}

/* False when something is wrong with how the file ST at PATH is installed. */
static bool installed_well(struct doctor_finding *ret, const char *path, const struct stat *st)
{
	cleanup_free char *spot = open_parent(path);
	cleanup_free char *again = self_install_again(path, "bottle-netd");
	unsigned mode = (unsigned)st->st_mode & 07777;

	if (!S_ISREG(st->st_mode))
		doctor_say(ret, DOCTOR_FAIL, "%s is no regular file", path);
	else if (st->st_uid != 0)
		doctor_say(ret, DOCTOR_FAIL, "%s belongs to uid %u, not to root", path,
			(unsigned)st->st_uid);
	else if (mode != MODE)
		doctor_say(
			ret, DOCTOR_FAIL, "%s has mode %04o, not %04o", path, mode, (unsigned)MODE);
	else if (spot != NULL)
		say_open(ret, path, spot);
	else
		return true;
	if (ret->fix == NULL) {
		doctor_cause(ret, "%s",
			(mode & S_ISUID) == 0
				? "without its setuid bit it can do nothing"
				: "its group is who may use it, and root alone who may change it");
		doctor_fix(ret, "%s, or remove the file (Linux needs none)", again);
	}
	return false;
}

static void say_working(
	struct doctor *doctor, struct doctor_finding *ret, const char *path, const struct stat *st)
{
	const struct settings *settings = &doctor->ctx->settings;
	cleanup_error struct error err = ERROR_INIT;
	const struct group *group = getgrgid(st->st_gid);
	unsigned first = 0, last = 0;

	if (access(path, X_OK) == 0 && netd_policy(&first, &last, &err) != 0) {
		doctor_say_error(ret, DOCTOR_FAIL, &err);
		return;
	}
	if (first == 0) {
		doctor_say(ret, DOCTOR_WARN, "%s is installed well, and not for this user", path);
		doctor_cause(ret, "only its group may run it");
		doctor_fix(ret, "sudo usermod -aG %s \"$USER\", then log in again",
			group ? group->gr_name : "GROUP");
		return;
	}
	if (settings->pool_first < first || settings->pool_last > last) {
		doctor_say(ret, DOCTOR_FAIL,
			"the pool 127.0.0.%u-%u is not inside the helper's 127.0.0.%u-%u",
			settings->pool_first, settings->pool_last, first, last);
		doctor_fix(ret,
			"change pool in /etc/bottle/config.yaml, or make POOL_FIRST=%u "
			"POOL_LAST=%u install",
			settings->pool_first, settings->pool_last);
		return;
	}
	doctor_say(ret, DOCTOR_OK, "%s, mode %04o, group %s; protocol %d, pool 127.0.0.%u-%u", path,
		(unsigned)MODE, group ? group->gr_name : "without a name", NETD_PROTOCOL, first,
		last);
}

void doctor_helper(struct doctor *doctor, struct doctor_finding *ret)
{
	cleanup_strv struct strv missing = STRV_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *path = NULL, *again = NULL;
	struct stat st;

	if (netd_path(&path, &err) != 0) {
		doctor_say_error(ret, DOCTOR_SKIP, &err);
		return;
	}
	again = self_install_again(path, "bottle-netd");
	alias_missing(doctor->ctx, &missing);
	if (lstat(path, &st) == 0) {
		/* Such a file can neither do harm nor what it is for. */
		if (S_ISREG(st.st_mode) && (st.st_mode & S_ISUID) == 0 && missing.count == 0) {
			doctor_say(ret, DOCTOR_WARN, "%s has no setuid bit: it does nothing", path);
			doctor_cause(ret,
				"as built, not as installed; nothing needs it here: every "
				"address of the pool is up");
			doctor_fix(ret, "%s, or remove the file", again);
		} else if (installed_well(ret, path, &st))
			say_working(doctor, ret, path, &st);
		return;
	}
	if (errno != ENOENT) {
		doctor_say(ret, DOCTOR_SKIP, "%s cannot be looked at: %s", path, strerror(errno));
		return;
	}
	if (missing.count == 0) {
		doctor_say(ret, DOCTOR_OK,
			"not installed, and not needed: every address of the pool is up without "
			"it");
		return;
	}
	doctor_say(ret, DOCTOR_WARN, "not installed, and %zu addresses of the pool are not up",
		missing.count);
	doctor_cause(ret, "only the backend docker does without them, see `aliases`");
	doctor_fix(ret, "%s", again);
}

void doctor_aliases(struct doctor *doctor, struct doctor_finding *ret)
{
	const struct settings *settings = &doctor->ctx->settings;
	unsigned count = settings->pool_last - settings->pool_first + 1;

	alias_missing(doctor->ctx, &ret->details);
	if (ret->details.count == 0) {
		doctor_say(ret, DOCTOR_OK, "all %u addresses 127.0.0.%u-%u can be bound", count,
			settings->pool_first, settings->pool_last);
		return;
	}
	doctor_say(ret, DOCTOR_FAIL, "%zu of %u addresses of the pool are not up",
		ret->details.count, count);
	doctor_fix(ret, "bottle pool ensure");
}

int doctor_add_aliases(struct doctor *doctor, struct error *err)
{
	cleanup_strv struct strv asked = STRV_INIT;

	return alias_ensure_all(doctor->ctx, &asked, err);
}
