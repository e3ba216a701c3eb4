/* Any bytes as a registry's answer, to the question whether it is there and to that for a manifest. It is asked over a
 * unix socket in place of a port, and each time by a new handle of libcurl: see engine_http.c. */
#define engine_curl_load fuzz_curl_load
#include "../../../frontend/port/registry.c"
#undef engine_curl_load

#include "fuzz.h"

const struct engine_curl *engine_curl_load(struct error *err);

static struct fuzz_engine server;
static struct engine_curl curl;
static CURL *(*easy_init)(void);

static CURL *init_on_socket(void)
{
	CURL *easy = easy_init();

	FUZZ_RULE(easy != NULL &&
		  curl.easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, server.path) == CURLE_OK);
	return easy;
}

const struct engine_curl *fuzz_curl_load(struct error *err)
{
	const struct engine_curl *real = engine_curl_load(err);

	FUZZ_RULE(real != NULL);
	curl = *real;
	easy_init = real->easy_init;
	curl.easy_init = init_on_socket;
	return &curl;
}

/* What follows the first empty line. */
static size_t body_of(const uint8_t *data, size_t size)
{
	const uint8_t *end = memmem(data, size, "\r\n\r\n", 4);

	return end != NULL ? (size_t)(end - data) + 4 : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char digest[sizeof("sha256:") + SHA256_HEX_LEN] = "sha256:";
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *config = NULL, *again = NULL;
	size_t body;

	if (size > 65536)
		return 0;
	if (server.path[0] == '\0') {
		server.close = true;
		fuzz_engine_start(&server);
	}
	body = body_of(data, size);
	sha256_hex((const char *)data + body, size - body, digest + strlen(digest));
	fuzz_engine_say(&server, "", data, size);
	/* To libcurl 200 is also what begins so and goes on as nothing: the digest is what decides. */
	if (registry_answers(5000))
		FUZZ_RULE(size >= strlen("HTTP/"));
	if (registry_manifest(5000, "x", digest, &config, &err) != 0) {
		FUZZ_RULE(config == NULL &&
			  (err.code == EXIT_UNAVAILABLE || err.code == EXIT_REFUSED));
		return 0;
	}
	FUZZ_RULE(config != NULL);
	/* Another manifest than the one that was pushed is never taken. */
	digest[strlen(digest) - 1] ^= 1;
	FUZZ_RULE(registry_manifest(5000, "x", digest, &again, &err) == -1 &&
		  err.code == EXIT_REFUSED);
	return 0;
}
