/* Loopback aliases. */
#include "alias.h"

#include <stdbool.h>

#include "context.h"
#include "err.h"
#include "mem.h"
#include "netd.h"
#include "strv.h"

static char *address_of(unsigned octet)
{
	return xasprintf("127.0.0.%u", octet);
}

void alias_missing(const struct context *ctx, struct strv *ret)
{
	for (unsigned octet = ctx->settings.pool_first; octet <= ctx->settings.pool_last; octet++) {
		cleanup_free char *address = address_of(octet);

		if (!netd_address_is_up(address))
			strv_push(ret, address);
	}
}

static int check_policy(const struct context *ctx, struct error *err)
{
	unsigned first, last;

	if (netd_policy(&first, &last, err) != 0)
		return -1;
	if (ctx->settings.pool_first >= first && ctx->settings.pool_last <= last)
		return 0;
	err_set(err, EXIT_CONFIG, "the pool 127.0.0.%u-%u is not inside the helper's 127.0.0.%u-%u",
		ctx->settings.pool_first, ctx->settings.pool_last, first, last);
	return err_note(err, "next",
		"change pool in /etc/bottle/config.yaml, or rebuild the helper: make "
		"POOL_FIRST=%u POOL_LAST=%u install",
		ctx->settings.pool_first, ctx->settings.pool_last);
}

int alias_ensure_all(struct context *ctx, struct strv *ret, struct error *err)
{
	if (ctx->settings.alias == SETTINGS_ALIAS_ALWAYS)
		for (unsigned octet = ctx->settings.pool_first; octet <= ctx->settings.pool_last;
			octet++)
			strv_take(ret, address_of(octet));
	else
		alias_missing(ctx, ret);
	if (ret->count == 0)
		return 0;
	if (ctx->settings.alias == SETTINGS_ALIAS_NEVER) {
		err_set(err, EXIT_CONFIG, "%s is not up, and the setting alias is `never`",
			ret->item[0]);
		return err_note(err, "next", "bottle pool ensure, after setting alias: auto");
	}
	return check_policy(ctx, err) == 0 ? netd_add(ret, ctx->plan, err) : -1;
}

int alias_ensure(struct context *ctx, unsigned octet, struct error *err)
{
	cleanup_strv struct strv asked = STRV_INIT;
	cleanup_free char *address = address_of(octet);

	if (ctx->settings.alias != SETTINGS_ALIAS_ALWAYS && netd_address_is_up(address))
		return 0;
	return alias_ensure_all(ctx, &asked, err);
}

int alias_release(const struct strv *addresses, struct strv *removed, struct error *err)
{
	unsigned first, last;

	if (addresses->count == 0)
		return 0;
	return netd_policy(&first, &last, err) == 0 ? netd_remove(addresses, removed, err) : -1;
}

/* 127.0.0.OCTET when it can be bound now and is not EXCEPT, else NULL. */
static char *usable(unsigned octet, unsigned except)
{
	cleanup_free char *address = octet != except ? address_of(octet) : NULL;

	return address != NULL && netd_address_is_up(address) ? steal_str(&address) : NULL;
}

char *alias_other(const struct context *ctx, unsigned octet)
{
	unsigned first = ctx->settings.pool_first, last = ctx->settings.pool_last;
	char *found = NULL;

	/* Beside the pool where that is up (on Linux always): a listener of ours on an address of the pool is
	 * a stranger to the bottle that is being launched there. */
	if (last < 255)
		found = usable(last + 1, octet);
	if (found == NULL && first > 2)
		found = usable(first - 1, octet);
	for (unsigned other = first; found == NULL && other <= last; other++)
		found = usable(other, octet);
	return found ? found : xstrdup("127.0.0.1");
}
