/* The list of what smolvm refused. */
#include "denials.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "context.h"
#include "err.h"
#include "journal.h"
#include "mem.h"
#include "names.h"
#include "num.h"
#include "smolvm.h"

/* smolvm's times have any number of digits after the second, or none. */
static bool read_time(const char *text, int64_t *ret)
{
	enum { SECONDS_LEN = sizeof("2026-11-28T21:00:00") - 1, MILLI_LEN = 3 };
	const char *fraction = text + SECONDS_LEN;
	char whole[MOMENT_STRLEN] = "";
	unsigned ms = 0, weight = 100;

	if (strlen(text) <= SECONDS_LEN)
		return false;
	memcpy(whole, text, SECONDS_LEN);
	whole[SECONDS_LEN] = 'Z';
	if (*fraction == '.')
		for (fraction++; *fraction >= '0' && *fraction <= '9'; fraction++, weight /= 10)
			ms += (unsigned)(*fraction - '0') * weight;
	if (strcmp(fraction, "Z") != 0 || !moment_parse(whole, 0, ret))
		return false;
	*ret += ms;
	return true;
}

/* "8.8.8.8:443", "[2001:db8::1]:443". The address is written anew, so that it has one spelling. */
static bool read_destination(const char *text, struct denial *ret)
{
	const char *colon = strrchr(text, ':');
	bool six = *text == '[';
	unsigned char octets[sizeof(struct in6_addr)];
	char address[DENIAL_ADDRESS_STRLEN] = "";
	uint32_t port;
	size_t len;

	if (colon == NULL || !parse_u32(colon + 1, 0, UINT16_MAX, &port))
		return false;
	len = (size_t)(colon - text);
	if (six && (len < 2 || text[len - 1] != ']'))
		return false;
	text += six;
	len -= six ? 2 : 0;
	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	if (inet_pton(six ? AF_INET6 : AF_INET, address, octets) != 1)
		return false;
	inet_ntop(six ? AF_INET6 : AF_INET, octets, ret->address, sizeof(ret->address));
	ret->port = (uint16_t)port;
	return true;
}

static bool read_one(const json_t *json, struct denial *ret)
{
	const char *time = json_string_value(json_object_get(json, "timestamp"));
	const char *operation = json_string_value(json_object_get(json, "operation"));
	const char *dest = json_string_value(json_object_get(json, "dest"));

	if (time == NULL || operation == NULL || dest == NULL)
		return false;
	ret->udp = strcmp(operation, "sendto") == 0;
	return (ret->udp || strcmp(operation, "connect") == 0) && read_time(time, &ret->at) &&
	       read_destination(dest, ret);
}

static bool same(const struct denial *a, const struct denial *b)
{
	return a->at == b->at && a->udp == b->udp && a->port == b->port &&
	       strcmp(a->address, b->address) == 0;
}

bool denials_has(const struct denials *denials, const struct denial *denial)
{
	for (size_t i = 0; i < denials->count; i++)
		if (same(&denials->item[i], denial))
			return true;
	return false;
}

/* Puts it before those that are not earlier: the list is read from its end, and is that of a file which is appended to,
 * so that this is mostly the front. */
static void insert(struct denials *denials, const struct denial *denial)
{
	size_t at = 0;

	while (at < denials->count && denials->item[at].at < denial->at)
		at++;
	memmove(&denials->item[at + 1], &denials->item[at],
		(denials->count - at) * sizeof(*denials->item));
	denials->item[at] = *denial;
	denials->count++;
}

int denials_parse(const char *text, struct denials *ret, struct error *err)
{
	json_auto_t *list = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	cleanup_denials struct denials denials = {xcalloc(DENIALS_MAX, sizeof(struct denial)), 0};

	if (!json_is_array(list))
		return err_set(err, EXIT_UNAVAILABLE, "smolvm: egress-events: that is no list");
	for (size_t i = json_array_size(list); i > 0 && denials.count < DENIALS_MAX; i--) {
		struct denial denial = {.at = 0};

		if (read_one(json_array_get(list, i - 1), &denial) &&
			!denials_has(&denials, &denial))
			insert(&denials, &denial);
	}
	denials_clear(ret);
	*ret = denials;
	denials = (struct denials){NULL, 0};
	return 0;
}

int denials_read(struct context *ctx, const char *name, struct denials *ret, char **ret_alias,
	struct error *err)
{
	cleanup_journal_facts struct journal_facts facts = {0};
	cleanup_error struct error none = ERROR_INIT;
	cleanup_free char *machine = xasprintf("%s%s", NAME_MACHINE_PREFIX, name);
	cleanup_free char *text = NULL;

	denials_clear(ret);
	free(*ret_alias);
	*ret_alias = NULL;
	if (journal_read(ctx, name, &facts, &none) != 0 || facts.docker || facts.sealed ||
		!facts.started || facts.cleared)
		return 0;
	if (context_smolvm(ctx, err) != 0 ||
		smolvm_egress_events(ctx->vm, machine, &text, err) != 0 ||
		(text != NULL && denials_parse(text, ret, err) != 0))
		return -1;
	*ret_alias = facts.alias ? xstrdup(facts.alias) : NULL;
	return 0;
}

void denials_clear(struct denials *denials)
{
	free(denials->item);
	*denials = (struct denials){NULL, 0};
}

void denial_event_make(struct denial_event *event, const struct denial *denial, const char *bottle,
	const char *alias, struct event_read *ret)
{
	const char *protocol = denial->udp ? "udp" : "tcp";

	denial_event_clear(event);
	moment_print(denial->at, event->time);
	event->text = xasprintf(strchr(denial->address, ':') ? "%s [%s]:%u" : "%s %s:%u", protocol,
		denial->address, denial->port);
	event->json = json_pack("{s:s, s:s, s:s, s:s, s:i, s:s}", "time", event->time, "event",
		"denied", "bottle", bottle, "destination", denial->address, "port",
		(int)denial->port, "protocol", protocol);
	if (alias != NULL)
		json_object_set_new(event->json, "alias", json_string(alias));
	*ret = (struct event_read){.time = event->time,
		.name = "denied",
		.bottle = bottle,
		.reason = event->text,
		.at = denial->at,
		.ms = -1,
		.json = event->json};
}

void denial_event_clear(struct denial_event *event)
{
	json_decref(event->json);
	free(event->text);
	*event = (struct denial_event){.json = NULL};
}
