/* Any bytes as /proc/net/tcp and its three like. Whoever has an odd kernel is told so; no line may be lost. */
#include "listeners_table.h"

#include "err.h"
#include "fuzz.h"

static void count_socket(void *arg, const struct listener *local, const struct listener *remote)
{
	size_t *count = arg;

	FUZZ_RULE(memchr(local->address, '\0', sizeof(local->address)) != NULL);
	FUZZ_RULE(memchr(remote->address, '\0', sizeof(remote->address)) != NULL);
	(*count)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct listeners all = LISTENERS_INIT;
	cleanup_error struct error err = ERROR_INIT;
	enum listener_proto proto;
	size_t sockets = 0, lines = 0;
	FILE *table;

	if (size < 2)
		return 0;
	proto = data[0] & 1 ? LISTENER_UDP : LISTENER_TCP;
	for (size_t i = 1; i < size; i++)
		lines += data[i] == '\n';
	lines += data[size - 1] != '\n';
	table = fmemopen((void *)(uintptr_t)(data + 1), size - 1, "r");
	FUZZ_RULE(table != NULL);
	if (listeners_table_each(table, proto, data[0] & 2, "t", count_socket, &sockets, &err) == 0)
		FUZZ_RULE(sockets + 1 == lines);
	rewind(table);
	err_clear(&err);
	if (listeners_table_read(&all, table, proto, data[0] & 2, "t", &err) == 0)
		FUZZ_RULE(all.count <= sockets);
	listeners_clear(&all);
	fclose(table);
	return 0;
}
