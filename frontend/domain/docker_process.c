/* /proc/PID/status: Uid, CapBnd, NoNewPrivs and Seccomp of proc(5). */
#include "docker_process.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "mem.h"

enum { STATUS_MAX = 65536 };

/* The value of KEY, up to the end of its line. Caller frees; "" without it. */
static char *value_of(const char *status, const char *key)
{
	cleanup_free char *start = xasprintf("\n%s:", key);
	const char *at = strstr(status, start);

	if (at == NULL)
		return xstrdup("");
	at += strlen(start);
	at += strspn(at, "\t ");
	return xstrndup(at, strcspn(at, "\n"));
}

bool docker_process_judge(const char *status, uid_t uid, char **ret_what)
{
	cleanup_free char *ids = value_of(status, "Uid"), *caps = value_of(status, "CapBnd");
	cleanup_free char *closed = value_of(status, "NoNewPrivs");
	cleanup_free char *filter = value_of(status, "Seccomp");
	cleanup_free char *wanted = xasprintf(
		"%u\t%u\t%u\t%u", (unsigned)uid, (unsigned)uid, (unsigned)uid, (unsigned)uid);
	bool own = strcmp(ids, wanted) == 0,
	     none = *caps != '\0' && strspn(caps, "0") == strlen(caps);
	bool shut = strcmp(closed, "1") == 0, filtered = strcmp(filter, "2") == 0;

	*ret_what = xasprintf("uid %.*s, %s, %s, %s", (int)strcspn(ids, "\t"), ids,
		none ? "no capability" : "CAPABILITIES",
		shut ? "no new privileges" : "NEW PRIVILEGES",
		filtered ? "seccomp filter" : "NO SECCOMP FILTER");
	return own && none && shut && filtered;
}

bool docker_process_is_confined(pid_t pid, uid_t uid, char **ret_what)
{
	cleanup_free char *path = xasprintf("/proc/%d/status", (int)pid);
	cleanup_error struct error unseen = ERROR_INIT;
	cleanup_buf struct buf text = BUF_INIT(STATUS_MAX);

	*ret_what = NULL;
	if (pid <= 0 || !fs_exists(path) || fs_read(path, &text, &unseen) != 0)
		return true;
	return docker_process_judge(buf_str(&text), uid, ret_what);
}
