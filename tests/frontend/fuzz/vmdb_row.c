/* Any bytes as a machine's record in smolvm's database. Whatever they are, a record that is then called the one
 * that was asked for opens one address and nothing else, by another reading of it than the program's. */
#include "vmdb.h"

#include <jansson.h>
#include <sqlite3.h>

#include "err.h"
#include "fuzz.h"

#define CIDR "127.0.0.16/32"
#define DNS "127.255.255.255"

static struct vmdb vmdb;
static sqlite3 *db;
static struct strv hold = STRV_INIT;

static void begin(void)
{
	cleanup_error struct error err = ERROR_INIT;

	vmdb.path = xasprintf("%s/share/smolvm/server/smolvm.db", fuzz_folder());
	vmdb.cache = xasprintf("%s/cache/smolvm", fuzz_folder());
	vmdb.busy_ms = 5000;
	FUZZ_RULE(vmdb_close_folders(&vmdb, &err) == 0);
	FUZZ_RULE(sqlite3_open(vmdb.path, &db) == SQLITE_OK);
	FUZZ_RULE(sqlite3_exec(db,
			  "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
			  "CREATE TABLE vms (name TEXT PRIMARY KEY NOT NULL, data BLOB NOT NULL)",
			  NULL, NULL, NULL) == SQLITE_OK);
	strv_push(&hold, "/.bottle/bottle-guest");
	strv_push(&hold, "hold");
}

static void put(const uint8_t *data, size_t size, bool as_text)
{
	sqlite3_stmt *stmt = NULL;

	sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO vms VALUES ('m', ?1)", -1, &stmt, NULL);
	if (as_text)
		sqlite3_bind_text(stmt, 1, (const char *)data, (int)size, SQLITE_STATIC);
	else
		sqlite3_bind_blob(stmt, 1, data, (int)size, SQLITE_STATIC);
	FUZZ_RULE(sqlite3_step(stmt) == SQLITE_DONE);
	sqlite3_finalize(stmt);
}

/* What is in the record now, read by jansson alone. */
static json_t *stored(void)
{
	sqlite3_stmt *stmt = NULL;
	json_t *json;

	sqlite3_prepare_v2(db, "SELECT data FROM vms WHERE name = 'm' AND typeof(data) = 'blob'",
		-1, &stmt, NULL);
	FUZZ_RULE(sqlite3_step(stmt) == SQLITE_ROW);
	json = json_loadb(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0),
		JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, NULL);
	sqlite3_finalize(stmt);
	FUZZ_RULE(json != NULL);
	return json;
}

static bool off(const json_t *value)
{
	return value == NULL || json_is_null(value) || json_is_false(value) ||
	       (json_is_array(value) && json_array_size(value) == 0) ||
	       (json_is_object(value) && json_object_size(value) == 0) ||
	       (json_is_string(value) && json_string_length(value) == 0) ||
	       (json_is_number(value) && json_number_value(value) == 0.0);
}

static void check_open(const json_t *row)
{
	const json_t *cidrs = json_object_get(row, "allowed_cidrs");
	const char *cidr = json_string_value(json_array_get(cidrs, 0));
	const char *dns = json_string_value(json_object_get(row, "dns"));

	FUZZ_RULE(json_is_true(json_object_get(row, "network")));
	FUZZ_RULE(json_array_size(cidrs) == 1 && cidr != NULL && strcmp(cidr, CIDR) == 0);
	FUZZ_RULE(dns != NULL && strcmp(dns, DNS) == 0);
}

static void check_closed_otherwise(const json_t *row)
{
	static const char *const keys[] = {"ports", "published_sockets", "init", "remote_volumes",
		"mounts", "staged_mounts", "ssh_agent", "docker_socket", "cuda", "gpu", "pod_netns",
		"credentials", "mediated_egress"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		FUZZ_RULE(off(json_object_get(row, keys[i])));
}

/* A record that cannot be read is an error, or the pack that it names could be removed. */
static void list_packs(bool sound)
{
	cleanup_strv struct strv machines = STRV_INIT, packs = STRV_INIT;
	cleanup_error struct error err = ERROR_INIT;

	if (vmdb_packs(&vmdb, &machines, &packs, &err) == 0)
		FUZZ_RULE(sound && machines.count == packs.count && packs.count <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vmdb_template want = {.name = "m",
		.cpus = 1,
		.memory_mib = 512,
		.policy = {.cidr = CIDR, .dns = DNS, .cmd = &hold}};
	cleanup_vmdb_machine struct vmdb_machine machine = VMDB_MACHINE_INIT;
	cleanup_error struct error err = ERROR_INIT, second = ERROR_INIT;
	json_t *row;

	if (size == 0)
		return 0;
	if (db == NULL)
		begin();
	put(data + 1, size - 1, data[0] & 1);
	if (vmdb_machine(&vmdb, "m", &machine, &err) != 0)
		FUZZ_RULE(err.code == EXIT_UNAVAILABLE);
	list_packs(err.code == EXIT_OK);
	if (vmdb_patch(&vmdb, "m", &want.policy, &second) != 0)
		return 0;
	FUZZ_RULE(err.code == EXIT_OK);
	row = stored();
	check_open(row);
	if (vmdb_compare(&vmdb, &want, NULL, &second) == 0)
		check_closed_otherwise(row);
	json_decref(row);
	return 0;
}
