/* Our own place and identity, from /proc (proc(5)). */
#include "self.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "mem.h"
#include "num.h"

int self_program(char **ret, struct error *err)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len < 0)
		return err_errno(err, EXIT_OS, "find this program in /proc/self/exe");
	*ret = xstrndup(path, (size_t)len);
	return 0;
}

int self_process_start(pid_t pid, uint64_t *ret)
{
	cleanup_free char *path = xasprintf("/proc/%d/stat", (int)pid);
	cleanup_buf struct buf text = BUF_INIT(4096);
	cleanup_error struct error ignored = ERROR_INIT;
	char *at;

	if (fs_read(path, &text, &ignored) != 0)
		return -1;
	/* Field 2 is the name in parentheses and may hold anything; count from the last ')'. */
	at = text.data ? strrchr(text.data, ')') : NULL;
	if (at != NULL && at[1] == ' ' && at[2] == 'Z') /* it has ended; nobody has asked how */
		at = NULL;
	for (int field = 2; at != NULL && field < 22; field++) {
		at = strchr(at, ' ');
		at = at ? at + 1 : NULL;
	}
	if (at == NULL) {
		errno = ESRCH;
		return -1;
	}
	at[strcspn(at, " ")] = '\0';
	return parse_u64(at, ret) ? 0 : -1;
}

int self_process_uid(pid_t pid, uid_t *ret)
{
	cleanup_free char *path = xasprintf("/proc/%d/status", (int)pid);
	cleanup_buf struct buf status = BUF_INIT(1 << 16);
	cleanup_error struct error ignored = ERROR_INIT;
	const char *line;
	unsigned real, effective;

	if (fs_read(path, &status, &ignored) != 0)
		return -1;
	line = strstr(buf_str(&status), "\nUid:");
	if (line == NULL || sscanf(line, "\nUid: %u %u", &real, &effective) != 2)
		return -1;
	*ret = effective;
	return 0;
}

char *self_boot_id(void)
{
	cleanup_buf struct buf text = BUF_INIT(64);
	cleanup_error struct error ignored = ERROR_INIT;

	if (fs_read("/proc/sys/kernel/random/boot_id", &text, &ignored) != 0)
		return xstrdup("");
	return xstrndup(buf_str(&text), strcspn(buf_str(&text), "\n"));
}

const char *self_arch(void)
{
	struct utsname name;

	return uname(&name) == 0 && strcmp(name.machine, "aarch64") == 0 ? "aarch64" : "x86_64";
}
