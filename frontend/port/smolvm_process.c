/* What command lines of smolvm look like. */
#include "smolvm_process.h"

#include <string.h>

#include "smolvm_process_os.h"
#include "strv.h"

static bool is_server(const struct strv *words, const char *unused)
{
	const char *program = words->item[0], *slash = strrchr(program, '/');

	(void)unused;
	return words->count > 1 && strcmp(words->item[1], "serve") == 0 &&
	       strncmp(slash ? slash + 1 : program, "smol", 4) == 0;
}

static bool is_foreign_monitor(const struct strv *words, const char *cache)
{
	const char *config = words->count > 2 ? words->item[2] : NULL;
	size_t len = strlen(cache);

	return words->count > 1 && strcmp(words->item[1], "_boot-vm") == 0 &&
	       (config == NULL || strncmp(config, cache, len) != 0 || config[len] != '/');
}

/* An interpreter and a wrapper may stand in front. */
static bool is_making(const struct strv *words, const char *machine)
{
	bool making = false;

	for (size_t i = 2; i < words->count; i++) {
		const char *word = words->item[i];

		if (making && strcmp(word, machine) == 0)
			return true;
		making |= strcmp(words->item[i - 1], "machine") == 0 &&
			  (strcmp(word, "start") == 0 || strcmp(word, "create") == 0);
	}
	return false;
}

int smolvm_serve_pid(pid_t *ret, struct error *err)
{
	return smolvm_process_find(is_server, NULL, ret, err);
}

int smolvm_foreign_monitor(const char *cache, pid_t *ret, struct error *err)
{
	return smolvm_process_find(is_foreign_monitor, cache, ret, err);
}

int smolvm_making(const char *machine, pid_t *ret, struct error *err)
{
	return smolvm_process_find(is_making, machine, ret, err);
}
