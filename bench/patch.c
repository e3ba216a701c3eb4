/* patch VERB MACHINE TIMES [FIRST]: how long each of TIMES accesses to the record of MACHINE, at rest, takes, in
 * microseconds, one a line:
 *
 *	set	the transaction that writes a policy, as a launch does it; each time another address, so that each time
 *		something is written. FIRST picks the first one.
 *	read	no more than opening the database and reading the record
 *	bare	what SQLite alone takes: open, replace the record, commit, close. Nothing is checked; as in `set`, the
 *		log is not moved into the file.
 *	settled	as set, and the log is moved into the file
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "err.h"
#include "strv.h"
#include "vmdb.h"

static int set(const struct vmdb *vmdb, const char *machine, long nth, struct error *err)
{
	cleanup_strv struct strv cmd = STRV_INIT;
	const struct vmdb_policy policy = {
		nth % 2 ? "127.0.0.17/32" : "127.0.0.16/32", "127.255.255.255", &cmd, false};

	strv_push(&cmd, "/.bottle/bottle-guest");
	strv_push(&cmd, "hold");
	return vmdb_patch(vmdb, machine, &policy, err);
}

static int read_only(const struct vmdb *vmdb, const char *machine, long nth, struct error *err)
{
	cleanup_vmdb_machine struct vmdb_machine row = VMDB_MACHINE_INIT;

	(void)nth;
	return vmdb_machine(vmdb, machine, &row, err);
}

/* The record is written with another last byte each time, a blank that JSON allows, so that the page is another one. */
static int bare(const struct vmdb *vmdb, const char *machine, long nth, struct error *err)
{
	static const char *const sql[] = {"UPDATE vms SET data = CAST(rtrim(CAST(data AS TEXT)) || "
					  "' ' AS BLOB) WHERE name = ?1",
		"UPDATE vms SET data = CAST(rtrim(CAST(data AS TEXT)) AS BLOB) WHERE name = ?1"};
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	int result = -1;

	if (sqlite3_open_v2(vmdb->path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
		sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) == SQLITE_OK &&
		sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK &&
		sqlite3_prepare_v2(db, sql[nth % 2], -1, &stmt, NULL) == SQLITE_OK &&
		sqlite3_bind_text(stmt, 1, machine, -1, SQLITE_STATIC) == SQLITE_OK &&
		sqlite3_step(stmt) == SQLITE_DONE && sqlite3_changes(db) == 1 &&
		sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		result = 0;
	else
		err_set(err, EXIT_UNAVAILABLE, "%s: %s", vmdb->path, sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return result;
}

/* As set, and then what bottle leaves to smolvm: the log is moved into the database. */
static int settled(const struct vmdb *vmdb, const char *machine, long nth, struct error *err)
{
	sqlite3 *db = NULL;
	int result = set(vmdb, machine, nth, err);

	if (result == 0 &&
		(sqlite3_open_v2(vmdb->path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
			sqlite3_wal_checkpoint_v2(
				db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK))
		result = err_set(err, EXIT_UNAVAILABLE, "%s: %s", vmdb->path, sqlite3_errmsg(db));
	sqlite3_close(db);
	return result;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(
			const struct vmdb *vmdb, const char *machine, long nth, struct error *err);
	} verbs[] = {{"set", set}, {"read", read_only}, {"bare", bare}, {"settled", settled}};
	const size_t count = sizeof(verbs) / sizeof(verbs[0]);
	const long times = argc > 3 ? strtol(argv[3], NULL, 10) : 0;
	const long first = argc > 4 ? strtol(argv[4], NULL, 10) : 0;
	cleanup_vmdb struct vmdb vmdb = VMDB_INIT;
	cleanup_error struct error err = ERROR_INIT;
	size_t verb = 0;

	while (argc > 3 && verb < count && strcmp(argv[1], verbs[verb].name) != 0)
		verb++;
	if (argc < 4 || verb == count || times < 1 || first < 0)
		return fprintf(stderr,
			       "usage: patch set|read|bare|settled MACHINE TIMES [FIRST]\n"),
		       64;
	if (vmdb_locate(&vmdb, &err) != 0)
		return err_print(&err, stderr), 1;
	for (long i = 0; i < times; i++) {
		const int64_t begin = clock_us();

		if (verbs[verb].run(&vmdb, argv[2], first + i, &err) != 0)
			return err_print(&err, stderr), 1;
		printf("%lld\n", (long long)(clock_us() - begin));
	}
	return 0;
}
