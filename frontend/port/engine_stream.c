/* GET without an end. */
#include "engine_stream.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "mem.h"
#include "peer.h"

enum {
	ANSWER_MS = 10000,
	WHY_MS = 1000,
	HEAD_MAX = 4096,
};

bool engine_stream_until(int fd, const char *end, int ms, char *text, size_t size)
{
	int64_t deadline = clock_ms() + ms;
	size_t len = 0, end_len = strlen(end);

	while (len + 1 < size) {
		int64_t left = deadline - clock_ms();
		struct pollfd waiting = {fd, POLLIN, 0};

		if (left <= 0 || (poll(&waiting, 1, (int)left) < 0 && errno != EINTR))
			return false;
		if (waiting.revents == 0)
			continue;
		if (read(fd, text + len, 1) != 1)
			return false;
		text[++len] = '\0';
		if (len >= end_len && strcmp(text + len - end_len, end) == 0)
			return true;
	}
	return false;
}

/* What the engine says instead. */
static int refused(int fd, const char *socket, const char *what, struct error *err)
{
	char body[HEAD_MAX] = "";
	json_auto_t *answer = NULL;
	const char *message;

	(void)engine_stream_until(fd, "}", WHY_MS, body, sizeof(body));
	answer = json_loads(body, JSON_DISABLE_EOF_CHECK, NULL);
	message = json_string_value(json_object_get(answer, "message"));
	return err_set(err, EXIT_UNAVAILABLE, "the engine at %s does not tell %s%s%s", socket, what,
		message ? ": " : "", message ? message : "");
}

int engine_stream_open(const char *socket, const char *path, const char *what, int *ret_fd,
	uid_t *ret_uid, struct error *err)
{
	cleanup_free char *request = xasprintf("GET %s HTTP/1.0\r\nHost: docker\r\n\r\n", path);
	cleanup_fd int fd = -1;
	int64_t asked = clock_ms();
	char head[HEAD_MAX];
	bool whole;
	uid_t uid;

	if (peer_connect(socket, &fd, &uid, err) != 0)
		return -1;
	if (uid != 0 && uid != geteuid())
		return err_set(
			err, EXIT_REFUSED, "the engine at %s is of uid %u", socket, (unsigned)uid);
	if (write(fd, request, strlen(request)) != (ssize_t)strlen(request))
		return err_errno(err, EXIT_UNAVAILABLE, "ask the engine at %s", socket);
	whole = engine_stream_until(fd, "\r\n\r\n", ANSWER_MS, head, sizeof(head));
	if (!whole && clock_ms() - asked >= ANSWER_MS)
		return err_set(err, EXIT_DEADLINE, "the engine at %s does not tell %s after %d s",
			socket, what, ANSWER_MS / 1000);
	if (!whole || strncmp(head, "HTTP/1.", 7) != 0)
		return err_set(
			err, EXIT_UNAVAILABLE, "the engine at %s does not tell %s", socket, what);
	if (strncmp(head + 8, " 200 ", 5) != 0)
		return refused(fd, socket, what, err);
	*ret_fd = steal_fd(&fd);
	*ret_uid = uid;
	return 0;
}
