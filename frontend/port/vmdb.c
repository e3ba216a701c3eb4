/* Reading machines from smolvm's database. */
#include "vmdb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "err.h"
#include "mem.h"
#include "vmdb_json.h"
#include "vmdb_store.h"

static void fill_sockets(struct strv *sockets, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *direction, *guest, *host;

		if (json_unpack(json_array_get(list, i), "{s:s, s:s, s:s !}", "direction",
			    &direction, "guest_path", &guest, "host_path", &host) == 0 &&
			strcmp(direction, "mount") == 0)
			strv_pushf(sockets, "%s:%s", host, guest);
		else
			strv_push(sockets, "?");
	}
}

void vmdb_machine_fill(struct vmdb_machine *machine, const json_t *record)
{
	const char *state = json_string_value(json_object_get(record, "state"));
	const char *pack = json_string_value(json_object_get(record, "source_smolmachine"));

	vmdb_machine_clear(machine);
	/* Neither comes as a number that a double cannot hold: pids are 22 bits, start times ticks
	 * or microseconds. */
	machine->pid = (int64_t)json_number_value(json_object_get(record, "pid"));
	machine->pid_start = (uint64_t)json_number_value(json_object_get(record, "pid_start_time"));
	machine->state = xstrdup(state ? state : "unknown");
	machine->pack = pack ? xstrdup(pack) : NULL;
	vmdb_json_network(record, &machine->network);
	fill_sockets(&machine->sockets, json_object_get(record, "published_sockets"));
}

int vmdb_machine(
	const struct vmdb *vmdb, const char *machine, struct vmdb_machine *ret, struct error *err)
{
	cleanup_vmdb_conn struct vmdb_conn conn = {NULL, NULL, 0, 0};
	cleanup_vmdb_row struct vmdb_row row = VMDB_ROW_INIT;

	if (vmdb_conn_open(&conn, vmdb, false, err) != 0 ||
		vmdb_row_read(&conn, machine, &row, err) != 0)
		return -1;
	vmdb_machine_fill(ret, row.json);
	return 0;
}

int vmdb_has_row(const struct vmdb *vmdb, const char *machine, bool *ret, struct error *err)
{
	cleanup_vmdb_conn struct vmdb_conn conn = {NULL, NULL, 0, 0};
	struct stat st;
	int count;

	if (lstat(vmdb->path, &st) != 0 && errno == ENOENT) {
		*ret = false;
		return 0;
	}
	if (vmdb_conn_open(&conn, vmdb, false, err) != 0 ||
		vmdb_row_count(&conn, machine, &count, err) != 0)
		return -1;
	*ret = count > 0;
	return 0;
}

void vmdb_network_clear(struct vmdb_network *network)
{
	strv_clear(&network->cidrs);
	free(network->dns);
	*network = (struct vmdb_network){false, false, STRV_INIT, NULL};
}

void vmdb_machine_clear(struct vmdb_machine *machine)
{
	free(machine->state);
	free(machine->pack);
	vmdb_network_clear(&machine->network);
	strv_clear(&machine->sockets);
	*machine = (struct vmdb_machine)VMDB_MACHINE_INIT;
}
