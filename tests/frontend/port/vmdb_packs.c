/* Which packs records name; and that one which cannot be read is never taken for one that names none. */
#include "vmdb.h"

#include "strv.h"
#include "vmdb_fixture.h"

#define BLOB(text) "CAST('" text "' AS BLOB)"

static int packs(struct fixture *f, struct strv *machines, struct strv *found, struct error *err)
{
	return vmdb_packs(&f->vmdb, machines, found, err);
}

static void refuses(struct fixture *f, const char *value, const char *name)
{
	cleanup_strv struct strv machines = STRV_INIT, found = STRV_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *sql = xasprintf("INSERT INTO vms VALUES('broken', %s)", value);

	fixture_sql(f, sql);
	is_int(packs(f, &machines, &found, &err), -1, name);
	is_int(err.code, EXIT_UNAVAILABLE, "with 69");
	ok(err.message != NULL && strstr(err.message, "broken") != NULL, "and its name");
	fixture_sql(f, "DELETE FROM vms WHERE name = 'broken'");
}

int main(void)
{
	struct fixture f;
	struct error err = ERROR_INIT;
	struct strv machines = STRV_INIT, found = STRV_INIT;

	fixture_init(&f);
	is_int(packs(&f, &machines, &found, &err), 0, "an empty database has none");
	is_int((long long)found.count, 0, "none");
	fixture_sql(
		&f, "INSERT INTO vms VALUES('a', " BLOB("{\"source_smolmachine\":\"/x/a\"}") ")");
	fixture_sql(&f, "INSERT INTO vms VALUES('b', " BLOB("{\"source_smolmachine\":null}") ")");
	fixture_sql(&f, "INSERT INTO vms VALUES('c', " BLOB("{}") ")");
	fixture_sql(
		&f, "INSERT INTO vms VALUES('d', " BLOB("{\"source_smolmachine\":\"/x/d\"}") ")");
	is_int(packs(&f, &machines, &found, &err), 0, "records with and without packs");
	is_int((long long)found.count, 2, "two name one");
	is_int((long long)machines.count, 2, "and are named themselves");
	ok(strv_has(&machines, "a") && strv_has(&machines, "d"), "a and d");
	ok(strv_has(&found, "/x/a") && strv_has(&found, "/x/d"), "with their paths");
	strv_clear(&machines);
	strv_clear(&found);
	refuses(&f, "'{}'", "a record stored as text is refused");
	refuses(&f, "5", "one that is a number");
	refuses(&f, BLOB(""), "an empty one");
	refuses(&f, BLOB("{"), "one that is no JSON");
	refuses(&f, BLOB("[]"), "one that is no object");
	refuses(&f, BLOB("{\"source_smolmachine\":\"a\",\"source_smolmachine\":\"b\"}"),
		"one that says it twice");
	fixture_sql(&f, "ALTER TABLE vms RENAME TO others");
	is_int(packs(&f, &machines, &found, &err), -1, "a database without the table is refused");
	is_int(err.code, EXIT_UNAVAILABLE, "with 69");
	err_clear(&err);
	unlink(f.vmdb.path);
	is_int(packs(&f, &machines, &found, &err), 0, "a database that is not there has none");
	fixture_clear(&f);
	return done_testing();
}
