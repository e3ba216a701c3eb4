/* Processes, by sysctl(3). Built, not run: see README.md. */
#include "smolvm_process_os.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"
#include "strv.h"

enum { ARGS_MAX = 1 << 18 };

/* KERN_PROCARGS2 gives argc, the executed path, padding NULs, then argc words and the environment. TEXT is
 * scratch. */
static void read_words(pid_t pid, char text[static ARGS_MAX], struct strv *ret)
{
	int name[] = {CTL_KERN, KERN_PROCARGS2, pid};
	size_t size = ARGS_MAX - 1;
	const char *at = text + sizeof(int), *end;
	int argc;

	if (sysctl(name, 3, text, &size, NULL, 0) != 0 || size <= sizeof(int))
		return;
	text[size] = '\0';
	memcpy(&argc, text, sizeof(argc));
	end = text + size;
	at += strlen(at);
	while (at < end && *at == '\0')
		at++;
	for (int i = 0; i < argc && at < end; i++) {
		strv_push(ret, at);
		at += strlen(at) + 1;
	}
}

int smolvm_process_find(
	smolvm_process_wanted *wanted, const char *arg, pid_t *ret, struct error *err)
{
	int name[] = {CTL_KERN, KERN_PROC, KERN_PROC_UID, (int)geteuid()};
	size_t size = 0;
	cleanup_free struct kinfo_proc *list = NULL;
	cleanup_free char *text = xcalloc(1, ARGS_MAX);

	if (sysctl(name, 4, NULL, &size, NULL, 0) != 0)
		return err_errno(err, EXIT_OS, "list processes");
	size += size / 4;
	list = xcalloc(1, size);
	if (sysctl(name, 4, list, &size, NULL, 0) != 0)
		return err_errno(err, EXIT_OS, "list processes");
	*ret = 0;
	for (size_t i = 0; i < size / sizeof(*list) && *ret == 0; i++) {
		cleanup_strv struct strv words = STRV_INIT;

		read_words(list[i].kp_proc.p_pid, text, &words);
		if (words.count > 0 && wanted(&words, arg))
			*ret = list[i].kp_proc.p_pid;
	}
	return 0;
}
