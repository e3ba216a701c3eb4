/* Writing requests down. */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "mem.h"
#include "strv.h"

void plan_clear(struct plan *plan)
{
	json_decref(plan->requests);
	free(plan->built);
	*plan = (struct plan)PLAN_INIT;
}

static void add(struct plan *plan, json_t *request)
{
	if (plan->requests == NULL)
		plan->requests = json_array();
	json_array_append_new(plan->requests, request);
}

/* What the engine would say, NULL = it is to be asked. */
static const char *answer_to(
	const struct plan *plan, const char *method, const char *path, int *ret_status)
{
	cleanup_free char *image = xasprintf("/images/%s/json", plan->built ? plan->built : "");

	*ret_status = 200;
	if (strcmp(path, "/containers/" PLAN_CONTAINER "/json") == 0)
		return "{\"Id\":\"" PLAN_CONTAINER "\",\"State\":{\"Status\":\"planned\"}}";
	if (plan->built != NULL && strcmp(path, image) == 0)
		return "{\"Id\":\"" PLAN_IMAGE "\"}";
	if (strcmp(method, "GET") == 0)
		return NULL;
	*ret_status = 201;
	if (strcmp(path, "/networks/create") == 0)
		return "{\"Id\":\"" PLAN_NETWORK "\"}";
	if (strncmp(path, "/containers/create?", 19) == 0)
		return "{\"Id\":\"" PLAN_CONTAINER "\"}";
	*ret_status = 204;
	return "";
}

bool plan_request(struct plan *plan, const char *method, const char *path, const char *body,
	int *ret_status, struct buf *ret_body)
{
	const char *answer = answer_to(plan, method, path, ret_status);
	json_t *document = body != NULL ? json_loads(body, 0, NULL) : json_null();

	add(plan, json_pack("{s:s, s:s, s:s, s:o, s:b}", "to", "engine", "method", method, "path",
			  path, "body", document, "asked", answer == NULL));
	if (answer == NULL)
		return false;
	buf_init(ret_body, strlen(answer));
	buf_append_str(ret_body, answer);
	return true;
}

void plan_run(struct plan *plan, const char *who, const struct strv *argv, bool asked)
{
	json_t *list = json_array();

	for (size_t i = 0; i < argv->count; i++) {
		json_t *word = json_string(argv->item[i]);

		/* An argument need not be text; a document must be. */
		json_array_append_new(list, word != NULL ? word : json_string("(not UTF-8)"));
	}
	add(plan, json_pack("{s:s, s:o, s:b}", "to", who, "argv", list, "asked", asked));
}

void plan_record(struct plan *plan, const char *machine, json_t *values)
{
	add(plan, json_pack("{s:s, s:s, s:o}", "to", "record", "machine", machine, "set", values));
}
