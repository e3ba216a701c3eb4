/* Any bytes as what an engine tells of its events. The first byte: behind a good head or without, and of what. */
#include "engine_events.h"

#include "err.h"
#include "fuzz.h"

#define HEAD "HTTP/1.0 200 OK\r\n\r\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_engine server;
	cleanup_error struct error err = ERROR_INIT;
	enum engine_events_of of;
	cleanup_fd int fd = -1;
	uid_t uid;

	if (size == 0 || size > 65536)
		return 0;
	if (server.path[0] == '\0') {
		server.close = true;
		fuzz_engine_start(&server);
	}
	of = data[0] & 1 ? ENGINE_EVENTS_NETWORK : ENGINE_EVENTS_CONTAINER;
	fuzz_engine_say(&server, data[0] & 2 ? HEAD : "", data + 1, size - 1);
	if (engine_events_open(server.path, of, "0123", &fd, &uid, &err) != 0) {
		FUZZ_RULE(err.code == EXIT_UNAVAILABLE && (data[0] & 2) == 0);
		return 0;
	}
	for (int lines = 0; lines < 20; lines++) {
		cleanup_free char *own = NULL;
		const char *news = engine_events_read(fd, of, "0123", &own);

		/* That it is about another container is said of a network alone. */
		FUZZ_RULE(news != NULL || of == ENGINE_EVENTS_NETWORK);
		if (news != NULL && strcmp(news, "the engine went away") == 0)
			break;
	}
	return 0;
}
