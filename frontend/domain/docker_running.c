/* A container that runs: whether it is still what was verified, and what can be done with it. */
#include "docker_running.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "agent_command.h"
#include "agent_container.h"
#include "bottle.h"
#include "bundle.h"
#include "context.h"
#include "engine_exec.h"
#include "err.h"
#include "guest.h"
#include "mem.h"
#include "strv.h"
#include "supervisor.h"
#include "verdict.h"

int docker_running_check(
	struct context *ctx, struct verdict *verdict, const char **ret_why, struct error *err)
{
	bool bundle = false, agent = false;

	*ret_why = NULL;
	if (context_engine_at(ctx, verdict->engine, err) != 0 ||
		agent_container_alive(
			ctx, verdict->agent_id, verdict->agent_started, &agent, err) != 0 ||
		bundle_alive(ctx, verdict->container_id, verdict->alias, NULL, 0, &verdict->token,
			&bundle, err) != 0)
		return -1;
	if (!agent)
		*ret_why = "its agent's container does not run any more, or was restarted";
	else if (supervisor_pid(ctx, verdict->slug) == 0)
		*ret_why = "its supervisor is gone, and nothing would end it with its bundle";
	else if (!bundle)
		*ret_why = "its bundle is lost";
	else if (verdict->token == NULL)
		*ret_why = "its bundle was given no token";
	return 0;
}

int docker_running_exec(struct context *ctx, const struct verdict *verdict,
	const struct agent_command *command, int *ret, struct error *err)
{
	bool alive = true;

	/* The docker command refuses it too, and says 1, as a command inside may. */
	if (command->tty && command->interactive && !isatty(STDIN_FILENO)) {
		err_set(err, EXIT_USAGE_ERROR,
			"exec %s: -t needs a terminal, and standard input is none", verdict->slug);
		return err_note(err, "next", "exec -i, without -t");
	}
	if (context_engine_at(ctx, verdict->engine, err) != 0 ||
		engine_exec(ctx->engine, &ctx->mounted, verdict->agent_id, command, ret, err) != 0)
		return -1;
	/* The docker command says 1 when the container is gone, as a command in it may. */
	if (*ret != 1 || agent_container_alive(
				 ctx, verdict->agent_id, verdict->agent_started, &alive, err) != 0)
		return *ret != 1 ? 0 : -1;
	return alive ? 0
		     : err_set(err, EXIT_UNAVAILABLE, "exec %s: its agent's container is gone",
			       verdict->slug);
}

int docker_probe_ask(void *arg, struct guest_attempt *attempts, size_t count, struct error *err)
{
	const struct docker_probe *probe = arg;

	return guest_probe_container(
		probe->ctx->engine, &probe->ctx->mounted, probe->container, attempts, count, err);
}

bool docker_probe_reached_host(const struct probe_report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct probe_row *row = &report->row[i];

		if (!row->pass &&
			(strncmp(row->id, "gateway", 7) == 0 || strncmp(row->id, "host", 4) == 0))
			return true;
	}
	return false;
}

char *docker_probe_gateway(const char *agent_ip)
{
	char text[ADDR_STRLEN];
	struct addr addr;

	if (!addr_parse(agent_ip, &addr))
		return xstrdup("");
	addr.octet[3] = (uint8_t)((addr.octet[3] & ~7u) + 1);
	addr_print(addr, text);
	return xstrdup(text);
}
