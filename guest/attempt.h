/* attempt: one thing to try, and its grammar (protocol.h). */
#ifndef GUEST_ATTEMPT_H
#define GUEST_ATTEMPT_H

#include <stdint.h>

#include "endpoint.h"
#include "protocol.h"

enum attempt_kind {
	ATTEMPT_TCP,
	ATTEMPT_HTTP,
	ATTEMPT_UDP,
	ATTEMPT_ICMP,
	ATTEMPT_DNS_UDP,
	ATTEMPT_DNS_TCP,
	ATTEMPT_RESOLV,
	ATTEMPT_LISTEN,
	ATTEMPT_TCP_LINK,
	ATTEMPT_UDP_LINK,
};

struct attempt {
	char id[GUEST_ID_MAX + 1];
	enum attempt_kind kind;
	struct endpoint to;
	uint32_t deadline_ms;
	char nonce[GUEST_NONCE_MAX + 1];
};

/* NULL, or what is wrong with it in a few words; *ret is then untouched. */
const char *attempt_parse(const char *text, struct attempt *ret);

/* Parses n texts (1 to GUEST_ATTEMPT_MAX, no ID twice). Same answer, with the text that is wrong in
 * *ret_text (untouched if it is their number); ret is then unspecified. */
const char *attempts_parse(char *const texts[], int n, struct attempt ret[static GUEST_ATTEMPT_MAX],
	const char **ret_text);

#endif
