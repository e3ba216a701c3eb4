/* Any bytes as docker's config.json and, behind the first NUL, as the description of its only context. */
#include "engine_socket.h"

#include "err.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char config[300], meta[400];
	struct engine_socket found = ENGINE_SOCKET_INIT;
	cleanup_error struct error err = ERROR_INIT;
	const uint8_t *nul = size > 0 ? memchr(data, '\0', size) : NULL;
	size_t first = nul != NULL ? (size_t)(nul - data) : size;

	if (config[0] == '\0') {
		FUZZ_RULE(chdir(fuzz_folder()) == 0 && mkdir("contexts", 0700) == 0 &&
			  mkdir("contexts/meta", 0700) == 0 && mkdir("contexts/meta/x", 0700) == 0);
		snprintf(config, sizeof(config), "%s/config.json", fuzz_folder());
		snprintf(meta, sizeof(meta), "%s/contexts/meta/x/meta.json", fuzz_folder());
		unsetenv("DOCKER_HOST");
		unsetenv("DOCKER_CONTEXT");
		setenv("HOME", fuzz_folder(), 1);
		setenv("DOCKER_CONFIG", fuzz_folder(), 1);
	}
	fuzz_file(config, data, first);
	fuzz_file(meta, data + first + (nul != NULL), size - first - (nul != NULL));
	if (engine_socket_find(NULL, NULL, &found, &err) == 0)
		FUZZ_RULE(found.path[0] == '/' && found.rule != NULL);
	else
		FUZZ_RULE(err.code == EXIT_CONFIG || err.code == EXIT_REFUSED ||
			  err.code == EXIT_UNAVAILABLE);
	engine_socket_clear(&found);
	return 0;
}
