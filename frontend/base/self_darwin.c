/* Our own place and identity on macOS. Built, not run: see README.md. */
#include "self.h"

#include <errno.h>
#include <limits.h>
#include <mach-o/dyld.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <sys/utsname.h>

#include "err.h"
#include "mem.h"

int self_program(char **ret, struct error *err)
{
	char raw[PATH_MAX], path[PATH_MAX];
	uint32_t size = sizeof(raw);

	if (_NSGetExecutablePath(raw, &size) != 0 || realpath(raw, path) == NULL)
		return err_errno(err, EXIT_OS, "find this program's own path");
	*ret = xstrdup(path);
	return 0;
}

static int ask(pid_t pid, struct kinfo_proc *ret)
{
	int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, pid};
	size_t size = sizeof(*ret);

	if (sysctl(name, 4, ret, &size, NULL, 0) != 0)
		return -1;
	if (size == 0)
		errno = ESRCH;
	return size == 0 ? -1 : 0;
}

int self_process_start(pid_t pid, uint64_t *ret)
{
	struct kinfo_proc info;

	if (ask(pid, &info) != 0)
		return -1;
	*ret = (uint64_t)info.kp_proc.p_starttime.tv_sec * 1000000u +
	       (uint64_t)info.kp_proc.p_starttime.tv_usec;
	return 0;
}

int self_process_uid(pid_t pid, uid_t *ret)
{
	struct kinfo_proc info;

	if (ask(pid, &info) != 0)
		return -1;
	*ret = info.kp_eproc.e_ucred.cr_uid;
	return 0;
}

char *self_boot_id(void)
{
	char text[64] = "";
	size_t size = sizeof(text) - 1;

	if (sysctlbyname("kern.bootsessionuuid", text, &size, NULL, 0) != 0)
		return xstrdup("");
	return xstrdup(text);
}

const char *self_arch(void)
{
	struct utsname name;

	return uname(&name) == 0 && strcmp(name.machine, "x86_64") == 0 ? "x86_64" : "aarch64";
}
