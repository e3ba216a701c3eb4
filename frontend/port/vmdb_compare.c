/* The record of a machine against what was asked for. Whoever can influence a record without being
 * this program (a pack's manifest, a newer engine's defaults, another tool) can widen a machine by
 * a key that nobody here has heard of; so the comparison is of the whole record, and unknown means
 * refused. */
#include "vmdb.h"

#include <string.h>

#include "err.h"
#include "mem.h"
#include "vmdb_json.h"
#include "vmdb_rule.h"
#include "vmdb_store.h"

static void check_name(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	vmdb_diff_expect(diff, path, json_string(diff->template->name), value);
}

static void check_state(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	const char *state = json_is_string(value) ? json_string_value(value) : "";

	if (diff->template->running)
		vmdb_diff_expect(diff, path, json_string("running"), value);
	else if (strcmp(state, "created") != 0 && strcmp(state, "stopped") != 0 &&
		 strcmp(state, "failed") != 0)
		vmdb_diff_add(diff, path, "created or stopped", value);
}

static void check_pid(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	if (diff->template->running ? json_number_value(value) <= 0 : !vmdb_json_is_empty(value))
		vmdb_diff_add(diff, path, diff->template->running ? "a process" : "null", value);
}

static void check_mounts(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	const struct vmdb_template *want = diff->template;
	json_t *mounts = json_array();

	for (size_t i = 0; i < want->mount_count; i++)
		json_array_append_new(
			mounts, json_pack("[s, s, b]", want->mounts[i].host, want->mounts[i].guest,
					want->mounts[i].read_only));
	vmdb_diff_expect(diff, path, mounts, value);
}

static void check_entrypoint(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	if (!vmdb_json_is_empty(value))
		vmdb_diff_add(diff, path, "[]", value);
}

static void check_cmd(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	const struct strv *cmd = diff->template->policy.cmd;
	json_t *want = json_array();

	for (size_t i = 0; cmd != NULL && i < cmd->count; i++)
		json_array_append_new(want, json_string(cmd->item[i]));
	vmdb_diff_expect(diff, path, want, value);
}

static void check_image(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	if (diff->template->image != NULL)
		vmdb_diff_expect(diff, path, json_string(diff->template->image), value);
	else if (value != NULL && !json_is_string(value) && !json_is_null(value))
		vmdb_diff_add(diff, path, "a string", value);
}

static void check_pack(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	if (diff->template->pack != NULL)
		vmdb_diff_expect(diff, path, json_string(diff->template->pack), value);
	else if (!vmdb_json_is_empty(value))
		vmdb_diff_add(diff, path, "nothing", value);
}

/* The value that a variable of the row ends up with: smolvm lets the last one win. */
static const char *row_value(const json_t *env, const char *name, size_t len)
{
	for (size_t i = json_array_size(env); i-- > 0;) {
		const char *key = json_string_value(json_array_get(json_array_get(env, i), 0));

		if (key != NULL && strlen(key) == len && memcmp(key, name, len) == 0)
			return json_string_value(json_array_get(json_array_get(env, i), 1));
	}
	return NULL;
}

static bool was_asked(const struct strv *env, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; env != NULL && i < env->count; i++)
		if (strncmp(env->item[i], name, len) == 0 && env->item[i][len] == '=')
			return true;
	return false;
}

/* Whether a later entry of ENV names the same variable as ENV[i], whose name has LEN bytes. */
static bool is_overridden(const struct strv *env, size_t i, size_t len)
{
	for (size_t k = i + 1; k < env->count; k++)
		if (strncmp(env->item[k], env->item[i], len + 1) == 0)
			return true;
	return false;
}

/* No value of a variable is shown: it may be someone's secret. */
static void check_asked_env(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	const struct strv *env = diff->template->env;

	for (size_t i = 0; env != NULL && i < env->count; i++) {
		size_t len = strcspn(env->item[i], "=");
		const char *found = row_value(value, env->item[i], len);

		if (env->item[i][len] == '\0' || is_overridden(env, i, len))
			continue;
		if (found == NULL || strcmp(found, env->item[i] + len + 1) != 0)
			strv_pushf(&diff->lines, "%s %.*s: expected the value asked for, found %s",
				path, (int)len, env->item[i],
				found != NULL ? "another" : "nothing");
	}
}

