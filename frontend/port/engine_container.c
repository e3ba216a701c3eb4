/* Containers: what is asked of the engine, and its answers as structs. */
#include "engine_container.h"

#include <stdlib.h>
#include <string.h>

#include "addr.h"
#include "buf.h"
#include "clock.h"
#include "engine_call.h"
#include "err.h"
#include "mem.h"
#include "num.h"

enum {
	REMOVE_MS = 60000, /* until a removal by someone else is waited for no longer */
	REMOVE_POLL_MS = 100,
	FRAME_HEADER = 8,
};

/* How engines say that a port could not be bound: docker 20.10 to 28, Docker Desktop, Podman. */
static const char *const port_busy[] = {
	"address already in use", "port is already allocated", NULL};
static const char *const no_address[] = {
	"cannot assign requested address", "can't assign requested address", NULL};

static void copy_text(char *out, size_t size, const char *text)
{
	/* Longer than any address or protocol: kept recognisably wrong, never cut into a right
	 * one. */
	snprintf(out, size, "%s", strlen(text) < size ? text : "?");
}

static uint16_t port_number(const char *text)
{
	uint32_t number = 0;

	parse_u32(text, 1, 65535, &number);
	return (uint16_t)number;
}

static struct engine_port *push_port(struct engine_port **ports, size_t *count)
{
	*ports = xrealloc(*ports, *count + 1, sizeof(**ports));
	(*ports)[*count] = (struct engine_port){.port = 0};
	return &(*ports)[(*count)++];
}

/* {"8888/tcp": [{"HostIp": "127.0.0.16", "HostPort": "49153"}], "9099/tcp": null}: inspect's
 * form, for what is published (NetworkSettings.Ports) and what was asked for
 * (HostConfig.PortBindings). */
static void read_port_map(json_t *map, struct engine_port **ports, size_t *count)
{
	const json_t *bindings, *binding;
	const char *key;
	size_t i;

	json_object_foreach (map, key, bindings) {
		const char *slash = strchr(key, '/');
		cleanup_free char *number =
			xstrndup(key, slash ? (size_t)(slash - key) : strlen(key));

		json_array_foreach (bindings, i, binding) {
			struct engine_port *port = push_port(ports, count);

			port->port = port_number(number);
			port->host_port = port_number(engine_str(binding, "HostPort"));
			copy_text(port->proto, sizeof(port->proto), slash ? slash + 1 : "tcp");
			copy_text(port->host_ip, sizeof(port->host_ip),
				engine_str(binding, "HostIp"));
		}
	}
}

static uint16_t json_port(const json_t *entry, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(entry, key));

	return number > 0 && number <= 65535 ? (uint16_t)number : 0;
}

/* [{"IP": "127.0.0.16", "PrivatePort": 8888, "PublicPort": 49153, "Type": "tcp"}]: a list's
 * form; an entry without PublicPort is exposed, not published. */
static void read_port_list(const json_t *list, struct engine_port **ports, size_t *count)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (list, i, entry) {
		struct engine_port *port;

		if (json_port(entry, "PublicPort") == 0)
			continue;
		port = push_port(ports, count);
		port->port = json_port(entry, "PrivatePort");
		port->host_port = json_port(entry, "PublicPort");
		copy_text(port->proto, sizeof(port->proto), engine_str(entry, "Type"));
		copy_text(port->host_ip, sizeof(port->host_ip), engine_str(entry, "IP"));
	}
}

static char *plain_name(const char *name)
{
	return xstrdup(name[0] == '/' ? name + 1 : name);
}

static void read_list_entry(json_t *entry, struct engine_container *ret)
{
	const char *name = json_string_value(json_array_get(json_object_get(entry, "Names"), 0));

	*ret = (struct engine_container){
		.id = xstrdup(engine_str(entry, "Id")),
		.name = plain_name(name ? name : ""),
		.image = xstrdup(engine_str(entry, "Image")),
		.image_id = xstrdup(engine_str(entry, "ImageID")),
		.state = xstrdup(engine_str(entry, "State")),
		.json = json_incref(entry),
	};
	read_port_list(json_object_get(entry, "Ports"), &ret->ports, &ret->port_count);
}

