/* The steps of a launch that is only planned. The order is this file's; what is asked for at each step is made by the
 * code that a launch makes it with, and tests/native/plan.t compares both. */
#include <stddef.h>

#include "agent.h"
#include "alias.h"
#include "bundle.h"
#include "context.h"
#include "launch.h"
#include "lease.h"
#include "machine.h"
#include "services.h"

static int claiming(void *arg, const struct lease *lease, struct error *err)
{
	(void)arg;
	(void)lease;
	(void)err;
	return 0;
}

static int creating(void *arg, struct error *err)
{
	(void)arg;
	(void)err;
	return 0;
}

int launch_plan(struct launch *launch, struct error *err)
{
	struct context *ctx = launch->ctx;

	if (launch_preflight(launch, err) != 0 ||
		machine_refuse_taken(ctx, launch->machine, err) != 0 ||
		lease_claim(ctx, launch->slug, launch->labels, &launch->skip, claiming, NULL,
			&launch->lease, err) != 0 ||
		alias_ensure(ctx, launch->lease.octet, err) != 0 ||
		bundle_start(ctx, launch->slug, launch->spec, &launch->image, &launch->lease,
			launch->labels, creating, NULL, &launch->bundle, err) != BUNDLE_OK ||
		services_check(ctx, launch->lease.alias, &launch->services, err) != 0)
		return -1;
	return agent_plan(ctx, &launch->agent, err) == 0
		       ? machine_plan(ctx, launch->machine, launch->spec, &launch->agent,
				 launch->lease.alias, err)
		       : -1;
}
