/* A throw-away smolvm state for the vmdb tests: real folders, a real SQLite file with smolvm's
 * schema, and records that three engines wrote (rows/). */
#ifndef TESTS_VMDB_FIXTURE_H
#define TESTS_VMDB_FIXTURE_H

#include <ftw.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"
#include "mem.h"
#include "tap.h"
#include "vmdb.h"

#define ROWS "tests/frontend/port/rows/"

struct fixture {
	char dir[64];
	struct vmdb vmdb;
};

static void fixture_die(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(99);
}

static sqlite3 *fixture_open(struct fixture *f)
{
	sqlite3 *db;

	if (sqlite3_open(f->vmdb.path, &db) != SQLITE_OK)
		fixture_die(sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 60000);
	return db;
}

/* Runs SQL on the file, by a connection of its own. */
__attribute__((unused)) static void fixture_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db = fixture_open(f);
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
		printf("# %s\n", sql);
		fixture_die(why ? why : "cannot open the database");
	}
	sqlite3_close(db);
}

/* A state folder with an empty database, made as smolvm makes it. */
__attribute__((unused)) static void fixture_init(struct fixture *f)
{
	struct error err = ERROR_INIT;

	*f = (struct fixture){.dir = "/tmp/vmdb-test.XXXXXX"};
	if (mkdtemp(f->dir) == NULL)
		fixture_die("mkdtemp");
	f->vmdb.path = xasprintf("%s/share/smolvm/server/smolvm.db", f->dir);
	f->vmdb.cache = xasprintf("%s/cache/smolvm", f->dir);
	f->vmdb.busy_ms = 5000;
	if (vmdb_close_folders(&f->vmdb, &err) != 0)
		fixture_die(err.message);
	fixture_sql(f, "PRAGMA journal_mode=WAL;"
		       "CREATE TABLE vms (name TEXT PRIMARY KEY NOT NULL, data BLOB NOT NULL);"
		       "CREATE TABLE config (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL)");
}

static int fixture_remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

__attribute__((unused)) static void fixture_clear(struct fixture *f)
{
	nftw(f->dir, fixture_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	vmdb_clear(&f->vmdb);
}

/* A file of rows/ without its last newline. The caller frees it. */
__attribute__((unused)) static char *fixture_file(const char *name)
{
	cleanup_free char *path = xasprintf(ROWS "%s", name);
	cleanup_buf struct buf buf = BUF_INIT(65536);
	struct error err = ERROR_INIT;

	if (fs_read(path, &buf, &err) != 0)
		fixture_die(err.message);
	while (buf.len > 0 && buf.data[buf.len - 1] == '\n')
		buf.data[--buf.len] = '\0';
	return buf_steal(&buf);
}

/* Stores LEN bytes as the record of MACHINE, replacing what it had. */
__attribute__((unused)) static void fixture_put_n(
	struct fixture *f, const char *machine, const char *bytes, size_t len)
{
	sqlite3 *db = fixture_open(f);
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO vms VALUES (?1, ?2)", -1, &stmt, NULL) !=
		SQLITE_OK)
		fixture_die(sqlite3_errmsg(db));
	sqlite3_bind_text(stmt, 1, machine, -1, SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 2, bytes, (int)len, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		fixture_die(sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

__attribute__((unused)) static void fixture_put(
	struct fixture *f, const char *machine, const char *text)
{
	fixture_put_n(f, machine, text, strlen(text));
}

/* The record as bytes; "(text)" before it when the column is not a BLOB. The caller frees it. */
__attribute__((unused)) static char *fixture_get(struct fixture *f, const char *machine)
{
	sqlite3 *db = fixture_open(f);
	sqlite3_stmt *stmt;
	char *text = NULL;

	if (sqlite3_prepare_v2(db, "SELECT typeof(data), data FROM vms WHERE name = ?1", -1, &stmt,
		    NULL) != SQLITE_OK)
		fixture_die(sqlite3_errmsg(db));
	sqlite3_bind_text(stmt, 1, machine, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *type = (const char *)sqlite3_column_text(stmt, 0);
		const char *bytes = sqlite3_column_blob(stmt, 1);

		text = xasprintf("%s%.*s", strcmp(type, "blob") == 0 ? "" : "(text)",
			sqlite3_column_bytes(stmt, 1), bytes);
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return text;
}

/* Sets one key of a record to a JSON value. */
__attribute__((unused)) static void fixture_set(
	struct fixture *f, const char *machine, const char *key, const char *json)
{
	cleanup_free char *sql = xasprintf("UPDATE vms SET data = CAST(json_set(CAST(data AS "
					   "TEXT), '$.%s', json('%s')) AS BLOB)"
					   " WHERE name = '%s'",
		key, json, machine);

	fixture_sql(f, sql);
}

/* TEXT with its only FROM replaced by TO. Takes TEXT over. */
__attribute__((unused)) static char *fixture_replace(char *text, const char *from, const char *to)
{
	char *at = strstr(text, from), *result;

	if (at == NULL || strstr(at + 1, from) != NULL)
		fixture_die(from);
	result = xasprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	free(text);
	return result;
}

/* A failure with this code whose message or notes have WORDS. Clears err. */
__attribute__((unused)) static void refused(
	int result, struct error *err, enum exit_code code, const char *words, const char *name)
{
	bool found = err->message != NULL && strstr(err->message, words) != NULL;

	for (size_t i = 0; i < err->note_count; i++)
		found = found || strstr(err->notes[i].text, words) != NULL;
	if (!ok(result == -1 && err->code == code && found, "%s", name)) {
		printf("#   got: %d, code %d, %s\n", result, (int)err->code,
			err->message ? err->message : "(no message)");
		for (size_t i = 0; i < err->note_count; i++)
			printf("#        %s: %s\n", err->notes[i].key, err->notes[i].text);
		printf("#  want: -1, code %d, ...%s...\n", (int)code, words);
	}
	err_clear(err);
}

/* Success. Clears err. */
__attribute__((unused)) static void accepted(int result, struct error *err, const char *name)
{
	if (!ok(result == 0 && err->code == EXIT_OK, "%s", name)) {
		printf("#   got: %d, %s\n", result, err->message ? err->message : "(no message)");
		for (size_t i = 0; i < err->note_count; i++)
			printf("#        %s: %s\n", err->notes[i].key, err->notes[i].text);
	}
	err_clear(err);
}

#endif
