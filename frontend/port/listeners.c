/* Listeners, once they are read. */
#include "listeners.h"

#include <stdlib.h>

#include "address.h"

bool listener_is_on(const struct listener *listener, struct addr addr)
{
	return listener->is_v4 && addr_equal(listener->addr, addr);
}

bool listener_may_answer(const struct listener *listener, struct addr addr)
{
	return listener->wildcard || listener_is_on(listener, addr);
}

const char *listener_proto_name(const struct listener *listener)
{
	return listener->proto == LISTENER_TCP ? "tcp" : "udp";
}

void listeners_clear(struct listeners *listeners)
{
	free(listeners->item);
	*listeners = (struct listeners)LISTENERS_INIT;
}
