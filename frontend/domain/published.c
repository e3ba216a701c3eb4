/* Ports that the engine publishes on every address. */
#include "published.h"

#include <string.h>

#include "context.h"
#include "engine.h"
#include "engine_container.h"
#include "err.h"
#include "hostroute.h"
#include "listeners.h"
#include "mem.h"
#include "strv.h"

static bool everywhere(const struct engine_port *port)
{
	return port->host_port != 0 &&
	       (port->host_ip[0] == '\0' || strcmp(port->host_ip, "0.0.0.0") == 0 ||
		       strcmp(port->host_ip, "::") == 0);
}

static bool has_listener(const struct listeners *listeners, const struct engine_port *port)
{
	for (size_t i = 0; i < listeners->count; i++) {
		const struct listener *at = &listeners->item[i];

		if (at->wildcard && !at->connected && at->port == port->host_port &&
			strcmp(listener_proto_name(at), port->proto) == 0)
			return true;
	}
	return false;
}

int published_everywhere(struct context *ctx, bool filtered, struct strv *ret, struct error *err)
{
	cleanup_engine_containers struct engine_containers all = ENGINE_CONTAINERS_INIT;
	cleanup_listeners struct listeners listeners = LISTENERS_INIT;
	cleanup_free char *device = NULL;

	if (context_engine(ctx, err) != 0 ||
		engine_container_list_running(ctx->engine, &all, err) != 0 ||
		listeners_read(&listeners, err) != 0)
		return -1;
	hostroute_loopback_leaves(&device);
	for (size_t i = 0; i < all.count; i++)
		for (size_t k = 0; k < all.item[i].port_count; k++) {
			const struct engine_port *port = &all.item[i].ports[k];
			cleanup_free char *text = xasprintf("%s 0.0.0.0:%u, container %s",
				port->proto, port->host_port, all.item[i].name);

			/* Both families are one entry. */
			if (everywhere(port) && !strv_has(ret, text) &&
				(!has_listener(&listeners, port) || (filtered && device != NULL)))
				strv_push(ret, text);
		}
	return 0;
}
