/* bottle allowlist */
#include <string.h>

#include "command.h"
#include "context.h"
#include "err.h"
#include "json.h"
#include "mem.h"
#include "policy.h"
#include "print.h"

static int show(struct context *ctx, const char *name, bool json, struct error *err)
{
	cleanup_policy struct policy policy = {.machine = NULL};
	cleanup_free char *list = NULL;
	json_t *cidrs;

	if (policy_show(ctx, name, &policy, err) != 0)
		return -1;
	if (!json) {
		list = strv_join(&policy.cidrs, " ");
		print_line(stdout, "machine  %s (%s)", policy.machine, policy.state);
		print_line(stdout, "network  %s", policy.network ? "on" : "off");
		print_line(stdout, "allowed  %s",
			!policy.network       ? "nothing"
			: policy.unrestricted ? "EVERYTHING"
			: *list               ? list
					      : "nothing");
		print_line(stdout, "dns      %s", policy.dns ? policy.dns : "the engine's default");
		return EXIT_OK;
	}
	cidrs = json_array();
	for (size_t i = 0; i < policy.cidrs.count; i++)
		json_array_append_new(cidrs, json_string(policy.cidrs.item[i]));
	json_print(json_pack("{s:s, s:s, s:s, s:b, s:b, s:o, s:o}", "schema", "bottle.allowlist/1",
		"machine", policy.machine, "state", policy.state, "network", policy.network,
		"unrestricted", policy.unrestricted, "allowed", cidrs, "dns",
		policy.dns ? json_string(policy.dns) : json_null()));
	return EXIT_OK;
}

int cmd_allowlist(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	const char *verb = args->operand[0], *name = args->operand[1];
	const char *cidr = args->operands > 2 ? args->operand[2] : NULL;
	bool json = cmd_flag(args, "json");

	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return -1;
	print_warnings(&ctx);
	if (strcmp(verb, "show") == 0 && cidr == NULL)
		return show(&ctx, name, json, err) == 0 ? EXIT_OK : err_wrap(err, "allowlist show");
	if (strcmp(verb, "set") != 0)
		return err_set(err, EXIT_USAGE_ERROR,
			"allowlist: '%s' is neither show NAME nor set NAME [CIDR]", verb);
	if (policy_set(&ctx, name, cidr, err) != 0)
		return err_wrap(err, "allowlist set");
	return show(&ctx, name, json, err);
}
