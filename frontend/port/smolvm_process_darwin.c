/* Processes of smolvm, by sysctl(3). Built, not run: see README.md. */
#include "smolvm_process.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "err.h"
#include "mem.h"

enum { ARGS_MAX = 1 << 18, WORD_MAX = 12 };

/* KERN_PROCARGS2 gives argc, the executed path, padding NULs, then argv. Fills WORDS, NULL where there is
 * none; they point into TEXT. */
static bool read_words(pid_t pid, char text[static ARGS_MAX], const char *words[static WORD_MAX])
{
	int name[] = {CTL_KERN, KERN_PROCARGS2, pid};
	size_t size = ARGS_MAX - 1;
	const char *at = text + sizeof(int), *end;

	if (sysctl(name, 3, text, &size, NULL, 0) != 0 || size <= sizeof(int))
		return false;
	text[size] = '\0';
	end = text + size;
	at += strlen(at);
	while (at < end && *at == '\0')
		at++;
	for (int i = 0; i < WORD_MAX; i++) {
		words[i] = at < end ? at : NULL;
		at += at < end ? strlen(at) + 1 : 0;
	}
	return words[0] != NULL;
}

static bool is_server(const char *const words[static WORD_MAX], const char *unused)
{
	const char *slash = strrchr(words[0], '/');

	(void)unused;
	return words[1] != NULL && strcmp(words[1], "serve") == 0 &&
	       strncmp(slash ? slash + 1 : words[0], "smol", 4) == 0;
}

static bool is_foreign_monitor(const char *const words[static WORD_MAX], const char *cache)
{
	size_t len = strlen(cache);

	return words[1] != NULL && strcmp(words[1], "_boot-vm") == 0 &&
	       (words[2] == NULL || strncmp(words[2], cache, len) != 0 || words[2][len] != '/');
}

/* An interpreter and a wrapper may stand in front. */
static bool is_making(const char *const words[static WORD_MAX], const char *machine)
{
	for (int i = 1; i + 1 < WORD_MAX && words[i + 1] != NULL; i++) {
		if (strcmp(words[i], "machine") != 0 ||
			(strcmp(words[i + 1], "start") != 0 && strcmp(words[i + 1], "create") != 0))
			continue;
		for (int k = i + 2; k < WORD_MAX && words[k] != NULL; k++)
			if (strcmp(words[k], machine) == 0)
				return true;
	}
	return false;
}

static int find(bool (*wanted)(const char *const words[static WORD_MAX], const char *arg),
	const char *arg, pid_t *ret, struct error *err)
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
		const char *words[WORD_MAX];

		if (read_words(list[i].kp_proc.p_pid, text, words) && wanted(words, arg))
			*ret = list[i].kp_proc.p_pid;
	}
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
