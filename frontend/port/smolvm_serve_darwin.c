/* Looks for `smolvm serve` by sysctl(3). Built, not run: see README.md. */
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "smolvm.h"

/* KERN_PROCARGS2 gives argc, the executed path, padding NULs, then argv. */
static bool serves(pid_t pid)
{
	int name[] = {CTL_KERN, KERN_PROCARGS2, pid};
	static char text[1 << 18];
	size_t size = sizeof(text) - 1;
	const char *at = text + sizeof(int), *end;

	if (sysctl(name, 3, text, &size, NULL, 0) != 0)
		return false;
	text[size] = '\0';
	end = text + size;
	at += strlen(at);
	while (at < end && *at == '\0')
		at++;
	at += strlen(at) + 1;
	return at < end && strcmp(at, "serve") == 0 && strstr(text + sizeof(int), "smol") != NULL;
}

int smolvm_serve_pid(pid_t *ret, struct error *err)
{
	int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_UID, (int)geteuid()};
	size_t size = 0;
	cleanup_free struct kinfo_proc *list = NULL;

	if (sysctl(name, 4, NULL, &size, NULL, 0) != 0)
		return err_errno(err, EXIT_OS, "list processes");
	size += size / 4;
	list = xcalloc(1, size);
	if (sysctl(name, 4, list, &size, NULL, 0) != 0)
		return err_errno(err, EXIT_OS, "list processes");
	*ret = 0;
	for (size_t i = 0; i < size / sizeof(*list) && *ret == 0; i++)
		if (serves(list[i].kp_proc.p_pid))
			*ret = list[i].kp_proc.p_pid;
	return 0;
}
