/* Any bytes as what an engine says of a push, in pieces of the length that the first byte gives. */
#include "engine_push.h"

#include "fuzz.h"

#define cleanup_stream __attribute__((cleanup(engine_push_clear)))

static void feed(struct engine_push_stream *stream, const uint8_t *data, size_t size, size_t piece)
{
	for (size_t at = 0; at < size; at += piece) {
		size_t len = size - at < piece ? size - at : piece;
		int result = engine_push_feed(stream, (const char *)data + at, len);

		FUZZ_RULE((result != 0) == stream->strange);
	}
	FUZZ_RULE((engine_push_end(stream) != 0) == stream->strange);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_stream struct engine_push_stream whole = ENGINE_PUSH_STREAM_INIT;
	cleanup_stream struct engine_push_stream parts = ENGINE_PUSH_STREAM_INIT;

	if (size == 0)
		return 0;
	feed(&whole, data + 1, size - 1, size);
	feed(&parts, data + 1, size - 1, data[0] % 32 + 1);
	FUZZ_RULE(whole.strange == parts.strange && strcmp(whole.digest, parts.digest) == 0);
	FUZZ_RULE((whole.failure == NULL) == (parts.failure == NULL));
	FUZZ_RULE(whole.failure == NULL || strcmp(whole.failure, parts.failure) == 0);
	FUZZ_RULE(whole.failure == NULL || whole.failure[0] != '\0');
	FUZZ_RULE(whole.digest[0] == '\0' || engine_digest_valid(whole.digest));
	return 0;
}
