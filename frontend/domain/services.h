/* Services of this host that listen on every address: an allowlist of one address cannot keep them out. */
#ifndef DOMAIN_SERVICES_H
#define DOMAIN_SERVICES_H

#include <stddef.h>
#include <stdint.h>

struct context;
struct error;
struct strv;

/* "tcp 0.0.0.0:22", "udp [::]:5353" ..., each once, sorted. */
int services_wildcard(struct strv *ret, struct error *err);

/* Applies the setting `wildcard` to them: refuses (EXIT_REFUSED), or only lists them in *ret. Where DNS
 * queries of a guest can be answered by a listener on port 53, such a one is always refused. */
int services_check(
	const struct context *ctx, const char *alias, struct strv *ret, struct error *err);

/* Refuses when anything but the COUNT ports OWN listens on ALIAS itself. */
int services_strangers(const char *alias, const uint16_t *own, size_t count, struct error *err);

#endif
