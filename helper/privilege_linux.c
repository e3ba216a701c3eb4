/* Linux: uid 0 three times over, CAP_NET_ADMIN permitted and nothing else.
 *
 * Why uid 0 and not the caller's: kill(2) wants a real or effective uid of the sender that is the real or
 * saved one of the target. Between SIOCSIFADDR and SIOCSIFNETMASK a stopped helper would be a weapon
 * (os_linux.c), so all three are 0 and only root can signal. Uid 0 without capabilities still owns root's
 * files, hence the system call filter: no call that opens, makes or changes a file is left. */
#include "privilege.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "netd_filter.h" /* generated: static struct sock_filter netd_filter[] */
#include "report.h"

#define NET_ADMIN (1U << CAP_NET_ADMIN)
#define NEEDED (NET_ADMIN | 1U << CAP_SETUID | 1U << CAP_SETGID | 1U << CAP_SETPCAP)

/* Ids and groups are set by syscall(2): libc would do it for every thread, with much code for that.
 * prctl(2) wants all five, as unsigned long. */
#define CONTROL(option, arg) prctl(option, (unsigned long)(arg), 0UL, 0UL, 0UL)

static const char kept[] = "cannot give up privileges";
static struct __user_cap_header_struct cap_head = {_LINUX_CAPABILITY_VERSION_3, 0};

static bool caps_set(uint32_t permitted, uint32_t effective)
{
	struct __user_cap_data_struct want[2] = {{effective, permitted, 0}, {0, 0, 0}};
	struct __user_cap_data_struct got[2] = {{.inheritable = 1}}; /* like no want */

	return syscall(SYS_capset, &cap_head, want) == 0 &&
	       syscall(SYS_capget, &cap_head, got) == 0 && memcmp(want, got, sizeof(want)) == 0;
}

/* Why the set-user-ID bit gave nothing. /proc/self/exe is the file that runs, whatever argv[0] says. */
static const char *find_fault(void)
{
	struct stat self;
	struct statvfs mount;
	bool seen = stat("/proc/self/exe", &self) == 0 && statvfs("/proc/self/exe", &mount) == 0;

	if (seen && self.st_uid != 0)
		return "not installed as it must be: wrong owner, not root";
	if (seen && (self.st_mode & S_ISUID) == 0)
		return "not installed as it must be: not setuid";
	if (seen && (mount.f_flag & ST_NOSUID) != 0)
		return "not installed as it must be: its file system is mounted nosuid";
	if (CONTROL(PR_GET_NO_NEW_PRIVS, 0) != 0)
		return "no_new_privs is set (container, sandbox or systemd unit)";
	return "the setuid bit had no effect (traced, or in a user namespace)";
}

struct caller privilege_record(void)
{
	struct caller caller = {getuid(), getgid(), NULL};
	struct __user_cap_data_struct got[2] = {0};

	if (geteuid() != 0 || (caller.uid != 0 && issetugid() == 0))
		caller.fault = find_fault();
	else if (syscall(SYS_capget, &cap_head, got) != 0 || (~got[0].effective & NEEDED) != 0)
		caller.fault = "root lacks capabilities here (container or bounding set)";
	return caller;
}

void privilege_shrink(const struct caller *caller)
{
	bool whole = caller->fault == NULL;
	uid_t uid = whole ? 0 : caller->uid, u[3] = {~uid};
	gid_t gid = caller->gid, g[3] = {~gid};

	/* EINVAL behind the last one. No kernel has more than 64: a filter of somebody's may say so. */
	for (int i = 0; whole && i < 64 && CONTROL(PR_CAPBSET_DROP, i) == 0; i++)
		must(CONTROL(PR_CAPBSET_READ, i) == 0, kept);
	must(!whole || errno == EINVAL, kept);
	/* Root in a user namespace of its own may not do this (user_namespaces(7), "setgroups"), and
	 * gains nothing by keeping what are its own groups. */
	if (whole && (syscall(SYS_setgroups, 0, NULL) != 0 || getgroups(0, NULL) != 0))
		must(caller->uid == 0, kept);
	must(CONTROL(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL) == 0, kept);
	/* With a fault they may be numbers that cannot be set (user_namespaces(7), "Unmapped"), and need
	 * not be: they are what is there. */
	must(syscall(SYS_setresgid, gid, gid, gid) == 0 || !whole, kept);
	must(syscall(SYS_setresuid, uid, uid, uid) == 0 || !whole, kept);
	must(getresgid(g, g + 1, g + 2) == 0 && getresuid(u, u + 1, u + 2) == 0, kept);
	for (int i = 0; i < 3; i++)
		must(u[i] == uid && g[i] == gid, kept);
	must(caps_set(whole ? NET_ADMIN : 0, 0), kept);
	must(CONTROL(PR_SET_NO_NEW_PRIVS, 1) == 0 && CONTROL(PR_GET_NO_NEW_PRIVS, 0) == 1, kept);
	/* After the ids: a change of them sets it anew (PR_SET_DUMPABLE in prctl(2)). */
	must(CONTROL(PR_SET_DUMPABLE, 0) == 0 && CONTROL(PR_GET_DUMPABLE, 0) == 0, kept);
	/* What was given up must not come back. */
	must(!caps_set(NEEDED, 0) && caps_set(whole ? NET_ADMIN : 0, 0), kept);
	must((gid == 0 || syscall(SYS_setgid, 0) != 0) && (uid == 0 || syscall(SYS_setuid, 0) != 0),
		kept);
}

void privilege_seal(void)
{
	struct sock_fprog filter = {sizeof(netd_filter) / sizeof(netd_filter[0]), netd_filter};

	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0, "cannot filter calls");
}

void privilege_effect(bool on)
{
	must(caps_set(NET_ADMIN, on ? NET_ADMIN : 0), "cannot raise or lower CAP_NET_ADMIN");
}

bool privilege_drop(void)
{
	return caps_set(0, 0) && !caps_set(NET_ADMIN, 0) && caps_set(0, 0);
}
