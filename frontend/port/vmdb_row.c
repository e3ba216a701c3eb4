/* One machine's record. Two parsers must agree on it, SQLite's (which patches it) and ours, and
 * ours refuses a key that occurs twice: which of the two smolvm would take is not for us to
 * guess. */
#include "vmdb_store.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "mem.h"
#include "vmdb.h"

#define JSON_FLAGS (JSON_REJECT_DUPLICATES)

/* The one number that SELECT gives, with MACHINE for ?1 unless NULL. */
static int number(struct vmdb_conn *conn, const char *select, const char *machine, int *ret,
	struct error *err)
{
	cleanup_stmt sqlite3_stmt *stmt = vmdb_conn_prepare(conn, select, err);

	if (stmt == NULL)
		return -1;
	if (machine != NULL)
		sqlite3_bind_text(stmt, 1, machine, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_ROW)
		return vmdb_conn_error(conn, err);
	*ret = sqlite3_column_int(stmt, 0);
	return 0;
}

int vmdb_row_count(struct vmdb_conn *conn, const char *machine, int *ret, struct error *err)
{
	int known; /* 1 = its table is there, 0 = others are, -1 = none at all */

	if (number(conn,
		    "SELECT CASE WHEN EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND "
		    "name = 'vms') THEN 1 WHEN EXISTS (SELECT 1 FROM sqlite_master) THEN 0 ELSE -1 "
		    "END",
		    NULL, &known, err) != 0)
		return -1;
	if (known > 0)
		return number(conn, "SELECT count(*) FROM vms WHERE name = ?1", machine, ret, err);
	*ret = 0;
	/* A smolvm that was ended before its first table left it; the next one goes on. */
	if (known < 0)
		return 0;
	err_set(err, EXIT_UNAVAILABLE, "smolvm's database %s has no table vms", conn->path);
	return err_note(err, "why", "this is not a version of smolvm whose records are known");
}

/* jansson has no unsigned 64-bit number and refuses a record with one above 2^63; then numbers are
 * read as floating point, which is exact for all that this program looks at. */
static json_t *parse(const char *bytes, size_t len, json_error_t *why)
{
	json_t *json = json_loadb(bytes, len, JSON_FLAGS, why);

	if (json == NULL && json_error_code(why) == json_error_numeric_overflow)
		json = json_loadb(bytes, len, JSON_FLAGS | JSON_DECODE_INT_AS_REAL, why);
	return json;
}

static int malformed(const char *machine, const char *what, struct error *err)
{
	err_set(err, EXIT_UNAVAILABLE, "machine %s: its record in smolvm's database is %s", machine,
		what);
	return err_note(
		err, "next", "smolvm machine delete --name %s -f, then launch again", machine);
}

/* Takes the record out of STMT, which stands on its row. */
static int take(sqlite3_stmt *stmt, const char *machine, struct vmdb_row *row, struct error *err)
{
	const char *type = (const char *)sqlite3_column_text(stmt, 0);
	bool valid = sqlite3_column_int(stmt, 1);
	const void *bytes = sqlite3_column_blob(stmt, 2);
	size_t len = (size_t)sqlite3_column_bytes(stmt, 2);
	json_error_t why;

	if (type == NULL || strcmp(type, "blob") != 0) {
		cleanup_free char *what =
			xasprintf("stored as %s, not as a BLOB (smolvm cannot read it)",
				type ? type : "nothing");

		return malformed(machine, what, err);
	}
	if (bytes == NULL || memchr(bytes, '\0', len) != NULL)
		return malformed(
			machine, bytes == NULL ? "empty" : "not text: it has a NUL byte", err);
	row->bytes = xstrndup(bytes, len);
	row->len = len;
	row->json = valid ? parse(row->bytes, len, &why) : NULL;
	if (row->json == NULL) {
		cleanup_free char *what =
			xasprintf("not valid JSON%s%s", valid ? ": " : "", valid ? why.text : "");

		return malformed(machine, what, err);
	}
	if (!json_is_object(row->json))
		return malformed(machine, "not a JSON object", err);
	return 0;
}

static int not_one(
	struct vmdb_conn *conn, const char *machine, const char *how_many, struct error *err)
{
	err_set(err, EXIT_UNAVAILABLE, "machine %s: %s record in smolvm's database %s", machine,
		how_many, conn->path);
	return err_note(err, "next", "smolvm machine ls");
}

/* Why there is no answer: *err, unless it is that there is no record, or no table. */
static int unasked(struct vmdb_conn *conn, const char *machine, struct error *err)
{
	cleanup_error struct error asking = *err;
	int count;

	*err = (struct error)ERROR_INIT;
	if (vmdb_row_count(conn, machine, &count, err) != 0)
		return -1;
	if (count == 0 || asking.code == EXIT_OK)
		return not_one(conn, machine, "no", err);
	*err = asking;
	asking = (struct error)ERROR_INIT;
	return -1;
}

int vmdb_row_read(
	struct vmdb_conn *conn, const char *machine, struct vmdb_row *ret, struct error *err)
{
	cleanup_vmdb_row struct vmdb_row row = VMDB_ROW_INIT;
	/* One statement for all of it: to compile one takes longer than to run it. */
	cleanup_stmt sqlite3_stmt *stmt = vmdb_conn_prepare(conn,
		"SELECT typeof(data), json_valid(CAST(data AS TEXT)), data FROM vms WHERE name = "
		"?1 AND EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'vms')",
		err);
	int step;

	if (stmt == NULL)
		return unasked(conn, machine, err);
	sqlite3_bind_text(stmt, 1, machine, -1, SQLITE_STATIC);
	step = sqlite3_step(stmt);
	if (step == SQLITE_DONE)
		return unasked(conn, machine, err);
	if (step != SQLITE_ROW)
		return vmdb_conn_error(conn, err);
	if (take(stmt, machine, &row, err) != 0)
		return -1;
	step = sqlite3_step(stmt);
	if (step == SQLITE_ROW)
		return not_one(conn, machine, "more than one", err);
	if (step != SQLITE_DONE)
		return vmdb_conn_error(conn, err);
	*ret = row;
	row = (struct vmdb_row)VMDB_ROW_INIT;
	return 0;
}

void vmdb_row_clear(struct vmdb_row *row)
{
	free(row->bytes);
	json_decref(row->json);
	*row = (struct vmdb_row)VMDB_ROW_INIT;
}
