/* bottle pool */
#include <stdlib.h>
#include <string.h>

#include "alias.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "json.h"
#include "lease.h"
#include "mem.h"
#include "print.h"
#include "strv.h"
#include "table.h"

/* Address, whether it is up, and who holds it; for octets in the pool. */
struct view {
	char *holder[LEASE_OCTETS];
	struct strv missing;
};

#define cleanup_view __attribute__((cleanup(view_clear)))

static void view_clear(struct view *view)
{
	for (size_t i = 0; i < LEASE_OCTETS; i++)
		free(view->holder[i]);
	strv_clear(&view->missing);
}

static int look(struct context *ctx, struct view *view, struct error *err)
{
	alias_missing(ctx, &view->missing);
	return context_engine(ctx, err) == 0 ? lease_holders(ctx, view->holder, err) : -1;
}

static int status(struct context *ctx, bool json, struct error *err)
{
	static const char *const headings[] = {"ADDRESS", "UP", "HELD BY", NULL};
	cleanup_view struct view view = {.missing = STRV_INIT};
	json_t *list;
	struct table table = {0, 0, NULL};

	if (look(ctx, &view, err) != 0)
		return -1;
	list = json_array();
	if (!json)
		table_init(&table, headings);
	for (unsigned octet = ctx->settings.pool_first; octet <= ctx->settings.pool_last; octet++) {
		cleanup_free char *address = xasprintf("127.0.0.%u", octet);
		bool up = !strv_has(&view.missing, address);

		if (!json) {
			table_add(&table, address);
			table_add(&table, up ? "yes" : "no");
			table_add(&table, view.holder[octet]);
		}
		json_array_append_new(
			list, json_pack("{s:s, s:b, s:o}", "address", address, "up", up, "held_by",
				      view.holder[octet] ? json_string(view.holder[octet])
							 : json_null()));
	}
	if (json)
		json_print(json_pack("{s:s, s:O}", "schema", "bottle.pool/1", "addresses", list));
	else
		table_print(&table, stdout);
	json_decref(list);
	return EXIT_OK;
}

static void report(const char *verb, const struct strv *addresses, bool json)
{
	if (json) {
		json_t *list = json_array();

		for (size_t i = 0; i < addresses->count; i++)
			json_array_append_new(list, json_string(addresses->item[i]));
		json_print(json_pack("{s:s, s:o}", "schema", "bottle.pool/1", verb, list));
		return;
	}
	for (size_t i = 0; i < addresses->count; i++)
		printf("%s %s\n", addresses->item[i], verb);
	if (addresses->count == 0)
		printf("nothing to do: nothing was %s\n", verb);
}

static int ensure(struct context *ctx, bool json, struct error *err)
{
	cleanup_strv struct strv asked = STRV_INIT;

	if (alias_ensure_all(ctx, &asked, err) != 0)
		return -1;
	report("added", &asked, json);
	return EXIT_OK;
}

/* Only what nobody holds and what is up: on Linux an address is up without an alias, and removing one that
 * is absent is success. */
static int release(struct context *ctx, bool json, struct error *err)
{
	cleanup_view struct view view = {.missing = STRV_INIT};
	cleanup_strv struct strv free_ones = STRV_INIT, removed = STRV_INIT;

	if (look(ctx, &view, err) != 0)
		return -1;
	for (unsigned octet = ctx->settings.pool_first; octet <= ctx->settings.pool_last; octet++)
		if (view.holder[octet] == NULL)
			strv_pushf(&free_ones, "127.0.0.%u", octet);
	if (alias_release(&free_ones, &removed, err) != 0)
		return -1;
	report("removed", &removed, json);
	return EXIT_OK;
}

int cmd_pool(const struct cmd_args *args, struct error *err)
{
	static const struct {
		const char *name;
		int (*run)(struct context *ctx, bool json, struct error *err);
	} verbs[] = {{"status", status}, {"ensure", ensure}, {"release", release}};
	cleanup_context struct context ctx = CONTEXT_INIT;
	const char *verb = args->operands ? args->operand[0] : "status";

	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return -1;
	print_warnings(&ctx);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, verb) == 0)
			return verbs[i].run(&ctx, cmd_flag(args, "json"), err) < 0
				       ? err_wrap(err, "pool %s", verb)
				       : EXIT_OK;
	return err_set(
		err, EXIT_USAGE_ERROR, "pool: '%s' is none of status, ensure, release", verb);
}
