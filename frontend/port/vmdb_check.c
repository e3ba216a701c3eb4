/* The database as a whole, for doctor. */
#include "vmdb.h"

#include <stdlib.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "vmdb_store.h"

/* The name of the first record for which CONDITION holds, or NULL. */
static int first_row(struct vmdb_conn *conn, const char *condition, char **ret, struct error *err)
{
	cleanup_free char *sql =
		xasprintf("SELECT name FROM vms WHERE %s ORDER BY name LIMIT 1", condition);
	cleanup_stmt sqlite3_stmt *stmt = vmdb_conn_prepare(conn, sql, err);
	const char *name;
	int step;

	if (stmt == NULL)
		return -1;
	step = sqlite3_step(stmt);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		return vmdb_conn_error(conn, err);
	name = step == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
	*ret = step == SQLITE_ROW ? xstrdup(name ? name : "") : NULL;
	return 0;
}

static int count_rows(struct vmdb_conn *conn, size_t *ret, struct error *err)
{
	cleanup_stmt sqlite3_stmt *stmt =
		vmdb_conn_prepare(conn, "SELECT count(name), count(data) FROM vms", err);

	if (stmt == NULL)
		return -1;
	if (sqlite3_step(stmt) != SQLITE_ROW)
		return vmdb_conn_error(conn, err);
	*ret = (size_t)sqlite3_column_int64(stmt, 0);
	return 0;
}

int vmdb_check(
	const struct vmdb *vmdb, bool *ret_exists, struct vmdb_health *ret, struct error *err)
{
	cleanup_vmdb_conn struct vmdb_conn conn = {NULL, NULL, 0, 0};
	struct vmdb_health health = {0, NULL, NULL};

	*ret_exists = fs_exists(vmdb->path);
	if (!*ret_exists)
		return 0;
	if (vmdb_conn_open(&conn, vmdb, false, err) != 0 ||
		count_rows(&conn, &health.rows, err) != 0 ||
		first_row(&conn, "typeof(data) <> 'blob'", &health.text_row, err) != 0 ||
		first_row(&conn, "typeof(data) = 'blob' AND NOT json_valid(CAST(data AS TEXT))",
			&health.broken_row, err) != 0) {
		free(health.text_row);
		return -1;
	}
	*ret = health;
	return 0;
}
