/* Containers of the engine. */
#ifndef PORT_ENGINE_CONTAINER_H
#define PORT_ENGINE_CONTAINER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct engine;
struct error;

/* One published port. */
struct engine_port {
	char proto[8];      /* "tcp", "udp", "sctp" */
	char host_ip[46];   /* "127.0.0.16"; "" = every address */
	uint16_t port;      /* in the container */
	uint16_t host_port; /* 0 = not chosen yet */
};

struct engine_container {
	char *id;
	char *name; /* without the leading slash */
	char *image, *image_id;
	char *state; /* "created", "running", "exited", "restarting", "removing", "dead" ... */
	struct engine_port *ports; /* published now: empty unless it runs */
	size_t port_count;
	struct engine_port *bindings; /* asked for at creation; only inspect tells */
	size_t binding_count;
	const json_t *json; /* the whole entry, owned by this; list and inspect differ in form */
};

#define ENGINE_CONTAINER_INIT                                        \
	{                                                            \
		NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0, NULL \
	}
#define cleanup_engine_container __attribute__((cleanup(engine_container_clear)))

struct engine_containers {
	struct engine_container *item;
	size_t count;
};

#define ENGINE_CONTAINERS_INIT \
	{                      \
		NULL, 0        \
	}
#define cleanup_engine_containers __attribute__((cleanup(engine_containers_clear)))

void engine_container_clear(struct engine_container *container);
void engine_containers_clear(struct engine_containers *containers);

/* The value of a label, NULL without it. Owned by CONTAINER. */
const char *engine_container_label(const struct engine_container *container, const char *key);

/* The value of variable NAME in the answer of an inspect, NULL without it. Owned by CONTAINER. */
const char *engine_container_env(const struct engine_container *container, const char *name);

/* All containers, running or not, whose name begins with NAME_PREFIX and that have LABEL ("key" or
 * "key=value"); NULL = any. One request, filtered by the engine. */
int engine_container_list(struct engine *engine, const char *name_prefix, const char *label,
	struct engine_containers *ret, struct error *err);

/* All that run, whosever they are. One request. */
int engine_container_list_running(
	struct engine *engine, struct engine_containers *ret, struct error *err);

/* Creates NAME from BODY as in the engine's API. Never adopts one that exists:
 * ENGINE_FAULT_NAME_TAKEN; without the image: ENGINE_FAULT_MISSING. A body that could publish on
 * anything but one loopback address (PublishAllPorts, or a binding whose HostIp is not a
 * canonical 127.x.y.z) is our own mistake: it is not sent, EXIT_BUG. The caller frees *ret_id. */
int engine_container_create(struct engine *engine, const char *name, const json_t *body,
	char **ret_id, struct error *err);

/* Started already is success. ENGINE_FAULT_PORT_BUSY and ENGINE_FAULT_NO_ADDRESS (both
 * EXIT_AGAIN) tell that a port could not be bound; the container is left created. */
int engine_container_start(struct engine *engine, const char *id, struct error *err);

/* ID may be a name. ENGINE_FAULT_MISSING when there is none. */
int engine_container_inspect(
	struct engine *engine, const char *id, struct engine_container *ret, struct error *err);

/* The same where none may be there: *ret_found says whether there is, and *ret stays empty without. */
int engine_container_find(struct engine *engine, const char *id, struct engine_container *ret,
	bool *ret_found, struct error *err);

/* Kills and removes with its anonymous volumes. None there is success; when another removal is
 * under way, waits for its end. */
int engine_container_remove(struct engine *engine, const char *id, struct error *err);

/* The last TAIL lines of stdout and stderr as text, at most MAX bytes of the answer; *ret ends
 * in a line that says so when there was more. Foreign bytes: not for a terminal as they are. The
 * caller frees it. */
int engine_container_logs(struct engine *engine, const char *id, unsigned tail, size_t max,
	char **ret, struct error *err);

#endif
