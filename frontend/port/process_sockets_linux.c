/* Descriptors from /proc/PID/fd, joined by inode with /proc/net/{tcp,tcp6,udp,udp6} (proc(5)). */
#include "process_sockets.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "listeners_table.h"
#include "mem.h"
#include "num.h"
#include "self.h"

struct inodes {
	uint64_t *item;
	size_t count;
};

#define cleanup_inodes __attribute__((cleanup(inodes_clear)))

static void inodes_clear(struct inodes *inodes)
{
	free(inodes->item);
}

static bool has(const struct inodes *inodes, uint64_t inode)
{
	for (size_t i = 0; i < inodes->count; i++)
		if (inodes->item[i] == inode)
			return true;
	return false;
}

/* Adds the sockets of one process; false when it does not let us look. */
static bool add_process(struct inodes *inodes, const char *pid)
{
	cleanup_free char *path = xasprintf("/proc/%s/fd", pid);
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (dir == NULL)
		return false;
	while ((entry = readdir(dir)) != NULL) {
		char target[64];
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		uint64_t inode;

		target[len > 0 ? len : 0] = '\0';
		if (sscanf(target, "socket:[%" SCNu64 "]", &inode) != 1)
			continue;
		inodes->item = xrealloc(inodes->item, inodes->count + 1, sizeof(*inodes->item));
		inodes->item[inodes->count++] = inode;
	}
	closedir(dir);
	return true;
}

static bool is_one_of(uint32_t pid, const pid_t known[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if ((pid_t)pid == known[i])
			return true;
	return false;
}

/* Everything that can be looked into. *RET_OTHERS counts processes of this user that cannot, but for those KNOWN. */
static int add_all(struct inodes *inodes, const pid_t known[], size_t count, size_t *ret_others,
	struct error *err)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	uint64_t start;
	uint32_t pid;
	uid_t uid;

	if (dir == NULL)
		return err_errno(err, EXIT_OS, "list processes in /proc");
	while ((entry = readdir(dir)) != NULL)
		if (parse_u32(entry->d_name, 1, INT32_MAX, &pid) &&
			!add_process(inodes, entry->d_name) && !is_one_of(pid, known, count) &&
			self_process_uid((pid_t)pid, &uid) == 0 && uid == geteuid() &&
			self_process_start((pid_t)pid, &start) == 0) /* a zombie has none */
			(*ret_others)++;
	closedir(dir);
	return 0;
}

struct search {
	const struct inodes *inodes;
	struct process_sockets *ret;
};

static bool wanted(const struct search *search, const struct listener *local)
{
	if (!search->ret->by_elimination)
		return has(search->inodes, local->inode);
	return local->uid == geteuid() && local->inode != 0 && !has(search->inodes, local->inode);
}

static void take(void *arg, const struct listener *local, const struct listener *remote)
{
	const struct search *search = arg;
	struct process_sockets *ret = search->ret;

	if (!wanted(search, local))
		return;
	ret->item = xrealloc(ret->item, ret->count + 1, sizeof(*ret->item));
	ret->item[ret->count++] = (struct process_socket){*local, *remote};
}

int process_sockets_read(
	const pid_t pid[], size_t count, struct process_sockets *ret, struct error *err)
{
	static const struct {
		const char *path;
		enum listener_proto proto;
		bool is_v6;
	} tables[] = {{"/proc/net/tcp", LISTENER_TCP, false},
		{"/proc/net/tcp6", LISTENER_TCP, true}, {"/proc/net/udp", LISTENER_UDP, false},
		{"/proc/net/udp6", LISTENER_UDP, true}};
	cleanup_free char *name = xasprintf("%d", (int)pid[0]);
	cleanup_inodes struct inodes inodes = {NULL, 0};
	struct search search = {&inodes, ret};

	process_sockets_clear(ret);
	ret->by_elimination = !add_process(&inodes, name);
	if (ret->by_elimination && add_all(&inodes, pid, count, &ret->others, err) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		FILE *table = fopen(tables[i].path, "re");
		int result;

		if (table == NULL && errno == ENOENT && tables[i].is_v6)
			continue; /* a kernel without IPv6 */
		if (table == NULL)
			return err_errno(err, EXIT_OS, "read %s", tables[i].path);
		result = listeners_table_each(table, tables[i].proto, tables[i].is_v6,
			tables[i].path, take, &search, err);
		fclose(table);
		if (result != 0)
			return -1;
	}
	return 0;
}
