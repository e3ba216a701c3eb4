/* Looks for `smolvm serve` in /proc (proc(5)). */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "num.h"
#include "smolvm.h"

/* Whether the command line, NUL-separated, is an engine that serves: its API server is `smolvm serve`. */
static bool serves(const struct buf *cmdline)
{
	const char *base, *next;

	if (cmdline->len == 0)
		return false;
	base = strrchr(cmdline->data, '/');
	base = base ? base + 1 : cmdline->data;
	next = cmdline->data + strlen(cmdline->data) + 1;
	return strncmp(base, "smol", 4) == 0 && next < cmdline->data + cmdline->len &&
	       strcmp(next, "serve") == 0;
}

int smolvm_serve_pid(pid_t *ret, struct error *err)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (dir == NULL)
		return err_errno(err, EXIT_OS, "list processes in /proc");
	*ret = 0;
	while (*ret == 0 && (entry = readdir(dir)) != NULL) {
		cleanup_buf struct buf cmdline = BUF_INIT(1 << 20);
		cleanup_error struct error ignored = ERROR_INIT;
		cleanup_free char *path = NULL;
		uint32_t pid;
		struct stat st;

		if (!parse_u32(entry->d_name, 1, INT32_MAX, &pid) ||
			fstatat(dirfd(dir), entry->d_name, &st, 0) != 0 || st.st_uid != geteuid())
			continue;
		path = xasprintf("/proc/%s/cmdline", entry->d_name);
		if (fs_read(path, &cmdline, &ignored) == 0 && serves(&cmdline))
			*ret = (pid_t)pid;
	}
	closedir(dir);
	return 0;
}
