/* What a push answers, in pieces of any size: failures hide in a stream whose status is 200. */
#include "engine_push.h"

#include <stdlib.h>

#include "mem.h"
#include "tap.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX
#define OTHER "sha256:f123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define AUX(digest)                                                             \
	"{\"progressDetail\":{},\"aux\":{\"Tag\":\"pack\",\"Digest\":\"" digest \
	"\",\"Size\":528}}\r\n"
#define PROGRESS                                                                                   \
	"{\"status\":\"The push refers to repository [127.0.0.1:5000/x]\"}\r\n"                    \
	"{\"status\":\"Pushing\",\"progressDetail\":{\"current\":1,\"total\":2},\"progress\":\"[>" \
	" ]\",\"id\":\"0\"}\r\n"

struct result {
	char digest[ENGINE_DIGEST_STRLEN];
	char *failure;
	bool strange;
};

static struct result feed(const char *text, size_t len, size_t piece)
{
	struct engine_push_stream stream = ENGINE_PUSH_STREAM_INIT;
	struct result result;

	for (size_t at = 0; at < len; at += piece)
		if (engine_push_feed(&stream, text + at, len - at < piece ? len - at : piece) != 0)
			break;
	(void)engine_push_end(&stream);
	result = (struct result){.failure = stream.failure ? xstrdup(stream.failure) : NULL,
		.strange = stream.strange};
	memcpy(result.digest, stream.digest, sizeof(result.digest));
	engine_push_clear(&stream);
	return result;
}

/* The same whatever the pieces: the whole, single bytes, and sizes that cut lines and CRLF. */
static void gives(
	const char *text, const char *digest, const char *failure, bool strange, const char *name)
{
	static const size_t pieces[] = {1, 2, 7, 64, 1 << 20};
	bool pass = true;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct result got = feed(text, strlen(text), pieces[i]);

		pass = pass && strcmp(got.digest, digest) == 0 && got.strange == strange &&
		       (failure == NULL ? got.failure == NULL
					: got.failure != NULL && strcmp(got.failure, failure) == 0);
		free(got.failure);
	}
	ok(pass, "%s", name);
}

static void long_lines(void)
{
	size_t len = ENGINE_PUSH_LINE_MAX + 100;
	char *text = xcalloc(len + 1, 1);
	struct result got;

	memset(text, ' ', len);
	got = feed(text, len, 4096);
	ok(got.strange, "a line that does not end is strange");
	memcpy(text, PROGRESS, strlen(PROGRESS));
	for (size_t i = strlen(PROGRESS); i < len; i += 100)
		text[i] = '\n';
	got = feed(text, len, 4096);
	ok(!got.strange, "many lines of the same length together are not");
	free(text);
}

static void digests(void)
{
	static const char *const bad[] = {"", "sha256:", HEX, "sha256:" HEX "0", "sha512:" HEX,
		"SHA256:" HEX, "sha256:" HEX "\n",
		"sha256:g123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		"sha256:F123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		" sha256:" HEX};

	ok(engine_digest_valid(DIGEST), "a digest is one");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!engine_digest_valid(bad[i]), "bad digest %zu is none", i);
}

int main(void)
{
	gives(PROGRESS AUX(DIGEST), DIGEST, NULL, false, "a push that succeeds");
	gives(AUX(DIGEST) PROGRESS, DIGEST, NULL, false, "the digest need not come last");
	gives("{\"aux\":{\"Digest\":\"" DIGEST "\"}}", DIGEST, NULL, false, "nor end in a newline");
	gives("", "", NULL, false, "an empty answer has no digest");
	gives("\r\n\r\n", "", NULL, false, "nor have empty lines");
	gives(PROGRESS, "", NULL, false, "nor has progress alone");
	gives(PROGRESS "{\"errorDetail\":{\"message\":\"denied\"},\"error\":\"denied\"}\r\n", "",
		"denied", false, "a failure in the stream");
	gives("{\"errorDetail\":{\"code\":401,\"message\":\"x\"}}", "", "x", false,
		"errorDetail alone");
	gives("{\"error\":\"y\"}\n", "", "y", false, "error alone");
	gives("{\"errorDetail\":{}}\n", "", "an error without a text", false,
		"an error that says nothing is one");
	gives("{\"errorDetail\":\"z\"}\n", "", "an error without a text", false,
		"and one of another type");
	gives("{\"error\":\"first\"}\n{\"error\":\"second\"}\n", "", "first", false,
		"the first failure counts");
	gives(AUX(DIGEST) "{\"error\":\"after all\"}\n", DIGEST, "after all", false,
		"a failure after the digest is one");
	gives("{\"message\":\"no such image\"}\n", "", "no such image", false,
		"a refusal before the stream");
	gives("not JSON\n", "", NULL, true, "what is no JSON is strange");
	gives("[]\n", "", NULL, true, "what is no object too");
	gives("{\"status\":\"x\"", "", NULL, true, "and a line that was cut");
	gives("{\"status\":\"x\"} trailing\n", "", NULL, true, "and one with more behind it");
	gives(AUX("sha256:short"), "", NULL, true, "a digest that is none");
	gives(AUX(DIGEST) AUX(OTHER), DIGEST, NULL, true, "two digests that differ");
	gives(AUX(DIGEST) AUX(DIGEST), DIGEST, NULL, false, "the same one twice");
	gives("{\"aux\":{\"Digest\":5}}\n{\"aux\":null}\n{\"aux\":\"x\"}\n", "", NULL, false,
		"an aux that says nothing of it");
	long_lines();
	digests();
	return done_testing();
}
