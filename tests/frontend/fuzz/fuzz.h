/* What the fuzz targets share: a folder of their own with files in it, and an engine that answers anything. A target
 * is a parser and what must hold of whatever it accepts; one that only looks for crashes would not notice a policy
 * that is read as another one. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_RULE(holds)                                            \
	do {                                                        \
		if (!(holds)) {                                     \
			fputs("broken rule: " #holds "\n", stderr); \
			abort();                                    \
		}                                                   \
	} while (0)

/* A private folder below TMPDIR, which whoever starts the target removes. */
__attribute__((unused)) static const char *fuzz_folder(void)
{
	static char folder[200];
	const char *base = getenv("TMPDIR");

	if (folder[0] != '\0')
		return folder;
	snprintf(folder, sizeof(folder), "%s/fuzz.XXXXXX", base ? base : "/tmp");
	FUZZ_RULE(mkdtemp(folder) != NULL);
	return folder;
}

/* Replaces the file PATH, mode 0600. */
__attribute__((unused)) static void fuzz_file(const char *path, const uint8_t *data, size_t size)
{
	FILE *file;

	umask(077);
	file = fopen(path, "we");
	FUZZ_RULE(file != NULL);
	FUZZ_RULE(fwrite(data, 1, size, file) == size);
	FUZZ_RULE(fclose(file) == 0);
}

/* The input as a string in memory of exactly its size, so that a byte too many is seen. Caller frees. */
__attribute__((unused)) static char *fuzz_text(const uint8_t *data, size_t size)
{
	return xstrndup((const char *)data, size);
}

/* A thread that takes connections on a socket and gives each request the same answer. */
struct fuzz_engine {
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int listener;
	pthread_mutex_t lock; /* of the answer: a client may be gone while it is still given */
	uint8_t answer[70000];
	size_t len;
	bool close; /* after it */
};

/* What every request is answered from now on: HEAD and LEN bytes. */
__attribute__((unused)) static void fuzz_engine_say(
	struct fuzz_engine *engine, const char *head, const uint8_t *bytes, size_t len)
{
	size_t begin = strlen(head);

	FUZZ_RULE(begin + len <= sizeof(engine->answer));
	pthread_mutex_lock(&engine->lock);
	memcpy(engine->answer, head, begin);
	memcpy(engine->answer + begin, bytes, len);
	engine->len = begin + len;
	pthread_mutex_unlock(&engine->lock);
}

static inline bool fuzz_give_answer(struct fuzz_engine *engine, int fd)
{
	cleanup_free uint8_t *answer = NULL;
	size_t len;

	pthread_mutex_lock(&engine->lock);
	len = engine->len;
	answer = xcalloc(len + 1, 1);
	memcpy(answer, engine->answer, len);
	pthread_mutex_unlock(&engine->lock);
	return write(fd, answer, len) == (ssize_t)len;
}

static inline bool fuzz_take_request(int fd)
{
	char request[8192];
	size_t len = 0;

	for (;;) {
		ssize_t got = read(fd, request + len, sizeof(request) - 1 - len);
		const char *end, *body;

		if (got <= 0)
			return false;
		len += (size_t)got;
		request[len] = '\0';
		end = strstr(request, "\r\n\r\n");
		body = strcasestr(request, "Content-Length:");
		if (end != NULL &&
			len >= (size_t)(end - request) + 4 +
					(body && body < end ? strtoul(body + 15, NULL, 10) : 0))
			return true;
	}
}

static inline void *fuzz_serve(void *arg)
{
	struct fuzz_engine *engine = arg;
	pthread_t thread;
	int fd;

	while ((fd = accept(engine->listener, NULL, NULL)) < 0)
		;
	/* Whoever comes next is served beside this one. */
	FUZZ_RULE(pthread_create(&thread, NULL, fuzz_serve, engine) == 0);
	pthread_detach(thread);
	while (fuzz_take_request(fd) && fuzz_give_answer(engine, fd) && !engine->close)
		;
	close(fd);
	return NULL;
}

__attribute__((unused)) static void fuzz_engine_start(struct fuzz_engine *engine)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	pthread_t thread;

	signal(SIGPIPE, SIG_IGN);
	pthread_mutex_init(&engine->lock, NULL);
	snprintf(engine->path, sizeof(engine->path), "%s/engine.sock", fuzz_folder());
	memcpy(at.sun_path, engine->path, sizeof(at.sun_path));
	engine->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	FUZZ_RULE(bind(engine->listener, (struct sockaddr *)&at, sizeof(at)) == 0 &&
		  listen(engine->listener, 8) == 0);
	FUZZ_RULE(pthread_create(&thread, NULL, fuzz_serve, engine) == 0);
	pthread_detach(thread);
}

#endif
