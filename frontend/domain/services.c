/* Listeners of the host that matter to a bottle. */
#include "services.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "context.h"
#include "err.h"
#include "listeners.h"
#include "mem.h"
#include "resolver.h"
#include "strv.h"
#include "wildcard_proof.h"

static char *name_of(const struct listener *listener)
{
	return xasprintf(strchr(listener->address, ':') ? "%s [%s]:%u" : "%s %s:%u",
		listener_proto_name(listener), listener->address, listener->port);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_wildcard(struct strv *ret, bool *ret_dns, struct error *err)
{
	cleanup_listeners struct listeners all = LISTENERS_INIT;

	if (listeners_read(&all, err) != 0)
		return -1;
	for (size_t i = 0; i < all.count; i++) {
		cleanup_free char *name = NULL;

		if (!all.item[i].wildcard || all.item[i].connected)
			continue;
		name = name_of(&all.item[i]);
		*ret_dns = *ret_dns || all.item[i].port == 53;
		if (!strv_has(ret, name))
			strv_push(ret, name);
	}
	if (ret->count > 1)
		qsort(ret->item, ret->count, sizeof(*ret->item), by_text);
	return 0;
}

int services_wildcard(struct strv *ret, struct error *err)
{
	bool dns = false;

	return read_wildcard(ret, &dns, err);
}

static int refuse(const struct strv *services, struct error *err)
{
	err_set(err, EXIT_REFUSED,
		"%zu services of this host listen on every address, so that a bottle could "
		"reach them (wildcard: refuse)",
		services->count);
	for (size_t i = 0; i < services->count; i++)
		err_note(err, "service", "%s", services->item[i]);
	return err_note(err, "next", "let them listen on 127.0.0.1, or set wildcard: warn");
}

int services_check(
	const struct context *ctx, const char *alias, struct strv *ret, struct error *err)
{
	bool dns = false;

	if (read_wildcard(ret, &dns, err) != 0)
		return -1;
	if (dns && resolver_can_be_answered()) {
		err_set(err, EXIT_REFUSED,
			"a service on port 53 of every address would get the bottle's DNS "
			"queries on %s",
			alias);
		return err_note(err, "next", "let it listen on one address only");
	}
	if (ret->count == 0 || ctx->settings.wildcard != SETTINGS_WILDCARD_REFUSE)
		return 0;
	return refuse(ret, err);
}

int services_check_published(
	const struct context *ctx, const struct strv *published, struct error *err)
{
	return published->count > 0 && ctx->settings.wildcard == SETTINGS_WILDCARD_REFUSE
		       ? refuse(published, err)
		       : 0;
}

bool services_filtered(const struct wildcard_proof *proof)
{
	return proof->tcp == WILDCARD_CLOSED && proof->udp == WILDCARD_CLOSED;
}

void services_set_aside(const struct wildcard_proof *proof, struct strv *list, struct strv *notes)
{
	if (!services_filtered(proof) || list->count == 0)
		return;
	strv_pushf(notes,
		"%zu host service%s on every address: closed by a packet filter (proven by use)",
		list->count, list->count == 1 ? "" : "s");
	strv_clear(list);
}

/* Its place among the ports of OWN; own->count when it has none. */
static size_t place_of(const struct services_own *own, const struct listener *at)
{
	size_t i = 0;

	while (i < own->count && (at->proto != LISTENER_TCP || at->port != own->port[i]))
		i++;
	return i;
}

static bool belongs(const struct services_own *own, const struct listener *at, const char *alias)
{
	bool engine = at->uid == own->engine_uid && place_of(own, at) < own->count;

	if (at->wildcard) /* of the bundle's own port: it would answer in its place */
		return engine || place_of(own, at) == own->count;
	if (strcmp(at->address, alias) != 0 || at->connected)
		return true;
	return engine || (own->probing && at->uid == geteuid());
}

static int still_served(
	const char *alias, struct services_own *own, const bool now[], struct error *err)
{
	for (size_t i = 0; i < own->count; i++)
		if (own->seen[i] && !now[i])
			return err_set(err, EXIT_REFUSED,
				"the engine does not listen on %s:%u any more", alias,
				own->port[i]);
	memcpy(own->seen, now, sizeof(own->seen));
	return 0;
}

int services_strangers(const char *alias, struct services_own *own, struct error *err)
{
	cleanup_listeners struct listeners all = LISTENERS_INIT;
	bool now[SERVICES_OWN_MAX] = {false};

	if (listeners_read(&all, err) != 0)
		return -1;
	for (size_t i = 0; i < all.count; i++) {
		const struct listener *at = &all.item[i];
		size_t place = place_of(own, at);

		if (!belongs(own, at, alias))
			return err_set(err, EXIT_REFUSED,
				"a stranger (uid %u) listens on %s %s:%u, the bottle's own "
				"address",
				(unsigned)at->uid, listener_proto_name(at), at->address, at->port);
		if (place < own->count && strcmp(at->address, alias) == 0)
			now[place] = true;
	}
	return still_served(alias, own, now, err);
}
