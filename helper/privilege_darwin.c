/* macOS: the effective uid is root for one ioctl at a time; real uid and group are the caller's.
 *
 * xnu asks proc_suser(), the effective uid, at each ioctl; there are no capabilities, no setresuid(2) and no
 * system call filter with arguments. The saved uid stays 0 until privilege_drop(), which is why seteuid(0)
 * works in between. The caller may stop or kill this process at any time: each change is one ioctl
 * (os_darwin.c), so nothing is ever half done. Core files and debuggers are kept off by P_SUGID.
 *
 * setreuid(2), not setuid(2), gives up for good: it sets the saved uid when that is neither argument, whoever
 * calls, while setuid(2) sets all three only while the effective one is 0. So a wrong owner's uid goes too.
 *
 * Modelled, not run: tests/helper/darwin/ has a model of these calls (kern_prot.c in xnu). */
#include "privilege.h"

#include <libproc.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report.h"

static const char cannot_shrink[] = "cannot give up privileges";
static uid_t caller_uid, granted_uid;

/* Why the set-user-ID bit gave nothing. The kernel's path of the file that runs, whatever argv[0] says. */
static const char *find_fault(void)
{
	static char path[PROC_PIDPATHINFO_MAXSIZE];
	struct statfs mounted;
	struct stat self;

	(void)proc_pidpath(getpid(), path, sizeof(path)); /* or "", which is no file */
	if (stat(path, &self) == 0 && statfs(path, &mounted) == 0) {
		if (self.st_uid != 0)
			return "not installed as it must be: wrong owner, not root";
		if ((self.st_mode & S_ISUID) == 0)
			return "not installed as it must be: not setuid";
		if ((mounted.f_flags & MNT_NOSUID) != 0)
			return "not installed as it must be: its file system is mounted nosuid";
	}
	return "the setuid bit had no effect (traced or sandboxed)";
}

struct caller privilege_record(void)
{
	struct caller caller = {getuid(), getgid(), NULL};

	caller_uid = caller.uid;
	granted_uid = geteuid();
	if (granted_uid != 0 || (caller_uid != 0 && issetugid() == 0))
		caller.fault = find_fault();
	return caller;
}

void privilege_shrink(const struct caller *caller)
{
	gid_t gid = caller->gid;

	must(setregid(gid, gid) == 0 && getegid() == gid, cannot_shrink);
	if (caller->fault != NULL) {
		must(privilege_drop(), cannot_shrink);
		return;
	}
	/* While root. xnu makes setgroups(0, ...) a list with group 0 in it, so: the caller's one. It is not
	 * read back: getgroups(2) of macOS asks the directory service for the groups of the user. */
	must(setgroups(1, &gid) == 0, cannot_shrink);
	privilege_effect(false);
}

void privilege_seal(void)
{
	/* Seatbelt's filters are deprecated and judge no ioctl arguments. */
}

void privilege_effect(bool on)
{
	uid_t uid = on ? 0 : caller_uid;

	must(seteuid(uid) == 0 && geteuid() == uid, "cannot raise or lower privileges");
}

bool privilege_drop(void)
{
	bool gone = setreuid(caller_uid, caller_uid) == 0 && geteuid() == caller_uid &&
		    (caller_uid == 0 || granted_uid == caller_uid || seteuid(granted_uid) != 0);

	(void)seteuid(caller_uid); /* if it is not gone, saying so is not for root */
	return gone;
}
