/* Netlink for TCP where the kernel has it, else the tables in /proc/net. The kernel lists listening TCP
 * sockets before all connections, so a listener that stays is seen however the rest of the table moves. */
#include "listeners.h"

#include <errno.h>
#include <stdio.h>

#include "err.h"
#include "listeners_diag.h"
#include "listeners_table.h"

static const struct {
	const char *path;
	enum listener_proto proto;
	bool is_v6;
} tables[] = {
	{"/proc/net/tcp", LISTENER_TCP, false},
	{"/proc/net/tcp6", LISTENER_TCP, true},
	{"/proc/net/udp", LISTENER_UDP, false},
	{"/proc/net/udp6", LISTENER_UDP, true},
};

int listeners_read(struct listeners *ret, struct error *err)
{
	cleanup_listeners struct listeners found = LISTENERS_INIT;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		FILE *table;
		int result;

		if (tables[i].proto == LISTENER_TCP && listeners_diag_tcp(&found, tables[i].is_v6))
			continue;
		table = fopen(tables[i].path, "re");
		if (table == NULL && errno == ENOENT && tables[i].is_v6)
			continue; /* a kernel without IPv6 */
		if (table == NULL)
			return err_errno(err, EXIT_OS, "list the listeners of this host: %s",
				tables[i].path);
		result = listeners_table_read(
			&found, table, tables[i].proto, tables[i].is_v6, tables[i].path, err);
		fclose(table);
		if (result != 0)
			return err_wrap(err, "list the listeners of this host");
	}
	listeners_clear(ret);
	*ret = found;
	found = (struct listeners)LISTENERS_INIT;
	return 0;
}
