/* GET /events. */
#include "engine_events.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "mem.h"
#include "peer.h"

enum {
	ANSWER_MS = 10000,
	NEWS_MS = 200, /* for the rest of a line whose beginning is there */
	HEAD_MAX = 4096,
	LINE_MAX_BYTES = 1 << 20, /* an event carries all labels */
};

/* Docker and Podman have two names for one thing; an engine ignores those that it does not know. */
static const struct {
	const char *type, *events;
} wanted[] = {
	[ENGINE_EVENTS_CONTAINER] = {"container",
		"\"die\",\"died\",\"restart\",\"destroy\",\"remove\""},
	[ENGINE_EVENTS_NETWORK] = {"network", "\"disconnect\",\"destroy\",\"remove\""},
};

static char *percent_encode(const char *text)
{
	char *out = xcalloc(strlen(text) * 3 + 1, 1), *at = out;

	for (; *text != '\0'; text++)
		at += sprintf(at, "%%%02X", (unsigned char)*text);
	return out;
}

/* Reads byte by byte up to END, so that nothing of what follows is taken. False when it does not come. */
static bool read_until(int fd, const char *end, int ms, char *text, size_t size)
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

int engine_events_open(const char *socket, enum engine_events_of of, const char *id, int *ret_fd,
	uid_t *ret_uid, struct error *err)
{
	cleanup_free char *filter = NULL, *encoded = NULL, *request = NULL;
	cleanup_fd int fd = -1;
	int64_t asked = clock_ms();
	char head[HEAD_MAX];
	bool whole;
	uid_t uid;

	filter = xasprintf("{\"type\":[\"%s\"],\"%s\":[\"%s\"],\"event\":[%s]}", wanted[of].type,
		wanted[of].type, id, wanted[of].events);
	encoded = percent_encode(filter);
	request = xasprintf("GET /events?since=%lld&filters=%s HTTP/1.0\r\nHost: docker\r\n\r\n",
		(long long)time(NULL), encoded);
	if (peer_connect(socket, &fd, &uid, err) != 0)
		return -1;
	if (uid != 0 && uid != geteuid())
		return err_set(
			err, EXIT_REFUSED, "the engine at %s is of uid %u", socket, (unsigned)uid);
	if (write(fd, request, strlen(request)) != (ssize_t)strlen(request))
		return err_errno(err, EXIT_UNAVAILABLE, "ask the engine at %s", socket);
	whole = read_until(fd, "\r\n\r\n", ANSWER_MS, head, sizeof(head));
	if (!whole && clock_ms() - asked >= ANSWER_MS)
		return err_set(err, EXIT_DEADLINE, "the engine at %s tells no events after %d s",
			socket, ANSWER_MS / 1000);
	if (!whole || strncmp(head, "HTTP/1.", 7) != 0 || strncmp(head + 8, " 200 ", 5) != 0)
		return err_set(
			err, EXIT_UNAVAILABLE, "the engine at %s does not tell its events", socket);
	*ret_fd = steal_fd(&fd);
	*ret_uid = uid;
	return 0;
}

static const char *attribute(const json_t *event, const char *key)
{
	return json_string_value(json_object_get(
		json_object_get(json_object_get(event, "Actor"), "Attributes"), key));
}

static const char *ended(const json_t *event, char **ret_own)
{
	const char *code = attribute(event, "exitCode");

	if (code == NULL)
		return "the bundle ended";
	*ret_own = xasprintf("the bundle ended (exit code %s)", code);
	return *ret_own;
}

/* Of a line that did not come whole. */
static const char *cut(int fd)
{
	char next;

	return recv(fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0
		       ? "the engine went away"
		       : "the engine reported more than can be read";
}

const char *engine_events_read(
	int fd, enum engine_events_of of, const char *container, char **ret_own)
{
	cleanup_free char *line = xcalloc(LINE_MAX_BYTES, 1);
	json_auto_t *event = NULL;
	const char *action, *whose;

	if (!read_until(fd, "\n", NEWS_MS, line, LINE_MAX_BYTES))
		return cut(fd);
	event = json_loads(line, 0, NULL);
	action = json_string_value(json_object_get(event, "Action"));
	if (action == NULL)
		return "the engine reported what is not understood";
	if (of == ENGINE_EVENTS_NETWORK && strcmp(action, "disconnect") == 0) {
		whose = attribute(event, "container");
		return whose != NULL && strcmp(whose, container) != 0
			       ? NULL
			       : "the bundle was taken off its network";
	}
	if (of == ENGINE_EVENTS_NETWORK)
		return "the bundle's network was removed";
	if (strcmp(action, "die") == 0 || strcmp(action, "died") == 0)
		return ended(event, ret_own);
	return strcmp(action, "restart") == 0 ? "the bundle was restarted"
					      : "the bundle was removed";
}
