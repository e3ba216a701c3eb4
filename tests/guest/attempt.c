/* guest/attempt.c: the grammar of an attempt. */
#include "attempt.h"

#include <stdlib.h>

#include "tap.h"

#define A32 "a2345678901234567890123456789012"
#define N63 "n23456789012345678901234567890123456789012345678901234567890123"

static const struct {
	const char *text;
	enum attempt_kind kind;
	int port;
	uint32_t deadline;
} good[] = {
	{"a,tcp,127.0.0.16,9100,1500,00ffee", ATTEMPT_TCP, 9100, 1500},
	{"a,http,127.0.0.16,65535,1,Z", ATTEMPT_HTTP, 65535, 1},
	{"9,udp,8.8.8.8,1,60000,abc", ATTEMPT_UDP, 1, 60000},
	{"l,udp-link,10.0.0.1,1,10,abc", ATTEMPT_UDP_LINK, 1, 10},
	{"m,tcp-link,10.0.0.1,65535,10,abc", ATTEMPT_TCP_LINK, 65535, 10},
	{"-,icmp,100.96.0.1,0,10,abc", ATTEMPT_ICMP, 0, 10},
	{"dns-1,dns-udp,2001:db8::1,53,10," N63, ATTEMPT_DNS_UDP, 53, 10},
	{"dns-2,dns-tcp,8.8.8.8,53,10,abc", ATTEMPT_DNS_TCP, 53, 10},
	{"r,resolv,0.0.0.0,0,10,abc", ATTEMPT_RESOLV, 0, 10},
	{A32 ",listen,0.0.0.0,80,10,abc", ATTEMPT_LISTEN, 80, 10},
	{"a,tcp,::ffff:127.0.0.1,80,10," N63 "4", ATTEMPT_TCP, 80, 10},
};

static const struct {
	const char *text, *wrong;
} bad[] = {
	{"", "want"},
	{"a", "want"},
	{"a,tcp,127.0.0.1,80,10", "want"},
	{"a,tcp,127.0.0.1,80,10,n,", "want"},
	{"a,tcp,127.0.0.1,80,10,n,n", "want"},
	{",,,,,,,,,,,,,,,,", "want"},
	{",tcp,127.0.0.1,80,10,n", "bad ID"},
	{"A,tcp,127.0.0.1,80,10,n", "bad ID"},
	{"a_b,tcp,127.0.0.1,80,10,n", "bad ID"},
	{"a b,tcp,127.0.0.1,80,10,n", "bad ID"},
	{"a\n,tcp,127.0.0.1,80,10,n", "bad ID"},
	{A32 "3,tcp,127.0.0.1,80,10,n", "bad ID"},
	{"a,,127.0.0.1,80,10,n", "unknown KIND"},
	{"a,TCP,127.0.0.1,80,10,n", "unknown KIND"},
	{"a,tcp ,127.0.0.1,80,10,n", "unknown KIND"},
	{"a,sctp,127.0.0.1,80,10,n", "unknown KIND"},
	{"a,tcp,,80,10,n", "bad ADDRESS"},
	{"a,tcp,127.0.0.016,80,10,n", "bad ADDRESS"},
	{"a,tcp,localhost,80,10,n", "bad ADDRESS"},
	{"a,tcp,fe80::1%eth0,80,10,n", "bad ADDRESS"},
	{"a,resolv,127.0.0.1,0,10,n", "bad ADDRESS"},
	{"a,resolv,::,0,10,n", "bad ADDRESS"},
	{"a,tcp,127.0.0.1,,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,0,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,65536,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,4294967376,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,99999999999999999999,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,080,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,-80,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,+80,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,80x,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1, 80,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,0x50,10,n", "bad PORT"},
	{"a,icmp,127.0.0.1,80,10,n", "bad PORT"},
	{"a,icmp,127.0.0.1,00,10,n", "bad PORT"},
	{"a,resolv,0.0.0.0,53,10,n", "bad PORT"},
	{"a,listen,0.0.0.0,0,10,n", "bad PORT"},
	{"a,tcp,127.0.0.1,80,,n", "bad DEADLINE_MS"},
	{"a,tcp,127.0.0.1,80,0,n", "bad DEADLINE_MS"},
	{"a,tcp,127.0.0.1,80,60001,n", "bad DEADLINE_MS"},
	{"a,tcp,127.0.0.1,80,010,n", "bad DEADLINE_MS"},
	{"a,tcp,127.0.0.1,80,1.5,n", "bad DEADLINE_MS"},
	{"a,tcp,127.0.0.1,80,10,", "bad NONCE"},
	{"a,tcp,127.0.0.1,80,10,n-n", "bad NONCE"},
	{"a,tcp,127.0.0.1,80,10,n.n", "bad NONCE"},
	{"a,http,127.0.0.1,80,10,n\r\nX", "bad NONCE"},
	{"a,http,127.0.0.1,80,10,../n", "bad NONCE"},
	{"a,tcp,127.0.0.1,80,10," N63 "45", "bad NONCE"},
	{"a,dns-udp,127.0.0.1,53,10," N63 "4", "bad NONCE"},
	{"a,dns-tcp,127.0.0.1,53,10," N63 "4", "bad NONCE"},
	{"a,resolv,0.0.0.0,0,10," N63 "4", "bad NONCE"},
	{"a,tcp,127.0.0.1,80,10," N63 N63 N63 N63, "too long"},
};

