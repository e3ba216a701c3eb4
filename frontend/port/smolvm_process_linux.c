/* Processes, from /proc (proc(5)). */
#include "smolvm_process_os.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "num.h"
#include "self.h"
#include "strv.h"

/* The words of a command line, each with a NUL behind it. */
static void split(const struct buf *cmdline, struct strv *ret)
{
	const char *at = buf_str(cmdline), *end = at + cmdline->len;

	for (; at < end; at += strlen(at) + 1)
		strv_push(ret, at);
}

int smolvm_process_find(
	smolvm_process_wanted *wanted, const char *arg, pid_t *ret, struct error *err)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (dir == NULL)
		return err_errno(err, EXIT_OS, "list processes in /proc");
	*ret = 0;
	while (*ret == 0 && (entry = readdir(dir)) != NULL) {
		cleanup_buf struct buf cmdline = BUF_INIT(1 << 20);
		cleanup_error struct error ignored = ERROR_INIT;
		cleanup_strv struct strv words = STRV_INIT;
		cleanup_free char *path = NULL;
		uint32_t pid;
		uid_t uid;
		struct stat st;

		if (!parse_u32(entry->d_name, 1, INT32_MAX, &pid) ||
			fstatat(dirfd(dir), entry->d_name, &st, 0) != 0 ||
			(st.st_uid != geteuid() && st.st_uid != 0))
			continue;
		path = xasprintf("/proc/%s/cmdline", entry->d_name);
		if (fs_read(path, &cmdline, &ignored) == 0)
			split(&cmdline, &words);
		if (words.count > 0 && wanted(&words, arg) &&
			self_process_uid((pid_t)pid, &uid) == 0 && uid == geteuid())
			*ret = (pid_t)pid;
	}
	closedir(dir);
	return 0;
}
