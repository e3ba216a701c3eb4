/* The kernel's text table of sockets, apart from where it comes from. Inside listeners only. */
#ifndef PORT_LISTENERS_TABLE_H
#define PORT_LISTENERS_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "listeners.h"

struct error;

/* Adds the listeners in TABLE, text as of /proc/net/tcp (PROTO, IS_V6 say which of the four), to
 * *to. NAME is for messages. -1 on a line that is not understood or a read error. */
int listeners_table_read(struct listeners *to, FILE *table, enum listener_proto proto, bool is_v6,
	const char *name, struct error *err);

/* Calls TAKE for every socket in TABLE, in whatever state: both its ends, with uid and inode in LOCAL. */
int listeners_table_each(FILE *table, enum listener_proto proto, bool is_v6, const char *name,
	void (*take)(void *arg, const struct listener *local, const struct listener *remote),
	void *arg, struct error *err);

/* Fills in address, is_v4, addr and wildcard from the BYTES of a socket's address, in network order. */
void listeners_fill_address(struct listener *listener, const uint8_t bytes[16], bool is_v6);

void listeners_add(struct listeners *to, const struct listener *listener);

#endif
