/* Lines of /proc/net/tcp and its like:
 *   sl local_address rem_address st tx:rx tr:tm->when retrnsmt uid timeout inode ...
 * Addresses are printed as 32-bit words of the host's byte order, whose bytes in memory are the
 * address in network order. */
#include "listeners_table.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "err.h"
#include "mem.h"

#define STATE_ESTABLISHED 0x01 /* include/net/tcp_states.h */
#define STATE_LISTEN 0x0a

struct line {
	uint8_t bytes[16], remote[16]; /* addresses; 4 bytes used for IPv4 */
	unsigned port, remote_port, state;
	uint32_t uid;
	uint64_t inode;
};

static bool parse_address(const char *hex, bool is_v6, uint8_t bytes[16])
{
	size_t words = is_v6 ? 4 : 1;

	if (strlen(hex) != words * 8)
		return false;
	for (size_t i = 0; i < words; i++) {
		uint32_t word;

		if (sscanf(hex + 8 * i, "%8" SCNx32, &word) != 1)
			return false;
		memcpy(bytes + 4 * i, &word, sizeof(word));
	}
	return true;
}

static bool parse_line(const char *text, bool is_v6, struct line *ret)
{
	char local[33], remote[33];

	return sscanf(text,
		       " %*u: %32[0-9A-Fa-f]:%4x %32[0-9A-Fa-f]:%4x %2x %*x:%*x %*x:%*x %*x "
		       "%" SCNu32 " %*u %" SCNu64,
		       local, &ret->port, remote, &ret->remote_port, &ret->state, &ret->uid,
		       &ret->inode) == 7 &&
	       parse_address(local, is_v6, ret->bytes) && parse_address(remote, is_v6, ret->remote);
}

void listeners_fill_address(struct listener *listener, const uint8_t bytes[16], bool is_v6)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, zero[16];
	const uint8_t *v4 = bytes;

	listener->is_v4 = !is_v6 || memcmp(bytes, mapped, sizeof(mapped)) == 0;
	if (listener->is_v4) {
		v4 += is_v6 ? sizeof(mapped) : 0;
		memcpy(listener->addr.octet, v4, 4);
		addr_print(listener->addr, listener->address);
		listener->wildcard = memcmp(v4, zero, 4) == 0;
		return;
	}
	inet_ntop(AF_INET6, bytes, listener->address, sizeof(listener->address));
	listener->wildcard = memcmp(bytes, zero, sizeof(zero)) == 0;
}

void listeners_add(struct listeners *to, const struct listener *listener)
{
	to->item = xrealloc(to->item, to->count + 1, sizeof(*to->item));
	to->item[to->count++] = *listener;
}

int listeners_table_each(FILE *table, enum listener_proto proto, bool is_v6, const char *name,
	void (*take)(void *arg, const struct listener *local, const struct listener *remote),
	void *arg, struct error *err)
{
	cleanup_free char *text = NULL;
	size_t size = 0, number = 0;

	while (getline(&text, &size, table) >= 0) {
		struct listener local = {.proto = proto}, remote = {.proto = proto};
		struct line line;

		if (number++ == 0)
			continue; /* the heading */
		if (!parse_line(text, is_v6, &line))
			return err_set(
				err, EXIT_OS, "%s: line %zu is not understood", name, number);
		local.connected = line.state == STATE_ESTABLISHED;
		local.listening = line.state == STATE_LISTEN;
		local.port = (uint16_t)line.port;
		local.uid = line.uid;
		local.inode = line.inode;
		remote.port = (uint16_t)line.remote_port;
		listeners_fill_address(&local, line.bytes, is_v6);
		listeners_fill_address(&remote, line.remote, is_v6);
		take(arg, &local, &remote);
	}
	if (ferror(table) || number == 0)
		return err_set(
			err, EXIT_OS, "%s: %s", name, number == 0 ? "empty" : "cannot be read");
	return 0;
}

static void add_listener(void *arg, const struct listener *local, const struct listener *remote)
{
	(void)remote;
	if (local->proto == LISTENER_TCP ? local->listening : local->port != 0) {
		struct listener listener = *local;

		listener.connected = local->proto == LISTENER_UDP && local->connected;
		listeners_add(arg, &listener);
	}
}

int listeners_table_read(struct listeners *to, FILE *table, enum listener_proto proto, bool is_v6,
	const char *name, struct error *err)
{
	return listeners_table_each(table, proto, is_v6, name, add_listener, to, err);
}
