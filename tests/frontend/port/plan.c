/* Which requests a plan lets out, and what it answers to the others. */
#include "plan.h"

#include <stdlib.h>

#include "buf.h"
#include "mem.h"
#include "tap.h"

static const struct {
	const char *method, *path;
	bool sent;
	int status;
	const char *answer;
} table[] = {
	{"GET", "/_ping", true, 0, ""},
	{"GET", "/networks", true, 0, ""},
	{"GET", "/containers/json?all=1", true, 0, ""},
	{"GET", "/containers/0123456789ab/json", true, 0, ""},
	{"GET", "/images/agent/json", true, 0, ""},
	{"GET", "/images//json", true, 0, ""},
	{"POST", "/networks/create", false, 201, "{\"Id\":\"NETWORK-ID\"}"},
	{"POST", "/containers/create?name=x", false, 201, "{\"Id\":\"CONTAINER-ID\"}"},
	{"POST", "/containers/CONTAINER-ID/start", false, 204, ""},
	{"GET", "/containers/CONTAINER-ID/json", false, 200,
		"{\"Id\":\"CONTAINER-ID\",\"State\":{\"Status\":\"planned\"}}"},
	/* Whatever else changes something stays here too. */
	{"DELETE", "/networks/0123456789ab", false, 204, ""},
	{"DELETE", "/containers/0123456789ab?force=1&v=1", false, 204, ""},
	{"POST", "/build", false, 204, ""},
	{"PUT", "/containers/0123456789ab/archive", false, 204, ""},
	{"HEAD", "/_ping", false, 204, ""},
	{"get", "/networks", false, 204, ""},
	{"", "/networks", false, 204, ""},
};

static void ask(struct plan *plan, size_t i)
{
	cleanup_buf struct buf body = BUF_INIT(0);
	int status = 0;
	bool kept = plan_request(plan, table[i].method, table[i].path, NULL, &status, &body);

	ok(kept == !table[i].sent, "%s %s: %s", table[i].method, table[i].path,
		table[i].sent ? "is sent" : "stays here");
	ok(!kept || status == table[i].status, "with status %d", table[i].status);
	is_str(buf_str(&body), table[i].answer, "and that answer");
	ok(plan->item[plan->count - 1].asked == table[i].sent, "which is noted");
}

static void build(void)
{
	cleanup_plan struct plan plan = PLAN_INIT;
	cleanup_buf struct buf body = BUF_INIT(0), other = BUF_INIT(0);
	int status;

	plan.built = xstrdup("tag:latest");
	ok(plan_request(&plan, "GET", "/images/tag:latest/json", NULL, &status, &body) &&
			status == 200,
		"an image that would have been built is there");
	is_str(buf_str(&body), "{\"Id\":\"sha256:IMAGE-ID\"}", "with an id");
	ok(!plan_request(&plan, "GET", "/images/tag:late/json", NULL, &status, &other),
		"another one is asked for");
}

static void notes(void)
{
	cleanup_plan struct plan plan = PLAN_INIT;
	cleanup_strv struct strv argv = STRV_INIT;
	cleanup_buf struct buf body = BUF_INIT(0);
	int status;

	strv_push(&argv, "/bin/smolvm");
	strv_push(&argv, "a b");
	plan_run(&plan, "smolvm", &argv, false);
	plan_record(&plan, "machine", xstrdup("{}"));
	plan_request(&plan, "POST", "/networks/create", "{\"a\":1}", &status, &body);
	is_int((long long)plan.count, 3, "in order");
	is_str(plan.item[0].words.item[1], "a b", "arguments are copied whole");
	ok(plan.item[0].words.count == 2 && plan.item[0].json == NULL, "and nothing is added");
	is_str(plan.item[1].words.item[0], "machine", "a record's machine");
	is_str(plan.item[2].json, "{\"a\":1}", "a request's body");
	is_str(plan.item[2].words.item[0], "POST", "and method");
	is_str(plan.item[2].words.item[1], "/networks/create", "and path");
}

int main(void)
{
	cleanup_plan struct plan plan = PLAN_INIT;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		ask(&plan, i);
	is_int((long long)plan.count, (long long)(sizeof(table) / sizeof(*table)), "all are noted");
	build();
	notes();
	return done_testing();
}
