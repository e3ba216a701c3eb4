/* bottle verify */
#include "bottle.h"
#include "command.h"
#include "context.h"
#include "err.h"
#include "json.h"
#include "print.h"
#include "verdict.h"

int cmd_verify(const struct cmd_args *args, struct error *err)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_verdict struct verdict verdict = {0};

	if (context_open(&ctx, cmd_value(args, "engine"), err) != 0)
		return -1;
	print_warnings(&ctx);
	if (context_smolvm_ask(&ctx, err) != 0 ||
		bottle_check(&ctx, args->operand[0], &verdict, err) != 0 ||
		bottle_verify(&ctx, &verdict, cmd_flag(args, "full"), err) != 0)
		return err_wrap(err, "verify %s", args->operand[0]);
	if (cmd_flag(args, "json")) {
		json_print_verdict(&verdict, NULL);
	} else {
		print_probes(&verdict.probes);
		print_proxy(&verdict.proxy);
		printf("%s: %zu of %zu probes passed; %s\n", verdict.slug,
			verdict.probes.count - verdict.probes.failed, verdict.probes.count,
			verdict.text);
		for (size_t i = 0; i < verdict.services.count; i++)
			printf("  reachable  %s (it listens on every address of this host)\n",
				verdict.services.item[i]);
		print_untried(&verdict.probes, stdout);
		print_proxy_open(&verdict.proxy, stdout);
	}
	return verdict.probes.failed == 0 ? EXIT_OK : EXIT_BAD;
}
