/* Sets what a machine will boot with, in one transaction: network, allowed_cidrs and dns appear in
 * the record together or not at all, so a process killed at any point leaves the machine closed.
 * The record is text that SQLite edits in place; all other values keep their bytes, unknown keys
 * and 64-bit numbers included, and the column stays a BLOB, because one TEXT value makes every
 * listing of smolvm fail. */
#include "vmdb.h"

#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "err.h"
#include "mem.h"
#include "plan.h"
#include "vmdb_store.h"

/* The values as they shall be, dns NULL = without the key, cmd NULL = not looked at. */
struct target {
	json_t *network, *cidrs, *dns, *entrypoint, *cmd;
};

#define cleanup_target __attribute__((cleanup(target_clear)))

static void target_clear(struct target *target)
{
	json_decref(target->network);
	json_decref(target->cidrs);
	json_decref(target->dns);
	json_decref(target->entrypoint);
	json_decref(target->cmd);
}

/* One loopback address and nothing wider, whatever the caller was given. */
static bool is_one_alias(const char *cidr)
{
	cleanup_free char *text = xstrdup(cidr);
	char *slash = strchr(text, '/');
	struct addr addr;

	if (slash == NULL || strcmp(slash, "/32") != 0)
		return false;
	*slash = '\0';
	return addr_parse(text, &addr) && addr.octet[0] == 127 &&
	       !addr_equal(addr, (struct addr){{127, 0, 0, 1}});
}

static json_t *string_array(const struct strv *strings)
{
	json_t *array = json_array();

	for (size_t i = 0; i < strings->count; i++)
		json_array_append_new(array, json_string(strings->item[i]));
	return array;
}

static int target_fill(
	struct target *target, const struct vmdb_policy *policy, bool workload, struct error *err)
{
	struct addr dns;

	if (policy->cidr != NULL && !is_one_alias(policy->cidr))
		return err_set(err, EXIT_REFUSED,
			"'%s' is not the address of one bottle, 127.x.x.x/32; nothing wider is set",
			policy->cidr);
	if (policy->dns != NULL && !addr_parse(policy->dns, &dns))
		return err_set(err, EXIT_REFUSED, "'%s' is not an address for dns", policy->dns);
	target->network = json_boolean(policy->cidr != NULL);
	target->cidrs = policy->sealed ? json_null() : json_array();
	if (policy->cidr != NULL)
		json_array_append_new(target->cidrs, json_string(policy->cidr));
	if (policy->dns != NULL)
		target->dns = json_string(policy->dns);
	if (workload) {
		target->entrypoint = json_array();
		target->cmd = string_array(policy->cmd);
		if (json_array_size(target->cmd) != policy->cmd->count)
			return err_set(err, EXIT_DATA, "the command is not UTF-8 text");
	}
	return 0;
}

static bool is_right(const json_t *record, const struct target *target)
{
	json_t *dns = json_object_get(record, "dns");

	if (!json_equal(json_object_get(record, "network"), target->network) ||
		!json_equal(json_object_get(record, "allowed_cidrs"), target->cidrs))
		return false;
	if (target->dns != NULL ? !json_equal(dns, target->dns) : dns != NULL && !json_is_null(dns))
		return false;
	return target->cmd == NULL ||
	       (json_equal(json_object_get(record, "entrypoint"), target->entrypoint) &&
		       json_equal(json_object_get(record, "cmd"), target->cmd));
}

/* A state that is not known to be at rest counts as running: unreachable and frozen machines have a
 * live monitor, and a newer engine may know more. */
static int check_at_rest(const json_t *record, const char *machine, struct error *err)
{
	const char *state = json_string_value(json_object_get(record, "state"));
	json_t *pid = json_object_get(record, "pid");

	if (state != NULL && (pid == NULL || json_is_null(pid)) &&
		(strcmp(state, "created") == 0 || strcmp(state, "stopped") == 0 ||
			strcmp(state, "failed") == 0))
		return 0;
	if (json_number_value(pid) > 0)
		err_set(err, EXIT_AGAIN,
			"machine %s: it runs (state %s, pid %.0f); its policy cannot change",
			machine, state ? state : "unknown", json_number_value(pid));
	else
		err_set(err, EXIT_AGAIN,
			"machine %s: its state is '%s', which may mean that it runs", machine,
			state ? state : "unknown");
	return err_note(err, "next", "smolvm machine stop --name %s", machine);
}

static void bind_json(sqlite3_stmt *stmt, int index, const json_t *json)
{
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	sqlite3_bind_text(stmt, index, text, -1, free);
}

