/* Writing requests down. */
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "mem.h"

void plan_clear(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		strv_clear(&plan->item[i].words);
		free(plan->item[i].json);
	}
	free(plan->item);
	free(plan->built);
	*plan = (struct plan)PLAN_INIT;
}

static struct plan_item *add(struct plan *plan, const char *to, char *json, bool asked)
{
	plan->item = xrealloc(plan->item, plan->count + 1, sizeof(*plan->item));
	plan->item[plan->count] = (struct plan_item){to, STRV_INIT, json, asked};
	return &plan->item[plan->count++];
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
	struct plan_item *item = add(plan, "engine", body ? xstrdup(body) : NULL, answer == NULL);

	strv_push(&item->words, method);
	strv_push(&item->words, path);
	if (answer == NULL)
		return false;
	buf_init(ret_body, strlen(answer));
	buf_append_str(ret_body, answer);
	return true;
}

void plan_run(struct plan *plan, const char *who, const struct strv *argv, bool asked)
{
	strv_push_all(&add(plan, who, NULL, asked)->words, (const char *const *)argv->item);
}

void plan_record(struct plan *plan, const char *machine, char *values)
{
	strv_push(&add(plan, "record", values, false)->words, machine);
}
