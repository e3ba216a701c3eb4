/* Tag, push, untag. */
#include "engine_push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_call.h"
#include "err.h"
#include "mem.h"
#include "strv.h"

enum { PUSH_MS = 10 * 60 * 1000 };

/* No user, no password: base64url of {}. An engine refuses a push without the header. */
#define NO_AUTH "X-Registry-Auth: e30="

bool engine_digest_valid(const char *text)
{
	static const char prefix[] = "sha256:";
	const char *hex = text + sizeof(prefix) - 1;

	return strncmp(text, prefix, sizeof(prefix) - 1) == 0 && strlen(hex) == 64 &&
	       strspn(hex, "0123456789abcdef") == 64;
}

static void note_failure(struct engine_push_stream *stream, const json_t *object)
{
	const json_t *detail = json_object_get(object, "errorDetail");
	const char *text = engine_str(detail, "message");

	if (*text == '\0')
		text = engine_str(object, "error");
	if (*text == '\0')
		text = engine_message(object);
	if (*text == '\0' && detail != NULL)
		text = "an error without a text";
	if (*text != '\0' && stream->failure == NULL)
		stream->failure = xstrdup(text);
}

static int take_line(struct engine_push_stream *stream)
{
	const char *text = buf_str(&stream->line), *digest;
	json_auto_t *object = NULL;

	if (text[strspn(text, " \t\r")] == '\0')
		return 0;
	object = json_loadb(text, stream->line.len, 0, NULL);
	if (!json_is_object(object)) {
		stream->strange = true;
		return -1;
	}
	note_failure(stream, object);
	digest = engine_str(json_object_get(object, "aux"), "Digest");
	if (*digest == '\0')
		return 0;
	/* A second one that differs would leave it open which was ours. */
	if (!engine_digest_valid(digest) ||
		(stream->digest[0] != '\0' && strcmp(stream->digest, digest) != 0)) {
		stream->strange = true;
		return -1;
	}
	snprintf(stream->digest, sizeof(stream->digest), "%s", digest);
	return 0;
}

int engine_push_feed(void *arg, const char *bytes, size_t len)
{
	struct engine_push_stream *stream = arg;

	while (len > 0 && !stream->strange) {
		const char *end = memchr(bytes, '\n', len);
		size_t part = end != NULL ? (size_t)(end - bytes) : len;

		if (buf_append(&stream->line, bytes, part) != 0)
			stream->strange = true;
		if (end == NULL || stream->strange)
			break;
		if (take_line(stream) != 0)
			break;
		buf_clear(&stream->line);
		buf_init(&stream->line, ENGINE_PUSH_LINE_MAX);
		bytes += part + 1;
		len -= part + 1;
	}
	return stream->strange ? -1 : 0;
}

int engine_push_end(struct engine_push_stream *stream)
{
	if (stream->strange)
		return -1;
	return stream->line.len > 0 ? take_line(stream) : 0;
}

void engine_push_clear(struct engine_push_stream *stream)
{
	buf_clear(&stream->line);
	free(stream->failure);
	*stream = (struct engine_push_stream)ENGINE_PUSH_STREAM_INIT;
}

int engine_image_tag(struct engine *engine, const char *image, const char *repository,
	const char *tag, struct error *err)
{
	cleanup_free char *escaped_repository = engine_escape(repository, "");
	cleanup_free char *escaped_image = engine_escape(image, ":");
	cleanup_free char *path =
		xasprintf("/images/%s/tag?repo=%s&tag=%s", escaped_image, escaped_repository, tag);
	json_auto_t *answer = NULL;
	int status = 0;

	if (engine_call(engine, "POST", path, NULL, ENGINE_ASK_MS, &status, &answer, err) != 0)
		return -1;
	if (status == 201)
		return 0;
	return engine_refused(engine, status == 404 ? ENGINE_FAULT_MISSING : ENGINE_FAULT_OTHER,
		EXIT_CANTCREATE, answer, err, "name %s %s:%s", image, repository, tag);
}