/* The record with the target's values in it. The caller frees it; NULL on failure. */
static char *patched(struct vmdb_conn *conn, const struct vmdb_row *row,
	const struct target *target, struct error *err)
{
	const char *sql =
		target->cmd == NULL
			? "SELECT json_set(?1, '$.network', json(?2), '$.allowed_cidrs', json(?3))"
			: "SELECT json_set(?1, '$.network', json(?2), '$.allowed_cidrs', json(?3),"
			  " '$.entrypoint', json(?4), '$.cmd', json(?5))";
	cleanup_free char *whole =
		xasprintf(target->dns != NULL ? "SELECT json_set((%s), '$.dns', json(?6))"
					      : "SELECT json_remove((%s), '$.dns')",
			sql);
	cleanup_stmt sqlite3_stmt *stmt = vmdb_conn_prepare(conn, whole, err);
	const char *text;

	if (stmt == NULL)
		return NULL;
	sqlite3_bind_text(stmt, 1, row->bytes, (int)row->len, SQLITE_STATIC);
	bind_json(stmt, 2, target->network);
	bind_json(stmt, 3, target->cidrs);
	if (target->cmd != NULL) {
		bind_json(stmt, 4, target->entrypoint);
		bind_json(stmt, 5, target->cmd);
	}
	if (target->dns != NULL)
		bind_json(stmt, 6, target->dns);
	text = sqlite3_step(stmt) == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	if (text != NULL)
		return xstrdup(text);
	vmdb_conn_error(conn, err);
	return NULL;
}

static int write_record(
	struct vmdb_conn *conn, const char *machine, const char *text, struct error *err)
{
	cleanup_stmt sqlite3_stmt *stmt =
		vmdb_conn_prepare(conn, "UPDATE vms SET data = ?2 WHERE name = ?1", err);

	if (stmt == NULL)
		return -1;
	sqlite3_bind_text(stmt, 1, machine, -1, SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 2, text, (int)strlen(text), SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		return vmdb_conn_error(conn, err);
	return 0;
}

static int read_back(struct vmdb_conn *conn, const char *machine, const char *text,
	const struct target *target, struct error *err)
{
	cleanup_vmdb_row struct vmdb_row row = VMDB_ROW_INIT;

	if (vmdb_row_read(conn, machine, &row, err) != 0)
		return err_wrap(err, "read back the policy");
	if (strcmp(row.bytes, text) == 0 && is_right(row.json, target))
		return 0;
	err_set(err, EXIT_REFUSED,
		"machine %s: its record is not what was written a moment ago; nothing was changed",
		machine);
	return err_note(err, "why", "a trigger in %s may change or undo it", conn->path);
}

static int patch(
	struct vmdb_conn *conn, const char *machine, const struct target *target, struct error *err)
{
	cleanup_vmdb_row struct vmdb_row row = VMDB_ROW_INIT;
	cleanup_free char *text = NULL;

	if (vmdb_conn_exec(conn, "BEGIN IMMEDIATE", err) != 0 ||
		vmdb_row_read(conn, machine, &row, err) != 0 ||
		check_at_rest(row.json, machine, err) != 0)
		return -1;
	if (is_right(row.json, target))
		return 0; /* the caller's close rolls back a transaction that wrote nothing */
	text = patched(conn, &row, target, err);
	if (text == NULL || write_record(conn, machine, text, err) != 0 ||
		read_back(conn, machine, text, target, err) != 0)
		return -1;
	return vmdb_conn_exec(conn, "COMMIT", err);
}

/* The values as a plan shows them; caller frees. */
static char *values(const struct target *target)
{
	json_auto_t *all = json_pack("{s:O, s:O, s:O?}", "network", target->network,
		"allowed_cidrs", target->cidrs, "dns", target->dns);

	if (target->cmd != NULL) {
		json_object_set(all, "entrypoint", target->entrypoint);
		json_object_set(all, "cmd", target->cmd);
	}
	return json_dumps(all, JSON_COMPACT);
}

static int set(const struct vmdb *vmdb, const char *machine, const struct vmdb_policy *policy,
	bool workload, struct error *err)
{
	cleanup_target struct target target = {NULL, NULL, NULL, NULL, NULL};
	cleanup_vmdb_conn struct vmdb_conn conn = {NULL, NULL, 0, 0};

	if (target_fill(&target, policy, workload, err) != 0)
		return err_wrap(err, "set the network policy");
	if (vmdb->plan != NULL) {
		plan_record(vmdb->plan, machine, values(&target));
		return 0;
	}
	if (vmdb_conn_open(&conn, vmdb, true, err) != 0 || patch(&conn, machine, &target, err) != 0)
		return err_wrap(err, "set the network policy");
	return 0;
}

int vmdb_patch(const struct vmdb *vmdb, const char *machine, const struct vmdb_policy *policy,
	struct error *err)
{
	return set(vmdb, machine, policy, true, err);
}

int vmdb_set_policy(const struct vmdb *vmdb, const char *machine, const struct vmdb_policy *policy,
	struct error *err)
{
	return set(vmdb, machine, policy, false, err);
}
