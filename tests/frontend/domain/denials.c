/* What smolvm prints of its denials: only what is whole is taken, once, by time, and not without end. */
#include "denials.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "mem.h"
#include "tap.h"

#define AT "2026-11-28T21:00:0"
#define ONE(time, operation, dest) \
	"{\"timestamp\":\"" time "\",\"operation\":\"" operation "\",\"dest\":\"" dest "\"}"

static void test_good(void)
{
	cleanup_denials struct denials got = {NULL, 0};
	cleanup_error struct error err = ERROR_INIT;
	const char *text = "[" ONE(AT "2Z", "connect", "8.8.8.8:443") "," ONE(AT "1.123456Z",
		"sendto", "[2001:DB8:0::1]:53") "," ONE(AT "2Z", "connect", "8.8.8.8:443") "]";

	ok(denials_parse(text, &got, &err) == 0 && got.count == 2, "two of three, one twice");
	is_str(got.item[0].address, "2001:db8::1", "the earlier one first, in one spelling");
	ok(got.item[0].udp && got.item[0].port == 53 && got.item[0].at % 1000 == 123,
		"a datagram, its port, its milliseconds");
	ok(!got.item[1].udp && got.item[1].port == 443, "a connection and its port");
	ok(denials_has(&got, &got.item[1]), "what is in the list is found");
	got.item[1].port++;
	ok(denials_parse("[]", &got, &err) == 0 && got.count == 0, "an empty list");
}

static void test_passed_over(void)
{
	static const char *const bad[] = {
		ONE("", "connect", "8.8.8.8:443"),
		ONE("yesterday", "connect", "8.8.8.8:443"),
		ONE("2026-11-28 21:00:00Z", "connect", "8.8.8.8:443"),
		ONE(AT "0", "connect", "8.8.8.8:443"),
		ONE(AT "0+01:00", "connect", "8.8.8.8:443"),
		ONE(AT "0.5", "connect", "8.8.8.8:443"),
		ONE(AT "0Zx", "connect", "8.8.8.8:443"),
		ONE(AT "0Z", "resolve", "evil.example.com"),
		ONE(AT "0Z", "listen", "8.8.8.8:443"),
		ONE(AT "0Z", "connect", ""),
		ONE(AT "0Z", "connect", "8.8.8.8"),
		ONE(AT "0Z", "connect", "8.8.8.8:"),
		ONE(AT "0Z", "connect", ":443"),
		ONE(AT "0Z", "connect", "8.8.8.8:65536"),
		ONE(AT "0Z", "connect", "8.8.8.8:-1"),
		ONE(AT "0Z", "connect", "8.8.8.8:4\\u001b"),
		ONE(AT "0Z", "connect", "8.8.8:443"),
		ONE(AT "0Z", "connect", "\\u001b]0;x:443"),
		ONE(AT "0Z", "connect", "name.example:443"),
		ONE(AT "0Z", "connect", "[8.8.8.8]:443"),
		ONE(AT "0Z", "connect", "2001:db8::1:443"),
		ONE(AT "0Z", "connect", "[2001:db8::1:443"),
		ONE(AT "0Z", "connect", "[]:443"),
		ONE(AT "0Z", "connect", "[:443"),
		ONE(AT "0Z", "connect", "[fe80::1%eth0]:443"),
		"{\"timestamp\":1,\"operation\":\"connect\",\"dest\":\"8.8.8.8:443\"}",
		"{\"operation\":\"connect\",\"dest\":\"8.8.8.8:443\"}",
		"{\"timestamp\":\"" AT "0Z\",\"dest\":\"8.8.8.8:443\"}",
		"{\"timestamp\":\"" AT "0Z\",\"operation\":\"connect\",\"dest\":[]}",
		"[]",
		"7",
		"null",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_denials struct denials got = {NULL, 0};
		cleanup_error struct error err = ERROR_INIT;
		cleanup_free char *text =
			xasprintf("[%s,%s]", bad[i], ONE(AT "9Z", "connect", "9.9.9.9:9"));

		ok(denials_parse(text, &got, &err) == 0 && got.count == 1 &&
				strcmp(got.item[0].address, "9.9.9.9") == 0,
			"passed over: %s", bad[i]);
	}
}

static void test_no_list(void)
{
	static const char *const bad[] = {"", "No egress denials recorded", "{}", "null", "[",
		"{\"events\":[]}", "[]x", "[{\"a\":1,\"a\":2}]"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_denials struct denials got = {NULL, 0};
		cleanup_error struct error err = ERROR_INIT;

		ok(denials_parse(bad[i], &got, &err) != 0 && err.code == EXIT_UNAVAILABLE,
			"no list: '%s'", bad[i]);
	}
}

static void test_bounded(void)
{
	json_auto_t *list = json_array();
	cleanup_denials struct denials got = {NULL, 0};
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *text = NULL;

	for (int i = 0; i < DENIALS_MAX + 7; i++) {
		cleanup_free char *dest = xasprintf("10.0.0.1:%d", i);

		json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "timestamp", AT "0Z",
						    "operation", "connect", "dest", dest));
	}
	text = json_dumps(list, 0);
	ok(denials_parse(text, &got, &err) == 0 && got.count == DENIALS_MAX,
		"of a list without end %d are kept", DENIALS_MAX);
	ok(got.count > 0 && got.item[0].port == 7 &&
			got.item[got.count - 1].port == DENIALS_MAX + 6,
		"the newest, in the order of the list");
}

static void test_event(void)
{
	cleanup_denial_event struct denial_event own = {.json = NULL};
	cleanup_free char *text = NULL, *second = NULL, *json = NULL;
	struct denial denial = {1000, false, "8.8.8.8", 443};
	struct event_read event;

	denial_event_make(&own, &denial, "web", "127.0.0.16", &event);
	text = events_text(&event);
	is_str(text, "denied      tcp 8.8.8.8:443", "for people");
	json = json_dumps(event.json, JSON_COMPACT | JSON_SORT_KEYS);
	is_str(json,
		"{\"alias\":\"127.0.0.16\",\"bottle\":\"web\",\"destination\":\"8.8.8.8\","
		"\"event\":\"denied\",\"port\":443,\"protocol\":\"tcp\","
		"\"time\":\"1970-01-01T00:00:01.000Z\"}",
		"as JSON");
	denial = (struct denial){1000, true, "::1", 53};
	denial_event_make(&own, &denial, "web", NULL, &event);
	second = events_text(&event);
	is_str(second, "denied      udp [::1]:53", "an IPv6 address is bracketed");
}

int main(void)
{
	test_good();
	test_passed_over();
	test_no_list();
	test_bounded();
	test_event();
	return done_testing();
}
