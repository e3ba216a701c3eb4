/* The database file itself: opening it, waiting for its locks, one record as bytes and as JSON.
 * Inside vmdb only. */
#ifndef PORT_VMDB_STORE_H
#define PORT_VMDB_STORE_H

#include <jansson.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;
struct vmdb;

/* One connection. Not to be moved once open: the lock wait points at it. */
struct vmdb_conn {
	sqlite3 *db;
	const char *path; /* the struct vmdb's */
	int busy_ms;
	int64_t give_up; /* clock_ms */
};

#define cleanup_vmdb_conn __attribute__((cleanup(vmdb_conn_close)))

/* Opens the database that is there. Never creates one, and refuses what is not a regular file of
 * this user. Needs zero-initialised *CONN. */
int vmdb_conn_open(struct vmdb_conn *conn, const struct vmdb *vmdb, bool write, struct error *err);

/* Rolls back what was not committed, and closes. */
void vmdb_conn_close(struct vmdb_conn *conn);

/* Runs one statement without results. */
int vmdb_conn_exec(struct vmdb_conn *conn, const char *sql, struct error *err);

/* Compiles one statement; the caller finalises *ret. NULL on failure. */
sqlite3_stmt *vmdb_conn_prepare(struct vmdb_conn *conn, const char *sql, struct error *err);

/* Sets err from the connection's last failure: EXIT_AGAIN for a lock, else EXIT_UNAVAILABLE. -1. */
int vmdb_conn_error(struct vmdb_conn *conn, struct error *err);

#define cleanup_stmt __attribute__((cleanup(vmdb_stmt_cleanup)))
void vmdb_stmt_cleanup(sqlite3_stmt **stmt);

/* One record. Zero-initialise. */
struct vmdb_row {
	char *bytes; /* NUL-terminated copy of the column; no NUL inside */
	size_t len;
	json_t *json; /* the same, an object */
};

#define VMDB_ROW_INIT         \
	{                     \
		NULL, 0, NULL \
	}
#define cleanup_vmdb_row __attribute__((cleanup(vmdb_row_clear)))

/* How many records the machine has. */
int vmdb_row_count(struct vmdb_conn *conn, const char *machine, int *ret, struct error *err);

/* Reads the machine's record: exactly one, a BLOB, valid JSON for SQLite and for us, an object.
 * Each other case is an EXIT_UNAVAILABLE of its own. */
int vmdb_row_read(
	struct vmdb_conn *conn, const char *machine, struct vmdb_row *ret, struct error *err);
void vmdb_row_clear(struct vmdb_row *row);

/* What RECORD says of its machine, into *MACHINE, which is cleared first. */
struct vmdb_machine;
void vmdb_machine_fill(struct vmdb_machine *machine, const json_t *record);

#endif
