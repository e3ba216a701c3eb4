/* Looking at a container from outside: by its engine, which is trusted, and nothing that is said in it. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent_config.h"
#include "context.h"
#include "docker_process.h"
#include "docker_running.h"
#include "engine_container.h"
#include "engine_network.h"
#include "err.h"
#include "evidence.h"
#include "mem.h"
#include "verdict.h"

/* Takes WHAT. */
static void add(struct evidence *evidence, const char *id, const char *about, bool pass, char *what)
{
	evidence->row[evidence->count++] = (struct evidence_row){id, about, pass, false, what};
	evidence->failed += !pass;
}

static const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

static void look_at_agent(
	const struct verdict *verdict, const struct engine_container *agent, struct evidence *ret)
{
	const json_t *state = json_object_get(agent->json, "State");
	const char *started = text_at(state, "StartedAt");
	json_int_t pid = json_integer_value(json_object_get(state, "Pid"));
	bool same = strcmp(agent->state, "running") == 0 &&
		    strcmp(started, verdict->agent_started) == 0 &&
		    pid == (json_int_t)verdict->process.pid;

	add(ret, "agent", "the container is the one that was started", same,
		xasprintf("%s since %s, pid %lld", agent->state, started, (long long)pid));
}

static void look_at_config(
	const struct verdict *verdict, const struct engine_container *agent, struct evidence *ret)
{
	char digest[SHA256_HEX_LEN];
	bool same;

	agent_config_digest(agent->json, digest);
	same = strcmp(digest, verdict->policy) == 0;
	add(ret, "config", "how it is confined", same,
		xstrdup(same ? "as it was created" : "not as it was created"));
}

/* An engine in a VM has its processes there: no evidence, and none against. */
static void look_at_process(const struct verdict *verdict, struct evidence *ret)
{
	char *what;
	bool confined = docker_process_is_confined(verdict->process.pid, geteuid(), &what);

	if (what != NULL)
		add(ret, "process", "what this host's kernel lets it do", confined, what);
}

static void look_at_ports(const struct engine_container *agent, struct evidence *ret)
{
	size_t count = agent->port_count + agent->binding_count;

	add(ret, "ports", "what of it is published on this host", count == 0,
		count == 0 ? xstrdup("nothing") : xasprintf("%zu ports", count));
}

/* Whether the container is on the network inside alone; *RET says where it is. */
static bool is_inside(
	const struct verdict *verdict, const struct engine_container *agent, char **ret)
{
	json_t *networks =
		json_object_get(json_object_get(agent->json, "NetworkSettings"), "Networks");
	const char *name;
	json_t *leg;

	*ret = xasprintf("%zu networks", json_object_size(networks));
	if (json_object_size(networks) != 1)
		return false;
	json_object_foreach (networks, name, leg) {
		free(*ret);
		*ret = xasprintf("%s as %s", name, text_at(leg, "IPAddress"));
		return strcmp(text_at(leg, "NetworkID"), verdict->agent_network) == 0 &&
		       strcmp(text_at(leg, "IPAddress"), verdict->agent_ip) == 0 &&
		       *text_at(leg, "GlobalIPv6Address") == '\0';
	}
	return false;
}

static void look_at_network(const struct verdict *verdict, const struct engine_container *agent,
	const json_t *network, struct evidence *ret)
{
	cleanup_free char *where = NULL;
	bool inside = is_inside(verdict, agent, &where);
	bool closed = json_is_true(json_object_get(network, "Internal")) &&
		      json_is_false(json_object_get(network, "EnableIPv6"));

	add(ret, "network", "where it is attached", inside && closed,
		xasprintf("%s, %s", where, closed ? "internal" : "NOT internal"));
}

static void look_at_members(
	const struct verdict *verdict, const json_t *network, struct evidence *ret)
{
	json_t *members = json_object_get(network, "Containers");
	bool both = json_object_get(members, verdict->agent_id) != NULL &&
		    json_object_get(members, verdict->container_id) != NULL;
	size_t count = json_object_size(members);

	add(ret, "members", "who else is on its network", both && count == 2,
		both && count == 2 ? xstrdup("its bundle, nobody else")
		: both             ? xasprintf("%zu containers besides its bundle", count - 2)
		       : xasprintf("%zu containers, its bundle or itself missing", count));
}

/* What cannot be looked at is no evidence. */
static void unseen(struct evidence *ret, const char *id, struct error *err)
{
	add(ret, id, "it cannot be looked at", false, xstrdup(err->message));
	err_clear(err);
}

int docker_evidence_read(
	struct context *ctx, const struct verdict *verdict, struct evidence *ret, struct error *err)
{
	cleanup_engine_container struct engine_container agent = ENGINE_CONTAINER_INIT;
	json_auto_t *network = NULL;
	bool seen;

	if (context_engine_at(ctx, verdict->engine, err) != 0)
		return err_wrap(err, "evidence");
	seen = engine_container_inspect(ctx->engine, verdict->agent_id, &agent, err) == 0;
	if (seen) {
		look_at_agent(verdict, &agent, ret);
		look_at_config(verdict, &agent, ret);
		look_at_process(verdict, ret);
		look_at_ports(&agent, ret);
	} else {
		unseen(ret, "agent", err);
	}
	if (engine_network_inspect(ctx->engine, verdict->agent_network, &network, err) != 0) {
		unseen(ret, "network", err);
	} else if (seen) {
		look_at_network(verdict, &agent, network, ret);
		look_at_members(verdict, network, ret);
	}
	return 0;
}
