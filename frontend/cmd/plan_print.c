/* bottle launch --dry-run. */
#include "plan_print.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "mem.h"
#include "print.h"

#define LINE_MAX_BYTES (1 << 20)

/* Words as a shell would take them, so that one with a blank is seen to be one. */
static void add_word(struct buf *line, const char *word)
{
	bool plain = *word != '\0';

	for (const char *at = word; *at != '\0'; at++)
		plain = plain && ((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
					 (*at >= '0' && *at <= '9') || strchr("-_./:=,@%+", *at));
	buf_append_str(line, " ");
	if (plain) {
		buf_append_str(line, word);
		return;
	}
	buf_append_str(line, "'");
	for (; *word != '\0'; word++)
		if (*word == '\'')
			buf_append_str(line, "'\\''");
		else
			buf_append(line, word, 1);
	buf_append_str(line, "'");
}

static void add_json(struct buf *line, const json_t *json)
{
	char *text = json_is_null(json) ? NULL : json_dumps(json, JSON_COMPACT);

	if (text != NULL) {
		buf_append_str(line, " ");
		buf_append_str(line, text);
	}
	free(text);
}

static void print_request(const json_t *request)
{
	cleanup_buf struct buf line = BUF_INIT(LINE_MAX_BYTES);
	const char *to = json_string_value(json_object_get(request, "to"));
	const json_t *argv = json_object_get(request, "argv");

	if (strcmp(to, "engine") == 0) {
		add_word(&line, json_string_value(json_object_get(request, "method")));
		buf_append_str(&line, " ");
		buf_append_str(&line, json_string_value(json_object_get(request, "path")));
		add_json(&line, json_object_get(request, "body"));
	} else if (strcmp(to, "record") == 0) {
		add_word(&line, json_string_value(json_object_get(request, "machine")));
		add_json(&line, json_object_get(request, "set"));
	}
	for (size_t i = 0; i < json_array_size(argv); i++)
		add_word(&line, json_string_value(json_array_get(argv, i)));
	print_line(stdout, "%-9s%s", to, buf_str(&line));
}

static void print_agent(const json_t *agent)
{
	const char *image = json_string_value(json_object_get(agent, "image"));

	print_line(stdout, "%-9s %s%s", "agent",
		image ? image : json_string_value(json_object_get(agent, "pack")),
		json_is_true(json_object_get(agent, "cached")) ? "" : " (to be packed)");
}

void print_plan(json_t *document)
{
	const json_t *requests = json_object_get(document, "requests");
	const json_t *services = json_object_get(document, "services");
	const json_t *published = json_object_get(document, "published");

	print_agent(json_object_get(document, "agent"));
	for (size_t i = 0; i < json_array_size(requests); i++)
		print_request(json_array_get(requests, i));
	for (size_t i = 0; i < json_array_size(services); i++)
		print_line(stdout, "reachable %s (it listens on every address of this host)",
			json_string_value(json_array_get(services, i)));
	for (size_t i = 0; i < json_array_size(published); i++)
		print_line(stdout, "reachable %s (the engine publishes it on every address)",
			json_string_value(json_array_get(published, i)));
	print_line(stdout,
		"The address would be %s, unless another launch is faster. Questions were asked; "
		"nothing was started (--dry-run).",
		json_string_value(json_object_get(document, "alias")));
	json_decref(document);
}
