/* The connection to the engine: version agreement, and JSON in and out. */
#include "engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_call.h"
#include "engine_socket.h"
#include "err.h"
#include "mem.h"
#include "num.h"
#include "plan.h"

enum {
	API_MINOR_MIN = 40, /* 19.03 */
	API_MINOR_MAX = 51, /* 28.5, the newest whose answers were looked at */
	API_MINOR_28 = 48,
	PING_MS = 10000,
	MESSAGE_MAX = 400, /* of an error answer that is no JSON */
};

struct engine {
	struct engine_http *http;
	char *socket_path;
	char *prefix; /* "/v1.41"; "" before a version is agreed on */
	uint32_t api_minor;
	struct engine_info info; /* version NULL: not asked yet */
	enum engine_fault fault;
	struct plan *plan; /* NULL = requests are sent */
};

const char *engine_str(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

const char *engine_message(const json_t *answer)
{
	return engine_str(answer, "message");
}

bool engine_says(const char *text, const char *const *needles)
{
	for (; *needles != NULL; needles++)
		if (strcasestr(text, *needles) != NULL)
			return true;
	return false;
}

static bool unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~", c) != NULL);
}

char *engine_escape(const char *text, const char *keep)
{
	char *out = xcalloc(strlen(text) + 1, 3), *at = out;

	for (; *text != '\0'; text++) {
		if (unreserved(*text) || strchr(keep, *text) != NULL)
			*at++ = *text;
		else
			at += snprintf(at, 4, "%%%02X", (unsigned char)*text);
	}
	return out;
}

bool engine_id_valid(const char *id)
{
	size_t len = strlen(id);

	for (size_t i = 0; i < len; i++)
		if (!unreserved(id[i]) || id[i] == '~')
			return false;
	return len > 0 && len <= 128 && id[0] != '.' && id[0] != '-';
}

int engine_failed(struct engine *engine, enum engine_fault fault)
{
	engine->fault = fault;
	return -1;
}

int engine_refused(struct engine *engine, enum engine_fault fault, enum exit_code code,
	const json_t *answer, struct error *err, const char *what, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, what);
	text = xvasprintf(what, ap);
	va_end(ap);
	err_set(err, code, "docker: %s: %s", text,
		engine_message(answer)[0] ? engine_message(answer) : "refused without a reason");
	return engine_failed(engine, fault);
}

int engine_strange(struct engine *engine, struct error *err, const char *what)
{
	err_set(err, EXIT_UNAVAILABLE, "docker: %s: the engine's answer is not as its API says",
		what);
	return engine_failed(engine, ENGINE_FAULT_TRANSPORT);
}

/* An error answer in the engine's form, whatever the body was: some front ends answer in plain
 * text. */
static json_t *as_message(const struct engine_answer *answer, json_t *document)
{
	cleanup_free char *text = NULL;

	if (engine_message(document)[0] != '\0')
		return document;
	json_decref(document);
	text = xstrndup(buf_str(&answer->body),
		answer->body.len < MESSAGE_MAX ? answer->body.len : MESSAGE_MAX);
	text[strcspn(text, "\r\n")] = '\0';
	document = text[0] ? json_pack("{s:s}", "message", text) : NULL;
	if (document != NULL)
		return document;
	free(text); /* empty, or not UTF-8 */
	text = xasprintf("HTTP status %d", answer->status);
	return json_pack("{s:s}", "message", text);
}

static int parse(const struct engine_answer *answer, const struct engine_request *request,
	json_t **ret, struct error *err)
{
	json_error_t why = {0};
	json_t *document = NULL;

	if (answer->body.len > 0)
		document = json_loadb(answer->body.data, answer->body.len, 0, &why);
	if (answer->status >= 400) {
		*ret = as_message(answer, document);
		return 0;
	}
	if (document == NULL && answer->body.len > 0) {
		err_set(err, EXIT_UNAVAILABLE, "docker: %s %s: the answer is not valid JSON",
			request->method, request->path);
		return err_note(err, "why", "line %d: %s", why.line, why.text);
	}
	*ret = document;
	return 0;
}

