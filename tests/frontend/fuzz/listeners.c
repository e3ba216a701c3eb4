/* Any bytes as /proc/net/tcp and its three like. Whoever has an odd kernel is told so; no line may be lost. With the
 * third bit of the first byte, as what the same kernel answers over netlink. */
#include "../../../frontend/port/listeners_diag_linux.c"

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

static void read_diag(const uint8_t *data, size_t size, bool is_v6)
{
	struct listeners all = LISTENERS_INIT;
	int pair[2];

	FUZZ_RULE(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == 0);
	FUZZ_RULE(size == 0 || write(pair[1], data, size) == (ssize_t)size);
	close(pair[1]);
	read_part(pair[0], &all, is_v6);
	FUZZ_RULE(all.count * NLMSG_LENGTH(sizeof(struct inet_diag_msg)) <= size);
	for (size_t i = 0; i < all.count; i++)
		FUZZ_RULE(memchr(all.item[i].address, '\0', sizeof(all.item[i].address)) != NULL);
	listeners_clear(&all);
	close(pair[0]);
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
	if (data[0] & 4) {
		read_diag(data + 1, size - 1, data[0] & 2);
		return 0;
	}
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
