/* Verdicts as JSON. */
#include "verdict.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "engine.h"
#include "err.h"
#include "journal.h"
#include "mem.h"
#include "names.h"
#include "proxy_probe.h"
#include "spec.h"

const char *verdict_backend(const struct verdict *verdict)
{
	return verdict->agent_id ? BACKEND_DOCKER : BACKEND_SMOLVM;
}

const char *verdict_bundle_at(const struct verdict *verdict)
{
	return verdict->inside_ip ? verdict->inside_ip : verdict->alias;
}

static char *text_of(const char *kind, size_t count, const struct probe_report *proxy)
{
	size_t open = proxy_probe_open(proxy), unproven = proxy->failed - open;
	cleanup_strv struct strv parts = STRV_INIT;

	strv_push(&parts, kind);
	if (count > 0)
		strv_pushf(&parts, "%zu host service%s", count, count == 1 ? "" : "s");
	if (open > 0)
		strv_pushf(&parts, "proxy open to %zu", open);
	if (unproven > 0)
		strv_pushf(&parts, "proxy unproven for %zu", unproven);
	return strv_join(&parts, " + ");
}

char *verdict_text(bool sealed, size_t count, const struct probe_report *proxy)
{
	return text_of(sealed ? "sealed" : "alias", sealed ? 0 : count, proxy);
}

char *verdict_text_container(const struct probe_report *proxy)
{
	return text_of("container", 0, proxy);
}

void verdict_note_engine(const struct context *ctx, struct strv *notes)
{
	if (engine_is_below_28(ctx->engine))
		strv_pushf(notes,
			"the engine (API 1.%u) is older than Docker 28: neighbours on the network "
			"may "
			"reach ports published on loopback (bottle-raw.nft closes this)",
			engine_api_minor(ctx->engine));
}

static json_t *array_of(const struct strv *strv)
{
	json_t *list = json_array();

	for (size_t i = 0; i < strv->count; i++)
		json_array_append_new(list, json_string(strv->item[i]));
	return list;
}

json_t *verdict_probes_json(const struct probe_report *report, const char *teller)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->count; i++) {
		const struct probe_row *row = &report->row[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:b, s:s, s:s, s:s, s:s}", "id", row->id,
				      "target", row->target, "expect",
				      row->must_reach ? "reach" : "refuse", "pass", row->pass,
				      "judge", row->host_judged ? "host" : teller, "state",
				      row->state, "why", row->why, "about", row->about));
	}
	return list;
}

int verdict_save(const struct verdict *verdict, struct journal *journal, struct error *err)
{
	json_t *ports = json_object();
	json_auto_t *json = NULL;

	for (size_t i = 0; i < verdict->port_count; i++)
		json_object_set_new(ports, verdict->port[i].name,
			json_pack("{s:i, s:i}", "host", (int)verdict->port[i].host_port,
				"container", (int)verdict->port[i].container_port));
	json = json_pack(
		"{s:s, s:s, s:s, s:I, s:s, s:s, s:{s:s, s:s, s:s, s:o}, s:{s:s, s:i, s:I, s:s},"
		" s:{s:s, s:i}, s:{s:s, s:s, s:b}, s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o, "
		"s:o}",
		"schema", VERDICT_SCHEMA, "name", verdict->slug, "launch", verdict->launch, "time",
		(json_int_t)verdict->time, "alias", verdict->alias, "subnet", verdict->subnet,
		"bundle", "container", verdict->container_id, "image", verdict->bundle_image,
		"address", verdict->bundle_ip, "ports", ports, "machine", "name", verdict->machine,
		"pid", (int)verdict->process.pid, "start", (json_int_t)verdict->process.start,
		"policy_sha256", verdict->policy, "engine", "socket", verdict->engine, "api",
		(int)verdict->engine_api, "smolvm", "program", verdict->smolvm, "version",
		verdict->smolvm_version, "unproven", verdict->unproven, "egress_port",
		(int)verdict->egress_port, "network", verdict->sealed ? "sealed" : "alias",
		"verify", verdict->full ? "full" : "quick", "services",
		array_of(&verdict->services), "published", array_of(&verdict->published), "notes",
		array_of(&verdict->notes), "secret_env", array_of(&verdict->secret_env), "verdict",
		verdict->text, "probes", verdict_probes_json(&verdict->probes, "guest"), "proxy",
		verdict_probes_json(&verdict->proxy, "proxy"));
	if (json != NULL && verdict->agent_id != NULL)
		json_object_set_new(json, "agent",
			json_pack("{s:s, s:s, s:s, s:s, s:s}", "container", verdict->agent_id,
				"started", verdict->agent_started, "network",
				verdict->agent_network, "address", verdict->agent_ip, "bundle",
				verdict->inside_ip));
	return json ? journal_write_verdict(journal, json, err)
		    : err_set(err, EXIT_BUG, "the verdict does not fit its own form");
}