static void read_inspect(json_t *document, struct engine_container *ret)
{
	const json_t *settings = json_object_get(document, "NetworkSettings");
	const json_t *host_config = json_object_get(document, "HostConfig");

	*ret = (struct engine_container){
		.id = xstrdup(engine_str(document, "Id")),
		.name = plain_name(engine_str(document, "Name")),
		.image = xstrdup(engine_str(json_object_get(document, "Config"), "Image")),
		.image_id = xstrdup(engine_str(document, "Image")),
		.state = xstrdup(engine_str(json_object_get(document, "State"), "Status")),
		.json = json_incref(document),
	};
	read_port_map(json_object_get(settings, "Ports"), &ret->ports, &ret->port_count);
	read_port_map(
		json_object_get(host_config, "PortBindings"), &ret->bindings, &ret->binding_count);
}

void engine_container_clear(struct engine_container *container)
{
	free(container->id);
	free(container->name);
	free(container->image);
	free(container->image_id);
	free(container->state);
	free(container->ports);
	free(container->bindings);
	json_decref((json_t *)container->json);
	*container = (struct engine_container)ENGINE_CONTAINER_INIT;
}

void engine_containers_clear(struct engine_containers *containers)
{
	for (size_t i = 0; i < containers->count; i++)
		engine_container_clear(&containers->item[i]);
	free(containers->item);
	*containers = (struct engine_containers)ENGINE_CONTAINERS_INIT;
}

const char *engine_container_label(const struct engine_container *container, const char *key)
{
	const json_t *labels = json_object_get(container->json, "Labels");

	if (labels == NULL)
		labels = json_object_get(json_object_get(container->json, "Config"), "Labels");
	return json_string_value(json_object_get(labels, key));
}

const char *engine_container_env(const struct engine_container *container, const char *name)
{
	json_t *env = json_object_get(json_object_get(container->json, "Config"), "Env");
	size_t len = strlen(name), i;
	const json_t *entry;

	json_array_foreach (env, i, entry) {
		const char *text = json_string_value(entry);

		if (text != NULL && strncmp(text, name, len) == 0 && text[len] == '=')
			return text + len + 1;
	}
	return NULL;
}

static char *list_path(const char *name_prefix, const char *label, bool running)
{
	json_auto_t *filters = json_object();
	cleanup_free char *text = NULL, *escaped = NULL;

	/* The name filter is a regular expression, matched with or without the slash by
	 * different engines. */
	if (name_prefix != NULL)
		json_object_set_new(filters, "name", json_pack("[s+]", "^/?", name_prefix));
	if (label != NULL)
		json_object_set_new(filters, "label", json_pack("[s]", label));
	if (running)
		json_object_set_new(filters, "status", json_pack("[s]", "running"));
	text = json_dumps(filters, JSON_COMPACT);
	escaped = engine_escape(text ? text : "{}", "");
	return xasprintf("/containers/json?all=1&filters=%s", escaped);
}

static int list(struct engine *engine, const char *name_prefix, const char *label, bool running,
	struct engine_containers *ret, struct error *err)
{
	cleanup_engine_containers struct engine_containers found = ENGINE_CONTAINERS_INIT;
	cleanup_free char *path = list_path(name_prefix, label, running);
	json_auto_t *answer = NULL;
	json_t *entry;
	int status = 0;
	size_t i;

	if (engine_call(engine, "GET", path, NULL, ENGINE_ASK_MS, &status, &answer, err) != 0)
		return -1;
	if (status != 200)
		return engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE, answer, err,
			"list the containers");
	if (!json_is_array(answer))
		return engine_strange(engine, err, "list the containers");
	found.item = xcalloc(json_array_size(answer) + 1, sizeof(*found.item));
	json_array_foreach (answer, i, entry) {
		read_list_entry(entry, &found.item[found.count]);
		if (!engine_id_valid(found.item[found.count++].id))
			return engine_strange(engine, err, "list the containers");
		/* A prefix may hold '.', which the filter takes for any character. */
		if (name_prefix != NULL && strncmp(found.item[found.count - 1].name, name_prefix,
						   strlen(name_prefix)) != 0)
			engine_container_clear(&found.item[--found.count]);
	}
	*ret = found;
	found = (struct engine_containers)ENGINE_CONTAINERS_INIT;
	return 0;
}

int engine_container_list(struct engine *engine, const char *name_prefix, const char *label,
	struct engine_containers *ret, struct error *err)
{
	return list(engine, name_prefix, label, false, ret, err);
}

int engine_container_list_running(
	struct engine *engine, struct engine_containers *ret, struct error *err)
{
	return list(engine, NULL, NULL, true, ret, err);
}

