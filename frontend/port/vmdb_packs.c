/* Which packs smolvm's machines were made from. */
#include <errno.h>
#include <sys/stat.h>

#include "vmdb_store.h"

#include "err.h"
#include "vmdb.h"

/* Names first: each record is then read by the one function that knows what a sound one is. */
static int names_of(struct vmdb_conn *conn, struct strv *ret, struct error *err)
{
	cleanup_stmt sqlite3_stmt *stmt = NULL;
	int count, step;

	if (vmdb_row_count(conn, "", &count, err) != 0)
		return -1; /* no table of that name */
	stmt = vmdb_conn_prepare(conn,
		"SELECT CASE WHEN EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND "
		"name = 'vms') THEN 1 "
		"END",
		err);
	if (stmt == NULL || sqlite3_step(stmt) != SQLITE_ROW)
		return vmdb_conn_error(conn, err);
	if (sqlite3_column_int(stmt, 0) == 0)
		return 0;
	vmdb_stmt_cleanup(&stmt);
	stmt = vmdb_conn_prepare(conn, "SELECT name FROM vms", err);
	if (stmt == NULL)
		return -1;
	while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);

		strv_push(ret, name != NULL ? name : "");
	}
	return step == SQLITE_DONE ? 0 : vmdb_conn_error(conn, err);
}

int vmdb_packs(
	const struct vmdb *vmdb, struct strv *machines, struct strv *packs, struct error *err)
{
	cleanup_vmdb_conn struct vmdb_conn conn = {NULL, NULL, 0, 0};
	cleanup_strv struct strv names = STRV_INIT;
	struct stat st;

	if (lstat(vmdb->path, &st) != 0 && errno == ENOENT)
		return 0;
	if (vmdb_conn_open(&conn, vmdb, false, err) != 0 || names_of(&conn, &names, err) != 0)
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		cleanup_vmdb_row struct vmdb_row row = VMDB_ROW_INIT;
		const char *pack;

		if (vmdb_row_read(&conn, names.item[i], &row, err) != 0)
			return -1;
		pack = json_string_value(json_object_get(row.json, "source_smolmachine"));
		if (pack == NULL)
			continue;
		strv_push(machines, names.item[i]);
		strv_push(packs, pack);
	}
	return 0;
}
