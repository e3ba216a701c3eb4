/* The model's user and group ids, by the rules of kern_prot.c. */
#include "darwin.h"
#include "xnu.h"

static bool is_suser(void)
{
	return xnu.euid == 0;
}

/* The effective group is the first of the list. The list keeps its other members: a new effective group that is
 * among them changes places with the old one. */
static void set_egid(gid_t gid)
{
	for (unsigned i = 1; i < xnu.group_count; i++)
		if (xnu.groups[i] == gid)
			xnu.groups[i] = xnu.egid;
	xnu.egid = xnu.groups[0] = gid;
}

static bool may_be_uid(uid_t uid)
{
	return uid == xnu.ruid || uid == xnu.svuid || is_suser();
}

static bool may_be_gid(gid_t gid)
{
	return gid == xnu.rgid || gid == xnu.svgid || is_suser();
}

uid_t getuid(void)
{
	int ret;

	(void)xnu_enter("getuid", 0, &ret);
	return xnu.ruid;
}

uid_t geteuid(void)
{
	int ret;

	(void)xnu_enter("geteuid", 0, &ret);
	return xnu.euid;
}

gid_t getgid(void)
{
	int ret;

	(void)xnu_enter("getgid", 0, &ret);
	return xnu.rgid;
}

gid_t getegid(void)
{
	int ret;

	(void)xnu_enter("getegid", 0, &ret);
	return xnu.egid;
}

int issetugid(void)
{
	int ret;

	(void)xnu_enter("issetugid", 0, &ret);
	return xnu.sugid;
}

pid_t getpid(void)
{
	int ret;

	(void)xnu_enter("getpid", 0, &ret);
	return 4242;
}

int setuid(uid_t uid)
{
	CALL("setuid", 0);
	if (!may_be_uid(uid))
		return xnu_error(EPERM);
	if (is_suser())
		xnu.ruid = xnu.svuid = uid;
	xnu.euid = uid;
	return 0;
}

int seteuid(uid_t uid)
{
	CALL("seteuid", 0);
	if (!may_be_uid(uid))
		return xnu_error(EPERM);
	xnu.euid = uid;
	errno = EINTR; /* it worked, so errno may be anything */
	return 0;
}

int setreuid(uid_t ruid, uid_t euid)
{
	const uid_t none = (uid_t)-1;
	uid_t end = euid == none ? xnu.euid : euid;

	CALL("setreuid", 0);
	if ((ruid != none && ruid != xnu.euid && !may_be_uid(ruid)) ||
		(euid != none && euid != xnu.euid && !may_be_uid(euid)))
		return xnu_error(EPERM);
	if (xnu.svuid != ruid && xnu.svuid != euid && !xnu.keeps)
		xnu.svuid = end;
	xnu.ruid = ruid == none ? xnu.ruid : ruid;
	xnu.euid = end;
	return 0;
}

int setgid(gid_t gid)
{
	CALL("setgid", 0);
	if (!may_be_gid(gid))
		return xnu_error(EPERM);
	if (is_suser())
		xnu.rgid = xnu.svgid = gid;
	set_egid(gid);
	return 0;
}

int setegid(gid_t gid)
{
	CALL("setegid", 0);
	if (!may_be_gid(gid))
		return xnu_error(EPERM);
	set_egid(gid);
	return 0;
}

int setregid(gid_t rgid, gid_t egid)
{
	const gid_t none = (gid_t)-1;
	gid_t end = egid == none ? xnu.egid : egid;

	CALL("setregid", 0);
	if ((rgid != none && rgid != xnu.egid && !may_be_gid(rgid)) ||
		(egid != none && egid != xnu.egid && !may_be_gid(egid)))
		return xnu_error(EPERM);
	if (xnu.svgid != rgid && xnu.svgid != egid)
		xnu.svgid = end;
	xnu.rgid = rgid == none ? xnu.rgid : rgid;
	set_egid(end);
	return 0;
}

int setgroups(int count, const gid_t *list)
{
	CALL("setgroups", 0);
	if (!is_suser())
		return xnu_error(EPERM);
	if (count < 0 || count > XNU_GROUPS)
		return xnu_error(EINVAL);
	xnu.groups[0] = 0; /* an empty list is one with group 0 */
	xnu.group_count = count == 0 ? 1 : (unsigned)count;
	for (int i = 0; i < count; i++)
		xnu.groups[i] = list[i];
	xnu.egid = xnu.groups[0];
	return 0;
}