static void read_list(const json_t *list, struct strv *ret)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_is_string(json_array_get(list, i)))
			strv_push(ret, json_string_value(json_array_get(list, i)));
}

static int read_ports(const json_t *ports, struct verdict *ret)
{
	for (int i = 0; i < SPEC_PORT_COUNT; i++) {
		const char *name = spec_port_name((enum spec_port)i);
		json_t *port = json_object_get(ports, name);
		int host, container;

		if (port == NULL)
			continue;
		if (json_unpack(port, "{s:i, s:i}", "host", &host, "container", &container) != 0 ||
			host <= 0 || host > 65535 || container <= 0 || container > 65535)
			return -1;
		ret->port[ret->port_count++] =
			(struct probe_port){name, (uint16_t)host, (uint16_t)container};
	}
	return 0;
}

/* Of a bottle that is a container. */
static int read_agent(const json_t *agent, struct verdict *ret)
{
	const struct {
		const char *key;
		char **field;
	} parts[] = {{"container", &ret->agent_id}, {"started", &ret->agent_started},
		{"network", &ret->agent_network}, {"address", &ret->agent_ip},
		{"bundle", &ret->inside_ip}};

	for (size_t i = 0; agent != NULL && i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *text = json_string_value(json_object_get(agent, parts[i].key));

		if (text == NULL)
			return -1;
		*parts[i].field = xstrdup(text);
	}
	return 0;
}

int verdict_load(
	const struct context *ctx, const char *slug, struct verdict *ret, struct error *err)
{
	json_auto_t *json = NULL;
	struct verdict v = {0};
	const char *schema, *name, *launch, *alias, *subnet, *container, *image, *address, *machine;
	const char *engine, *smolvm, *smolvm_version, *network, *verify, *text, *policy;
	json_t *ports, *services, *secrets;
	json_int_t when, start;
	json_error_t why;
	int pid, unproven, egress, api;

	if (journal_read_verdict(ctx, slug, &json, err) != 0)
		return err_wrap(err, "%s is unverified", slug);
	if (json_unpack_ex(json, &why, 0,
		    "{s:s, s:s, s:s, s:I, s:s, s:s, s:{s:s, s:s, s:s, s:o}, s:{s:s, s:i, s:I, "
		    "s:s}, "
		    "s:{s:s, s:i},"
		    " s:{s:s, s:s, s:b}, s:i, s:s, s:s, s:o, s:o, s:s}",
		    "schema", &schema, "name", &name, "launch", &launch, "time", &when, "alias",
		    &alias, "subnet", &subnet, "bundle", "container", &container, "image", &image,
		    "address", &address, "ports", &ports, "machine", "name", &machine, "pid", &pid,
		    "start", &start, "policy_sha256", &policy, "engine", "socket", &engine, "api",
		    &api, "smolvm", "program", &smolvm, "version", &smolvm_version, "unproven",
		    &unproven, "egress_port", &egress, "network", &network, "verify", &verify,
		    "services", &services, "secret_env", &secrets, "verdict", &text) != 0)
		return err_set(err, EXIT_DATA, "%s is unverified: its verdict is broken: %s", slug,
			why.text);
	if (strcmp(schema, VERDICT_SCHEMA) != 0 || strcmp(name, slug) != 0 ||
		read_ports(ports, &v) != 0 || read_agent(json_object_get(json, "agent"), &v) != 0) {
		verdict_clear(&v);
		return err_set(err, EXIT_DATA,
			"%s is unverified: its verdict is not of this version", slug);
	}
	v.slug = xstrdup(slug);
	v.launch = xstrdup(launch);
	v.time = when;
	v.alias = xstrdup(alias);
	v.subnet = xstrdup(subnet);
	v.bundle_ip = xstrdup(address);
	v.container_id = xstrdup(container);
	v.bundle_image = xstrdup(image);
	v.machine = xstrdup(machine);
	v.process = (struct machine_process){pid, (uint64_t)start};
	v.policy = xstrdup(policy);
	v.engine = xstrdup(engine);
	v.engine_api = (unsigned)api;
	v.smolvm = xstrdup(smolvm);
	v.smolvm_version = xstrdup(smolvm_version);
	v.unproven = unproven;
	v.egress_port = (uint32_t)egress;
	v.sealed = strcmp(network, "sealed") == 0;
	v.full = strcmp(verify, "full") == 0;
	v.text = xstrdup(text);
	read_list(services, &v.services);
	read_list(json_object_get(json, "published"), &v.published);
	read_list(json_object_get(json, "notes"), &v.notes);
	read_list(secrets, &v.secret_env);
	*ret = v;
	return 0;
}