static bool is_loopback(const char *host_ip)
{
	struct addr addr;

	return addr_parse(host_ip, &addr) && addr.octet[0] == 127;
}

/* The last look before a body leaves: nothing that could be published on more than one loopback
 * address. */
static int check_bindings(const json_t *body, struct error *err)
{
	const json_t *host_config = json_object_get(body, "HostConfig"), *bindings, *binding;
	json_t *map = json_object_get(host_config, "PortBindings");
	const char *key;
	size_t i;

	if (json_is_true(json_object_get(host_config, "PublishAllPorts")))
		return err_set(
			err, EXIT_BUG, "docker: refused to publish all ports on every address");
	if (map != NULL && !json_is_null(map) && !json_is_object(map))
		return err_set(err, EXIT_BUG, "docker: port bindings that are not an object");
	json_object_foreach (map, key, bindings) {
		if (json_array_size(bindings) == 0)
			return err_set(err, EXIT_BUG,
				"docker: refused to publish %s without an address", key);
		json_array_foreach (bindings, i, binding)
			if (!is_loopback(engine_str(binding, "HostIp")))
				return err_set(err, EXIT_BUG,
					"docker: refused to publish %s on '%s'", key,
					engine_str(binding, "HostIp"));
	}
	return 0;
}

int engine_container_create(struct engine *engine, const char *name, const json_t *body,
	char **ret_id, struct error *err)
{
	cleanup_free char *escaped = engine_escape(name, ""), *path = NULL;
	json_auto_t *answer = NULL;
	enum engine_fault fault = ENGINE_FAULT_OTHER;
	int status = 0;

	if (check_bindings(body, err) != 0)
		return engine_failed(engine, ENGINE_FAULT_OTHER);
	path = xasprintf("/containers/create?name=%s", escaped);
	if (engine_call(engine, "POST", path, body, ENGINE_DO_MS, &status, &answer, err) != 0)
		return -1;
	if (status == 201 && engine_id_valid(engine_str(answer, "Id"))) {
		*ret_id = xstrdup(engine_str(answer, "Id"));
		return 0;
	}
	if (status < 400)
		return engine_strange(engine, err, "create a container");
	if (status == 409)
		fault = ENGINE_FAULT_NAME_TAKEN;
	else if (status == 404)
		fault = ENGINE_FAULT_MISSING;
	return engine_refused(
		engine, fault, EXIT_CANTCREATE, answer, err, "create the container %s", name);
}

/* An id that cannot stand in a path was not handed out by an engine. */
static int id_path(
	struct engine *engine, const char *id, const char *suffix, char **ret, struct error *err)
{
	if (!engine_id_valid(id)) {
		err_set(err, EXIT_BUG, "docker: '%s' cannot be a container", id);
		return engine_failed(engine, ENGINE_FAULT_OTHER);
	}
	*ret = xasprintf("/containers/%s%s", id, suffix);
	return 0;
}

int engine_container_start(struct engine *engine, const char *id, struct error *err)
{
	cleanup_free char *path = NULL;
	json_auto_t *answer = NULL;
	enum engine_fault fault = ENGINE_FAULT_OTHER;
	enum exit_code code = EXIT_AGAIN;
	int status = 0;

	if (id_path(engine, id, "/start", &path, err) != 0 ||
		engine_call(engine, "POST", path, NULL, ENGINE_DO_MS, &status, &answer, err) != 0)
		return -1;
	if (status == 204 || status == 304)
		return 0;
	if (status < 400)
		return engine_strange(engine, err, "start a container");
	if (engine_says(engine_message(answer), port_busy)) {
		fault = ENGINE_FAULT_PORT_BUSY;
	} else if (engine_says(engine_message(answer), no_address)) {
		fault = ENGINE_FAULT_NO_ADDRESS;
	} else {
		fault = status == 404 ? ENGINE_FAULT_MISSING : ENGINE_FAULT_OTHER;
		code = EXIT_CANTCREATE;
	}
	return engine_refused(engine, fault, code, answer, err, "start the container %.12s", id);
}

int engine_container_inspect(
	struct engine *engine, const char *id, struct engine_container *ret, struct error *err)
{
	cleanup_free char *path = NULL;
	json_auto_t *answer = NULL;
	int status = 0;

