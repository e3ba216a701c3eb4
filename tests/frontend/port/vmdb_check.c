/* The database as a whole: what is wrong is named, and nothing is changed. */
#include "vmdb_fixture.h"

static const char insert[] = "INSERT INTO vms(name, data) VALUES";

/* The answer after SQL ran on an empty database. */
static int after(const char *sql, bool *exists, struct vmdb_health *health, struct error *err)
{
	struct fixture f;
	int result;

	fixture_init(&f);
	fixture_sql(&f, sql);
	result = vmdb_check(&f.vmdb, exists, health, err);
	fixture_clear(&f);
	return result;
}

static void free_names(struct vmdb_health *health)
{
	free(health->text_row);
	free(health->broken_row);
}

static void test_rows(void)
{
	static const struct {
		const char *rows, *text, *broken, *name;
		size_t count;
	} cases[] = {
		{"('a', CAST('{}' AS BLOB))", NULL, NULL, "one that is well", 1},
		{"('a', CAST('{}' AS BLOB)), ('b', '{}'), ('c', '{}')", "b", NULL,
			"the first that is TEXT is named", 3},
		{"('a', 7)", "a", NULL, "a number is no BLOB either", 1},
		{"('a', CAST('{' AS BLOB))", NULL, "a", "one that is cut off", 1},
		{"('a', x'ff00')", NULL, "a", "one of other bytes", 1},
		{"('a', '{'), ('b', CAST('[' AS BLOB))", "a", "b", "one of each", 2},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;
		cleanup_free char *sql = xasprintf("%s %s", insert, cases[i].rows);
		struct vmdb_health health = {0, NULL, NULL};
		bool exists = false;

		is_int(after(sql, &exists, &health, &err), 0, cases[i].name);
		is_str(health.text_row, cases[i].text, "  TEXT");
		is_str(health.broken_row, cases[i].broken, "  no JSON");
		is_int((long long)health.rows, (long long)cases[i].count, "  how many");
		free_names(&health);
	}
}

static void test_file(void)
{
	cleanup_error struct error err = ERROR_INIT;
	struct vmdb_health health = {0, NULL, NULL};
	cleanup_free char *other = NULL;
	struct fixture f;
	bool exists = true;

	is_int(after("SELECT 1", &exists, &health, &err), 0, "an empty one is well");
	ok(exists && health.rows == 0, "and has no rows");
	is_int(after("DROP TABLE vms", &exists, &health, &err), -1, "no table of that name");
	is_int(err.code, EXIT_UNAVAILABLE, "is a form that is not known");
	err_clear(&err);
	is_int(after("DROP TABLE vms; CREATE TABLE vms(name TEXT, bytes BLOB)", &exists, &health,
		       &err),
		-1, "another schema");
	is_int(err.code, EXIT_UNAVAILABLE, "is one too");
	err_clear(&err);

	fixture_init(&f);
	other = xasprintf("%s.moved", f.vmdb.path);
	if (rename(f.vmdb.path, other) != 0)
		fixture_die("rename");
	is_int(vmdb_check(&f.vmdb, &exists, &health, &err), 0, "none yet is no error");
	ok(!exists, "and is told");
	ok(!fs_exists(f.vmdb.path), "none is made");
	if (symlink(other, f.vmdb.path) != 0)
		fixture_die("symlink");
	is_int(vmdb_check(&f.vmdb, &exists, &health, &err), -1, "a symbolic link is refused");
	is_int(err.code, EXIT_REFUSED, "as not safe");
	fixture_clear(&f);
}

int main(void)
{
	test_rows();
	test_file();
	return done_testing();
}