/* GUEST_ATTEMPT_MAX + 1 attempts with different IDs. */
static char *many[GUEST_ATTEMPT_MAX + 1];

int main(void)
{
	struct attempt a, list[GUEST_ATTEMPT_MAX];
	const char *text = NULL;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *nonce = strrchr(good[i].text, ',') + 1;
		size_t id = strcspn(good[i].text, ",");

		is_str(attempt_parse(good[i].text, &a), NULL, good[i].text);
		is_int(a.kind, good[i].kind, "its kind");
		is_int(ntohs(a.to.at.v4.sin_port), good[i].port, "its port");
		is_int(a.deadline_ms, good[i].deadline, "its deadline");
		is_str(a.nonce, nonce, "its nonce");
		ok(strlen(a.id) == id && strncmp(a.id, good[i].text, id) == 0, "its id");
	}

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *wrong;

		memset(&a, 0x5a, sizeof(a));
		wrong = attempt_parse(bad[i].text, &a);
		if (!ok(wrong && strncmp(wrong, bad[i].wrong, strlen(bad[i].wrong)) == 0,
			    "refuses bad line %zu: %s", i, bad[i].wrong))
			printf("# '%s': %s\n", bad[i].text, wrong ? wrong : "taken");
		ok(a.id[0] == 0x5a && a.deadline_ms == 0x5a5a5a5a, "leaves the output alone");
	}

	for (int i = 0; i <= GUEST_ATTEMPT_MAX; i++) {
		many[i] = malloc(64);
		snprintf(many[i], 64, "a-%d,tcp,127.0.0.1,80,10,n", i);
	}
	is_str(attempts_parse(many, GUEST_ATTEMPT_MAX, list, &text), NULL, "takes 64");
	is_str(list[63].id, "a-63", "the last one is there");
	is_str(attempts_parse(many, GUEST_ATTEMPT_MAX + 1, list, &text), "too many attempts",
		"refuses 65");
	is_str(attempts_parse(many, 0, list, &text), "no attempt", "refuses none");
	is_str(text, NULL, "no text is to blame for a number");
	many[5][2] = '4';
	is_str(attempts_parse(many, 6, list, &text), "the same ID twice", "refuses an ID twice");
	is_str(text, many[5], "names the second of the two");
	many[2][0] = '!';
	is_str(attempts_parse(many, 4, list, &text), "bad ID", "refuses one bad among good");
	is_str(text, many[2], "names it");
	for (int i = 0; i <= GUEST_ATTEMPT_MAX; i++)
		free(many[i]);
	return done_testing();
}
