/* GET /events. */
#include "engine_events.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "engine_call.h"
#include "engine_stream.h"
#include "mem.h"

enum {
	NEWS_MS = 200,            /* for the rest of a line whose beginning is there */
	LINE_MAX_BYTES = 1 << 20, /* an event carries all labels */
};

/* Docker and Podman have two names for one thing; an engine ignores those that it does not know. */
static const struct {
	const char *type, *events;
} wanted[] = {
	[ENGINE_EVENTS_CONTAINER] = {"container",
		"\"die\",\"died\",\"restart\",\"destroy\",\"remove\""},
	[ENGINE_EVENTS_NETWORK] = {"network", "\"disconnect\",\"destroy\",\"remove\""},
	[ENGINE_EVENTS_AGENT] = {"container",
		"\"die\",\"died\",\"restart\",\"destroy\",\"remove\""},
};

int engine_events_open(const char *socket, enum engine_events_of of, const char *id, int *ret_fd,
	uid_t *ret_uid, struct error *err)
{
	cleanup_free char *filter = NULL, *encoded = NULL, *path = NULL;

	filter = xasprintf("{\"type\":[\"%s\"],\"%s\":[\"%s\"],\"event\":[%s]}", wanted[of].type,
		wanted[of].type, id, wanted[of].events);
	encoded = engine_escape(filter, "");
	path = xasprintf("/events?since=%lld&filters=%s", (long long)time(NULL), encoded);
	return engine_stream_open(socket, path, "its events", ret_fd, ret_uid, err);
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

	if (!engine_stream_until(fd, "\n", NEWS_MS, line, LINE_MAX_BYTES))
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
	if (of == ENGINE_EVENTS_AGENT)
		return "the agent's container ended";
	if (strcmp(action, "die") == 0 || strcmp(action, "died") == 0)
		return ended(event, ret_own);
	return strcmp(action, "restart") == 0 ? "the bundle was restarted"
					      : "the bundle was removed";
}