static void check_env(struct vmdb_diff *diff, const char *path, const json_t *value)
{
	if (value != NULL && !json_is_array(value)) {
		strv_pushf(&diff->lines, "%s: expected an array, found something else", path);
		return;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *pair = json_array_get(value, i);
		const char *name = json_string_value(json_array_get(pair, 0));

		if (json_array_size(pair) != 2 || name == NULL ||
			!json_is_string(json_array_get(pair, 1)))
			strv_pushf(&diff->lines,
				"%s %zu: expected [name, value], found something else", path, i);
		else if (diff->template->pack == NULL && !was_asked(diff->template->env, name))
			strv_pushf(
				&diff->lines, "%s %s: expected nothing, found a value", path, name);
	}
	check_asked_env(diff, path, value);
}

static const struct vmdb_rule restart_rules[] = {
	{.key = "policy", .kind = VMDB_TEXT, .text = "never"},
	{.key = "restart_count", .kind = VMDB_NUMBER},
	{.key = "user_stopped", .kind = VMDB_BOOL},
	{.key = NULL},
};

/* Keys that may have a value. All others, those that widen (ports, udp_ports, published_sockets,
 * disks, disk_volumes, staged_mounts, remote_volumes, egress_rules, block_private,
 * dns_filter_hosts, network_name, network_backend, guest_subnet, secret_refs, credential_policy,
 * ssh_agent, docker_socket, gpu, cuda, nested_virt, init, health_cmd, golden, ...) and those of
 * engines to come, must be empty. */
static const struct vmdb_rule record_rules[] = {
	{.key = "name", .kind = VMDB_OURS, .check = check_name},
	{.key = "state", .kind = VMDB_OURS, .check = check_state},
	{.key = "pid", .kind = VMDB_OURS, .check = check_pid},
	{.key = "cpus", .kind = VMDB_OURS, .check = vmdb_check_cpus},
	{.key = "mem", .kind = VMDB_OURS, .check = vmdb_check_memory},
	{.key = "mounts", .kind = VMDB_OURS, .check = check_mounts},
	{.key = "published_sockets", .kind = VMDB_OURS, .check = vmdb_check_sockets},
	{.key = "network", .kind = VMDB_OURS, .check = vmdb_check_network},
	{.key = "allowed_cidrs", .kind = VMDB_OURS, .check = vmdb_check_cidrs},
	{.key = "dns", .kind = VMDB_OURS, .check = vmdb_check_dns},
	{.key = "env", .kind = VMDB_OURS, .check = check_env},
	{.key = "image", .kind = VMDB_OURS, .check = check_image},
	{.key = "entrypoint", .kind = VMDB_OURS, .check = check_entrypoint},
	{.key = "cmd", .kind = VMDB_OURS, .check = check_cmd},
	{.key = "source_smolmachine", .kind = VMDB_OURS, .check = check_pack},
	{.key = "restart", .kind = VMDB_OBJECT, .inner = restart_rules},
	{.key = "workdir", .kind = VMDB_STRING},
	{.key = "user", .kind = VMDB_STRING},
	{.key = "stop_signal", .kind = VMDB_STRING},
	{.key = "block_io", .kind = VMDB_TEXT, .text = "sync"},
	{.key = "disk_durability", .kind = VMDB_TEXT, .text = "full"},
	{.key = "pid_start_time", .kind = VMDB_NUMBER},
	{.key = "last_exit_code", .kind = VMDB_NUMBER},
	{.key = "init_completed", .kind = VMDB_BOOL},
	{.key = "created_at", .kind = VMDB_ANY, .text = "a time, as number or as text"},
	{.key = NULL},
};

int vmdb_compare(const struct vmdb *vmdb, const struct vmdb_template *template,
	struct vmdb_machine *ret, struct error *err)
{
	cleanup_vmdb_conn struct vmdb_conn conn = {NULL, NULL, 0, 0};
	cleanup_vmdb_row struct vmdb_row row = VMDB_ROW_INIT;
	struct vmdb_diff diff = {template, STRV_INIT};

	if (vmdb_conn_open(&conn, vmdb, false, err) != 0 ||
		vmdb_row_read(&conn, template->name, &row, err) != 0)
		return err_wrap(err, "check the record");
	vmdb_rule_compare(&diff, record_rules, "", row.json);
	if (vmdb_diff_report(&diff, "its record", err) != 0)
		return -1;
	if (ret != NULL)
		vmdb_machine_fill(ret, row.json);
	return 0;
}
