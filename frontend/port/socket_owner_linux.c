/* /proc/PID/fd and /proc/PID/comm (proc(5)); another user's cannot be read. */
#include "socket_owner.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "mem.h"
#include "num.h"

static void read_name(uint32_t pid, char *name, size_t size)
{
	cleanup_free char *path = xasprintf("/proc/%" PRIu32 "/comm", pid);
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return;
	if (fgets(name, (int)size, file) != NULL)
		name[strcspn(name, "\n")] = '\0';
	fclose(file);
}

static void take(struct socket_owner *owners, size_t count, uint32_t pid, uint64_t inode)
{
	for (size_t i = 0; i < count; i++) {
		if (owners[i].inode != inode || owners[i].pid != 0)
			continue;
		owners[i].pid = (pid_t)pid;
		read_name(pid, owners[i].name, sizeof(owners[i].name));
	}
}

static void look_into(struct socket_owner *owners, size_t count, uint32_t pid)
{
	cleanup_free char *path = xasprintf("/proc/%" PRIu32 "/fd", pid);
	DIR *dir = opendir(path);
	struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char target[64];
		ssize_t len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		uint64_t inode;

		target[len > 0 ? len : 0] = '\0';
		if (sscanf(target, "socket:[%" SCNu64 "]", &inode) == 1 && inode != 0)
			take(owners, count, pid, inode);
	}
	if (dir != NULL)
		closedir(dir);
}

void socket_owner_find(struct socket_owner *owners, size_t count)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	uint32_t pid;

	for (size_t i = 0; i < count; i++) {
		owners[i].pid = 0;
		owners[i].name[0] = '\0';
	}
	while (dir != NULL && (entry = readdir(dir)) != NULL)
		if (parse_u32(entry->d_name, 1, INT32_MAX, &pid))
			look_into(owners, count, pid);
	if (dir != NULL)
		closedir(dir);
}
