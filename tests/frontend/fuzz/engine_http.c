/* Any bytes as the answer to one request. Each to a new handle: libcurl 7.88.1 keeps a pointer to the last header of
 * the answer before, and takes a continuation line that begins an answer for more of that freed header. Who can send
 * one is the engine, and root. */
#include "engine_http.h"

#include "err.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_engine server;
	struct engine_http *http = NULL;
	int result;
	cleanup_engine_answer struct engine_answer answer = ENGINE_ANSWER_INIT;
	cleanup_error struct error err = ERROR_INIT;
	struct engine_request request = {.method = "GET", .path = "/", .deadline_ms = 5000};

	if (size == 0 || size > 65536)
		return 0;
	if (server.path[0] == '\0') {
		server.close = true;
		fuzz_engine_start(&server);
	}
	FUZZ_RULE(engine_http_open(server.path, "--engine", &http, &err) == 0);
	request.keep = data[0] & 1 ? 16 : 0;
	fuzz_engine_say(&server, "", data + 1, size - 1);
	result = engine_http_send(http, &request, &answer, &err);
	engine_http_free(http);
	if (result != 0) {
		FUZZ_RULE(err.code == EXIT_UNAVAILABLE || err.code == EXIT_DEADLINE);
		FUZZ_RULE(err.message != NULL);
		return 0;
	}
	FUZZ_RULE(answer.status >= 200 && answer.status <= 999);
	FUZZ_RULE(answer.status < 300 || answer.status >= 400 || answer.status == 304);
	FUZZ_RULE(answer.body.len <= (request.keep ? request.keep : size));
	FUZZ_RULE(strspn(answer.api, "0123456789.") == strlen(answer.api));
	FUZZ_RULE(strlen(answer.api) < ENGINE_API_STRLEN);
	return 0;
}