/* NAME=VALUE and name=VALUE: programs look for either. */
static void push_both(struct strv *ret, const char *name, const char *value)
{
	cleanup_free char *lower = xstrdup(name);

	for (char *at = lower; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	strv_pushf(ret, "%s=%s", name, value);
	strv_pushf(ret, "%s=%s", lower, value);
}

void verdict_urls(const struct verdict *verdict, struct strv *ret)
{
	const char *at = verdict_bundle_at(verdict);
	cleanup_free char *direct = xasprintf("localhost,127.0.0.1,%s", at);

	for (size_t i = 0; i < verdict->port_count; i++) {
		const struct probe_port *port = &verdict->port[i];
		cleanup_free char *url = NULL;

		if (strcmp(port->name, "git") == 0) {
			url = xasprintf("git://%s:%u", at, port->host_port);
			push_both(ret, "GIT_GATE_URL", url);
		} else if (strcmp(port->name, "supervise") == 0) {
			url = xasprintf("http://%s:%u/", at, port->host_port);
			push_both(ret, "MCP_SUPERVISE_URL", url);
		}
	}
	push_both(ret, "NO_PROXY", direct);
}

void verdict_proxy(const struct verdict *verdict, const char *token, struct strv *ret)
{
	for (size_t i = 0; i < verdict->port_count; i++) {
		const struct probe_port *port = &verdict->port[i];
		cleanup_secret char *url = NULL;

		if (strcmp(port->name, "proxy") != 0)
			continue;
		url = xasprintf("http://%s%s%s%s:%u", token ? VERDICT_PROXY_USER ":" : "",
			token ? token : "", token ? "@" : "", verdict_bundle_at(verdict),
			port->host_port);
		push_both(ret, "HTTPS_PROXY", url);
		push_both(ret, "HTTP_PROXY", url);
	}
}

void verdict_clear(struct verdict *v)
{
	char **owned[] = {&v->slug, &v->launch, &v->alias, &v->subnet, &v->bundle_ip,
		&v->container_id, &v->bundle_image, &v->machine, &v->engine, &v->smolvm,
		&v->smolvm_version, &v->text, &v->policy, &v->agent_id, &v->agent_started,
		&v->agent_network, &v->agent_ip, &v->inside_ip};

	for (size_t i = 0; i < sizeof(owned) / sizeof(owned[0]); i++)
		free(*owned[i]);
	strv_clear(&v->services);
	strv_clear(&v->published);
	strv_clear(&v->notes);
	strv_clear(&v->secret_env);
	mem_free_secret(v->token);
	probe_report_clear(&v->probes);
	probe_report_clear(&v->proxy);
	*v = (struct verdict){0};
}