int engine_image_push(struct engine *engine, const char *repository, const char *tag,
	char ret[static ENGINE_DIGEST_STRLEN], struct error *err)
{
	__attribute__((cleanup(engine_push_clear))) struct engine_push_stream stream =
		ENGINE_PUSH_STREAM_INIT;
	cleanup_free char *escaped = engine_escape(repository, "/:");
	cleanup_free char *path = xasprintf("/images/%s/push?tag=%s", escaped, tag);
	const struct engine_request request = {.method = "POST",
		.path = path,
		.deadline_ms = PUSH_MS,
		.header = NO_AUTH,
		.may_stop = true,
		.sink = engine_push_feed,
		.sink_arg = &stream};
	int status = 0;
	int sent = engine_call_stream(engine, &request, &status, err);

	if (stream.strange || (sent == 0 && engine_push_end(&stream) != 0)) {
		err_set(err, EXIT_UNAVAILABLE,
			"docker: push %s: the engine's answer is not as its API says", repository);
		return engine_failed(engine, ENGINE_FAULT_TRANSPORT);
	}
	if (stream.failure != NULL) {
		err_set(err, EXIT_UNAVAILABLE, "docker: push %s: %s", repository, stream.failure);
		return engine_failed(engine, ENGINE_FAULT_OTHER);
	}
	if (sent != 0)
		return -1;
	if (status != 200 || stream.digest[0] == '\0') {
		err_set(err, EXIT_UNAVAILABLE,
			"docker: push %s: the engine does not say what it pushed (HTTP status %d)",
			repository, status);
		return engine_failed(engine, ENGINE_FAULT_OTHER);
	}
	memcpy(ret, stream.digest, ENGINE_DIGEST_STRLEN);
	return 0;
}

static bool ends_in(const char *text, const char *suffix)
{
	size_t len = strlen(text), end = strlen(suffix);

	return len > end && strcmp(text + len - end, suffix) == 0;
}

static int remove_name(struct engine *engine, const char *name, struct error *err)
{
	cleanup_free char *escaped = engine_escape(name, "/:");
	cleanup_free char *path = xasprintf("/images/%s?noprune=1", escaped);
	json_auto_t *answer = NULL;
	int status = 0;

	if (engine_call(engine, "DELETE", path, NULL, ENGINE_ASK_MS, &status, &answer, err) != 0)
		return -1;
	if (status == 200 || status == 404)
		return 0;
	engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE, answer, err,
		"take the name %s from its image", name);
	return err_note(err, "next", "docker rmi %s", name);
}

static int untag(struct engine *engine, const json_t *names, const char *suffix, struct strv *kept,
	struct error *err)
{
	size_t others = 0, i;
	const json_t *name;

	json_array_foreach (names, i, name)
		others += json_is_string(name) && !ends_in(json_string_value(name), suffix) &&
			  strcmp(json_string_value(name), "<none>:<none>") != 0;
	json_array_foreach (names, i, name) {
		if (!json_is_string(name) || !ends_in(json_string_value(name), suffix))
			continue;
		if (others == 0)
			strv_push(kept, json_string_value(name));
		else if (remove_name(engine, json_string_value(name), err) != 0)
			return -1;
	}
	return 0;
}

int engine_image_untag(
	struct engine *engine, const char *suffix, struct strv *kept, struct error *err)
{
	json_auto_t *answer = NULL;
	const json_t *image;
	int status = 0;
	size_t i;

	if (engine_call(
		    engine, "GET", "/images/json", NULL, ENGINE_ASK_MS, &status, &answer, err) != 0)
		return -1;
	if (status != 200)
		return engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE, answer, err,
			"list the images");
	if (!json_is_array(answer))
		return engine_strange(engine, err, "list the images");
	json_array_foreach (answer, i, image)
		if (untag(engine, json_object_get(image, "RepoTags"), suffix, kept, err) != 0)
			return -1;
	return 0;
}
