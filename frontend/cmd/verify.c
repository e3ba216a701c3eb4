/* bottle verify */
#include <stdio.h>

#include "bottle.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "evidence.h"
#include "json.h"
#include "print.h"
#include "verdict.h"

static void print_all(const struct verdict *verdict, const struct evidence *evidence)
{
	const struct probe_report *probes = &verdict->probes;

	print_evidence(evidence);
	putchar('\n');
	print_guest_probes(probes);
	print_proxy(&verdict->proxy);
	putchar('\n');
	print_line(stdout,
		"%s: %s: %zu of %zu findings of this host pass; the guest says %zu of %zu; %s",
		verdict->slug, evidence->failed + probes->failed == 0 ? "verified" : "UNVERIFIED",
		evidence->count - evidence->failed - evidence->unclear, evidence->count,
		probes->count - probes->failed, probes->count, verdict->text);
	print_services(verdict, stdout);
	print_untried(probes, stdout);
	print_proxy_open(&verdict->proxy, stdout);
}

int cmd_verify(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_verdict struct verdict verdict = {0};
	cleanup_evidence struct evidence evidence = {.count = 0};

	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return -1;
	print_warnings(&ctx);
	if ((bottle_uses_smolvm(&ctx, args->operand[0]) && context_smolvm_ask(&ctx, err) != 0) ||
		bottle_check(&ctx, args->operand[0], true, &verdict, err) != 0 ||
		bottle_verify(&ctx, &verdict, cmd_flag(args, "full"), &evidence, err) != 0)
		return err_wrap(err, "verify %s", args->operand[0]);
	if (cmd_flag(args, "json"))
		json_print_verify(&verdict, &evidence);
	else
		print_all(&verdict, &evidence);
	return verdict.probes.failed + evidence.failed == 0 ? EXIT_OK : EXIT_BAD;
}