	if (id_path(engine, id, "/json", &path, err) != 0 ||
		engine_call(engine, "GET", path, NULL, ENGINE_ASK_MS, &status, &answer, err) != 0)
		return -1;
	if (status != 200)
		return engine_refused(engine,
			status == 404 ? ENGINE_FAULT_MISSING : ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE,
			answer, err, "inspect the container %s", id);
	if (!engine_id_valid(engine_str(answer, "Id")) ||
		!json_is_object(json_object_get(answer, "State")))
		return engine_strange(engine, err, "inspect a container");
	read_inspect(answer, ret);
	return 0;
}

int engine_container_find(struct engine *engine, const char *id, struct engine_container *ret,
	bool *ret_found, struct error *err)
{
	*ret_found = engine_container_inspect(engine, id, ret, err) == 0;
	if (*ret_found)
		return 0;
	if (engine_fault(engine) != ENGINE_FAULT_MISSING)
		return -1;
	err_clear(err);
	return 0;
}

int engine_container_remove(struct engine *engine, const char *id, struct error *err)
{
	cleanup_free char *path = NULL;
	int64_t give_up = clock_ms() + REMOVE_MS;

	if (id_path(engine, id, "?force=1&v=1", &path, err) != 0)
		return -1;
	for (;;) {
		json_auto_t *answer = NULL;
		int status = 0;

		if (engine_call(
			    engine, "DELETE", path, NULL, ENGINE_DO_MS, &status, &answer, err) != 0)
			return -1;
		if (status == 204 || status == 200 || status == 404)
			return 0;
		/* 409: "removal of container X is already in progress". It may fail, so ask to
		 * remove again rather than wait for the container to vanish. */
		if (status != 409)
			return engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE, answer,
				err, "remove the container %.40s", id);
		if (clock_ms() > give_up) {
			engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_DEADLINE, answer, err,
				"remove the container %.40s: not gone after %d s", id,
				REMOVE_MS / 1000);
			return err_note(err, "next", "docker rm -f %s", id);
		}
		clock_sleep_ms(REMOVE_POLL_MS);
	}
}

/* Whether BYTES begin with the header of a log frame: stream (0-2), three zeros, length in
 * network order. */
static bool is_frame(const unsigned char *bytes, size_t len)
{
	return len >= FRAME_HEADER && bytes[0] <= 2 && bytes[1] == 0 && bytes[2] == 0 &&
	       bytes[3] == 0;
}

/* Takes the frame headers out; the log of a container with a terminal has none. The last frame
 * may be cut. */
static void demultiplex(const struct buf *raw, struct buf *text)
{
	const unsigned char *at = (const unsigned char *)raw->data;
	size_t left = raw->len;

	while (is_frame(at, left)) {
		size_t len = (size_t)at[4] << 24 | (size_t)at[5] << 16 | (size_t)at[6] << 8 | at[7];

		at += FRAME_HEADER;
		left -= FRAME_HEADER;
		len = len < left ? len : left;
		buf_append(text, at, len);
		at += len;
		left -= len;
	}
	if (text->len == 0 && left > 0 && at == (const unsigned char *)raw->data)
		buf_append(text, at, left);
}

int engine_container_logs(struct engine *engine, const char *id, unsigned tail, size_t max,
	char **ret, struct error *err)
{
	cleanup_engine_answer struct engine_answer answer = ENGINE_ANSWER_INIT;
	cleanup_buf struct buf text = BUF_INIT(max + 64);
	cleanup_free char *query = xasprintf("/logs?stdout=1&stderr=1&tail=%u", tail), *path = NULL;

	if (id_path(engine, id, query, &path, err) != 0 ||
		engine_call_bytes(engine, path, max, ENGINE_ASK_MS, &answer, err) != 0)
		return -1;
	if (answer.status != 200) {
		json_auto_t *message = json_loadb(buf_str(&answer.body), answer.body.len, 0, NULL);

		return engine_refused(engine,
			answer.status == 404 ? ENGINE_FAULT_MISSING : ENGINE_FAULT_OTHER,
			EXIT_UNAVAILABLE, message, err, "logs of the container %.40s", id);
	}
	if (answer.body.len > 0)
		demultiplex(&answer.body, &text);
	if (answer.cut) {
		cleanup_free char *note = xasprintf("\n[cut after %zu bytes]\n", max);

		buf_append_str(&text, note);
	}
	*ret = buf_steal(&text);
	return 0;
}