static int send_request(struct engine *engine, const struct engine_request *request,
	struct engine_answer *ret, struct error *err)
{
	const char *path = request->path + strlen(engine->prefix); /* a ping has no prefix yet */

	engine->fault = ENGINE_FAULT_NONE;
	if (engine->plan != NULL && plan_request(engine->plan, request->method, path, request->body,
					    &ret->status, &ret->body))
		return 0;
	if (engine_http_send(engine->http, request, ret, err) != 0)
		return engine_failed(engine, ENGINE_FAULT_TRANSPORT);
	return 0;
}

/* "1.41" -> 41; 0 for anything that is not version 1. */
static uint32_t api_minor(const char *version)
{
	uint32_t minor = 0;

	if (strncmp(version, "1.", 2) == 0)
		parse_u32(version + 2, 1, 999, &minor);
	return minor;
}

/* /_ping has no version of its own and says the newest one. */
static int ping(struct engine *engine, uint32_t *ret_minor, struct error *err)
{
	cleanup_engine_answer struct engine_answer answer = ENGINE_ANSWER_INIT;
	struct engine_request request = {.method = "GET", .path = "/_ping", .deadline_ms = PING_MS};

	if (send_request(engine, &request, &answer, err) != 0)
		return -1;
	if (answer.status != 200) {
		err_set(err, EXIT_UNAVAILABLE,
			"docker: the engine at %s is not well: HTTP %d to a ping",
			engine->socket_path, answer.status);
		return err_note(err, "next", "docker info");
	}
	*ret_minor = api_minor(answer.api);
	if (*ret_minor == 0) {
		err_set(err, EXIT_UNAVAILABLE, "docker: what listens on %s is not an engine",
			engine->socket_path);
		return err_note(err, "why", "its answer to a ping names no API version");
	}
	return 0;
}

int engine_agree(struct engine *engine, struct error *err)
{
	uint32_t newest = 0;

	if (engine->api_minor != 0)
		return 0;
	if (ping(engine, &newest, err) != 0)
		return -1;
	if (newest < API_MINOR_MIN) {
		err_set(err, EXIT_UNAVAILABLE,
			"docker: the engine at %s speaks API 1.%u, this program 1.%d to 1.%d",
			engine->socket_path, newest, API_MINOR_MIN, API_MINOR_MAX);
		return err_note(err, "next", "update the engine (19.03 or newer)");
	}
	engine->api_minor = newest < API_MINOR_MAX ? newest : API_MINOR_MAX;
	free(engine->prefix);
	engine->prefix = xasprintf("/v1.%u", engine->api_minor);
	return 0;
}

int engine_call(struct engine *engine, const char *method, const char *path, const json_t *body,
	int deadline_ms, int *ret_status, json_t **ret, struct error *err)
{
	cleanup_engine_answer struct engine_answer answer = ENGINE_ANSWER_INIT;
	cleanup_free char *full = xasprintf("%s%s", engine->prefix, path);
	cleanup_free char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	struct engine_request request = {
		.method = method, .path = full, .body = text, .deadline_ms = deadline_ms};

	if (body != NULL && text == NULL) {
		err_set(err, EXIT_BUG, "docker: %s %s: our request cannot be written as JSON",
			method, path);
		return engine_failed(engine, ENGINE_FAULT_OTHER);
	}
	if (send_request(engine, &request, &answer, err) != 0)
		return -1;
	if (parse(&answer, &request, ret, err) != 0)
		return engine_failed(engine, ENGINE_FAULT_TRANSPORT);
	*ret_status = answer.status;
	if (engine->api_minor == 0 && (answer.status == 400 || answer.status == 404)) {
		json_decref(*ret);
		*ret = NULL;
		return engine_agree(engine, err) != 0 ? -1
						      : engine_call(engine, method, path, body,
								deadline_ms, ret_status, ret, err);
	}
	return 0;
}

