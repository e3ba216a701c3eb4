/* Processes of smolvm, from /proc (proc(5)). */
#include "smolvm_process.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "num.h"

/* The words of a command line, NUL-separated; NULL behind the last. */
static const char *word(const struct buf *cmdline, unsigned number)
{
	const char *at = cmdline->data, *end = at + cmdline->len;

	while (number-- > 0 && at < end)
		at += strlen(at) + 1;
	return cmdline->len > 0 && at < end ? at : NULL;
}

static bool is_server(const struct buf *cmdline, const char *unused)
{
	const char *program = word(cmdline, 0), *verb = word(cmdline, 1);
	const char *slash = program ? strrchr(program, '/') : NULL;

	(void)unused;
	return verb != NULL && strcmp(verb, "serve") == 0 &&
	       strncmp(slash ? slash + 1 : program, "smol", 4) == 0;
}

static bool is_foreign_monitor(const struct buf *cmdline, const char *cache)
{
	const char *verb = word(cmdline, 1), *config = word(cmdline, 2);
	size_t len = strlen(cache);

	return verb != NULL && strcmp(verb, "_boot-vm") == 0 &&
	       (config == NULL || strncmp(config, cache, len) != 0 || config[len] != '/');
}

/* An interpreter and a wrapper may stand in front. */
static bool is_making(const struct buf *cmdline, const char *machine)
{
	for (unsigned i = 1; word(cmdline, i) != NULL && word(cmdline, i + 1) != NULL; i++) {
		const char *verb = word(cmdline, i + 1);

		if (strcmp(word(cmdline, i), "machine") != 0 ||
			(strcmp(verb, "start") != 0 && strcmp(verb, "create") != 0))
			continue;
		for (unsigned k = i + 2; word(cmdline, k) != NULL; k++)
			if (strcmp(word(cmdline, k), machine) == 0)
				return true;
	}
	return false;
}

static int find(bool (*wanted)(const struct buf *cmdline, const char *arg), const char *arg,
	pid_t *ret, struct error *err)
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
		if (fs_read(path, &cmdline, &ignored) == 0 && wanted(&cmdline, arg))
			*ret = (pid_t)pid;
	}
	closedir(dir);
	return 0;
}

int smolvm_serve_pid(pid_t *ret, struct error *err)
{
	return find(is_server, NULL, ret, err);
}

int smolvm_foreign_monitor(const char *cache, pid_t *ret, struct error *err)
{
	return find(is_foreign_monitor, cache, ret, err);
}

int smolvm_making(const char *machine, pid_t *ret, struct error *err)
{
	return find(is_making, machine, ret, err);
}
