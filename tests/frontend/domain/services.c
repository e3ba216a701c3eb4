/* What is counted of services on every address: all, until both protocols were shown to be closed. */
#include "services.h"

#include "context.h"
#include "err.h"
#include "strv.h"
#include "tap.h"
#include "wildcard_proof.h"

static const enum wildcard_answer answers[] = {WILDCARD_UNKNOWN, WILDCARD_OPEN, WILDCARD_CLOSED};

static void test_every_answer(void)
{
	for (size_t tcp = 0; tcp < 3; tcp++)
		for (size_t udp = 0; udp < 3; udp++) {
			struct wildcard_proof proof = {answers[tcp], answers[udp]};
			cleanup_strv struct strv list = STRV_INIT, notes = STRV_INIT;
			bool closed = tcp == 2 && udp == 2;

			strv_push(&list, "tcp 0.0.0.0:22");
			strv_push(&list, "udp [::]:5353");
			services_set_aside(&proof, &list, &notes);
			ok(services_filtered(&proof) == closed && list.count == (closed ? 0 : 2) &&
					notes.count == (closed ? 1 : 0),
				"tcp %zu, udp %zu: %s", tcp, udp, closed ? "set aside" : "counted");
		}
}

static void test_note(void)
{
	struct wildcard_proof closed = {WILDCARD_CLOSED, WILDCARD_CLOSED};
	cleanup_strv struct strv list = STRV_INIT, notes = STRV_INIT;

	services_set_aside(&closed, &list, &notes);
	is_int((long long)notes.count, 0, "nothing that listens, nothing to say");
	strv_push(&list, "tcp 0.0.0.0:22");
	services_set_aside(&closed, &list, &notes);
	is_str(notes.count ? notes.item[0] : NULL,
		"1 host service on every address: closed by a packet filter (proven by use)",
		"the note says how many, and how it is known");
}

static void test_published(void)
{
	struct context ctx = CONTEXT_INIT;
	cleanup_strv struct strv none = STRV_INIT, one = STRV_INIT;
	cleanup_error struct error err = ERROR_INIT;

	strv_push(&one, "tcp 0.0.0.0:8080, container web");
	ctx.settings.wildcard = SETTINGS_WILDCARD_WARN;
	is_int(services_check_published(&ctx, &one, &err), 0, "wildcard: warn lets them be");
	ctx.settings.wildcard = SETTINGS_WILDCARD_REFUSE;
	is_int(services_check_published(&ctx, &none, &err), 0, "refuse has nothing to refuse");
	is_int(services_check_published(&ctx, &one, &err), -1, "refuse refuses");
	is_int(err.code, EXIT_REFUSED, "with 77");
	is_str(err_find_note(&err, "service"), "tcp 0.0.0.0:8080, container web", "naming it");
}

int main(void)
{
	test_every_answer();
	test_note();
	test_published();
	return done_testing();
}