int engine_call_bytes(struct engine *engine, const char *path, size_t keep, int deadline_ms,
	struct engine_answer *ret, struct error *err)
{
	cleanup_free char *full = xasprintf("%s%s", engine->prefix, path);
	struct engine_request request = {
		.method = "GET", .path = full, .deadline_ms = deadline_ms, .keep = keep};

	return send_request(engine, &request, ret, err);
}

int engine_call_stream(struct engine *engine, const struct engine_request *request, int *ret_status,
	struct error *err)
{
	cleanup_engine_answer struct engine_answer answer = ENGINE_ANSWER_INIT;
	cleanup_free char *full = xasprintf("%s%s", engine->prefix, request->path);
	struct engine_request versioned = *request;

	versioned.path = full;
	if (send_request(engine, &versioned, &answer, err) != 0)
		return -1;
	*ret_status = answer.status;
	return 0;
}

int engine_open_unagreed(const struct engine_socket *socket, struct engine **ret, struct error *err)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));

	engine->socket_path = xstrdup(socket->path);
	engine->prefix = xstrdup("");
	if (engine_http_open(socket->path, socket->rule, &engine->http, err) != 0) {
		engine_free(engine);
		return -1;
	}
	*ret = engine;
	return 0;
}

int engine_open(const struct engine_socket *socket, struct engine **ret, struct error *err)
{
	if (engine_open_unagreed(socket, ret, err) != 0)
		return -1;
	if (engine_agree(*ret, err) == 0)
		return 0;
	engine_free(*ret);
	*ret = NULL;
	return -1;
}

/* What the engine calls itself: Docker Desktop and Docker CE fill Platform.Name, Podman is a
 * component, a distribution's build says nothing. */
static const char *product_of(const json_t *version)
{
	const char *platform = engine_str(json_object_get(version, "Platform"), "Name");
	const json_t *component;
	size_t i;

	json_array_foreach (json_object_get(version, "Components"), i, component)
		if (strcmp(engine_str(component, "Name"), "Podman Engine") == 0)
			return "Podman Engine";
	return platform[0] ? platform : "Docker Engine";
}

int engine_ask_info(struct engine *engine, const struct engine_info **ret, struct error *err)
{
	struct engine_info *info = &engine->info;
	json_auto_t *version = NULL;
	int status = 0;

	if (info->version != NULL) {
		*ret = info;
		return 0;
	}
	if (engine_call(engine, "GET", "/version", NULL, ENGINE_ASK_MS, &status, &version, err) !=
		0)
		return -1;
	/* An engine that has dropped the agreed version says so to the first call. */
	if (status != 200)
		return engine_refused(engine, ENGINE_FAULT_OTHER, EXIT_UNAVAILABLE, version, err,
			"ask for the version by API 1.%u", engine->api_minor);
	if (engine_str(version, "Version")[0] == '\0')
		return engine_strange(engine, err, "ask for the version");
	info->version = xstrdup(engine_str(version, "Version"));
	info->product = xstrdup(product_of(version));
	info->os = xstrdup(engine_str(version, "Os"));
	info->arch = xstrdup(engine_str(version, "Arch"));
	*ret = info;
	return 0;
}

void engine_set_plan(struct engine *engine, struct plan *plan)
{
	engine->plan = plan;
}

struct plan *engine_plan(const struct engine *engine)
{
	return engine->plan;
}

unsigned engine_api_minor(const struct engine *engine)
{
	return engine->api_minor;
}

bool engine_is_below_28(const struct engine *engine)
{
	return engine->api_minor < API_MINOR_28;
}

void engine_free(struct engine *engine)
{
	if (engine == NULL)
		return;
	engine_http_free(engine->http);
	free(engine->socket_path);
	free(engine->prefix);
	free(engine->info.version);
	free(engine->info.product);
	free(engine->info.os);
	free(engine->info.arch);
	free(engine);
}

const char *engine_socket_path(const struct engine *engine)
{
	return engine->socket_path;
}

enum engine_fault engine_fault(const struct engine *engine)
{
	return engine->fault;
}
