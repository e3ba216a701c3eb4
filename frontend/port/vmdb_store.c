/* The connection to smolvm's database. Its locks are POSIX record locks, which a process loses when
 * it closes any descriptor of the file; so the checks here go by name and never open it beside
 * SQLite. */
#include "vmdb_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cancel.h"
#include "clock.h"
#include "err.h"
#include "mem.h"
#include "vmdb.h"

static int check_file(const char *path, struct error *err)
{
	struct stat st;

	if (lstat(path, &st) != 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			return err_errno(err, EXIT_UNAVAILABLE, "smolvm's database %s", path);
		err_set(err, EXIT_UNAVAILABLE, "smolvm's database does not exist: %s", path);
		return err_note(err, "next",
			"smolvm machine ls creates it; XDG_DATA_HOME, HOME and SMOLVM_DATA_DIR "
			"move it");
	}
	if (S_ISLNK(st.st_mode))
		return err_set(err, EXIT_REFUSED, "smolvm's database %s is a symbolic link", path);
	if (!S_ISREG(st.st_mode))
		return err_set(
			err, EXIT_REFUSED, "smolvm's database %s is not a regular file", path);
	if (st.st_uid != geteuid())
		return err_set(err, EXIT_REFUSED,
			"smolvm's database %s belongs to uid %u, not to this user", path,
			(unsigned)st.st_uid);
	return 0;
}

/* Called by SQLite while someone else holds the lock; 0 = give up. */
static int on_busy(void *arg, int count)
{
	struct vmdb_conn *conn = arg;
	int64_t now = clock_ms();

	if (count == 0)
		conn->give_up = now + conn->busy_ms;
	if (cancel_asked() || now >= conn->give_up)
		return 0;
	clock_sleep_ms(20);
	return 1;
}

int vmdb_conn_open(struct vmdb_conn *conn, const struct vmdb *vmdb, bool write, struct error *err)
{
	int flags = write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;

	conn->path = vmdb->path;
	conn->busy_ms = vmdb->busy_ms;
	if (check_file(vmdb->path, err) != 0)
		return -1;
	if (sqlite3_open_v2(vmdb->path, &conn->db, flags, NULL) != SQLITE_OK)
		return vmdb_conn_error(conn, err);
	sqlite3_extended_result_codes(conn->db, 1);
	sqlite3_busy_handler(conn->db, on_busy, conn);
	/* What is committed is on the disk already; moving it from the log into the file is left to smolvm. */
	sqlite3_db_config(conn->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	return 0;
}

void vmdb_conn_close(struct vmdb_conn *conn)
{
	if (conn->db != NULL && !sqlite3_get_autocommit(conn->db))
		sqlite3_exec(conn->db, "ROLLBACK", NULL, NULL, NULL);
	sqlite3_close(conn->db);
	conn->db = NULL;
}

int vmdb_conn_error(struct vmdb_conn *conn, struct error *err)
{
	int code = sqlite3_errcode(conn->db) & 0xff;

	if (code != SQLITE_BUSY && code != SQLITE_LOCKED)
		return err_set(err, EXIT_UNAVAILABLE, "smolvm's database %s: %s", conn->path,
			sqlite3_errmsg(conn->db));
	if (cancel_asked())
		return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "interrupted");
	err_set(err, EXIT_AGAIN,
		"smolvm's database %s is locked by another process, for over %d.%d s", conn->path,
		conn->busy_ms / 1000, conn->busy_ms % 1000 / 100);
	err_note(err, "held by", "a smolvm command, `smolvm serve` or another bottle of this user");
	return err_note(
		err, "next", "fuser -v '%s' names it; when it is done, try again", conn->path);
}

sqlite3_stmt *vmdb_conn_prepare(struct vmdb_conn *conn, const char *sql, struct error *err)
{
	sqlite3_stmt *stmt = NULL;

	if (sqlite3_prepare_v2(conn->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		vmdb_conn_error(conn, err);
	return stmt;
}

int vmdb_conn_exec(struct vmdb_conn *conn, const char *sql, struct error *err)
{
	if (sqlite3_exec(conn->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return vmdb_conn_error(conn, err);
	return 0;
}

void vmdb_stmt_cleanup(sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
}
