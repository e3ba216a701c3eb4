#include "attempt.h"

#include <stdbool.h>
#include <string.h>

#define ALNUM "abcdefghijklmnopqrstuvwxyz0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static const struct {
	const char *name;
	enum attempt_kind kind;
	bool port;    /* PORT means something */
	bool address; /* ADDRESS means something */
	size_t nonce_max;
} kinds[] = {
	{"tcp", ATTEMPT_TCP, true, true, GUEST_NONCE_MAX},
	{"http", ATTEMPT_HTTP, true, true, GUEST_NONCE_MAX},
	{"udp", ATTEMPT_UDP, true, true, GUEST_NONCE_MAX},
	{"icmp", ATTEMPT_ICMP, false, true, GUEST_NONCE_MAX},
	{"dns-udp", ATTEMPT_DNS_UDP, true, true, GUEST_DNS_NONCE_MAX},
	{"dns-tcp", ATTEMPT_DNS_TCP, true, true, GUEST_DNS_NONCE_MAX},
	{"resolv", ATTEMPT_RESOLV, false, false, GUEST_DNS_NONCE_MAX},
	{"listen", ATTEMPT_LISTEN, true, true, GUEST_NONCE_MAX},
	{"tcp-link", ATTEMPT_TCP_LINK, true, true, GUEST_NONCE_MAX},
	{"udp-link", ATTEMPT_UDP_LINK, true, true, GUEST_NONCE_MAX},
};

enum { ID, KIND, ADDRESS, PORT, DEADLINE, NONCE, FIELDS };

/* Digits only, no leading zero: one spelling of each number. */
static bool parse_u32(const char *s, uint32_t max, uint32_t *ret)
{
	uint32_t n = 0;

	if (*s == '\0' || (*s == '0' && s[1] != '\0'))
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || n > max / 10)
			return false;
		n = n * 10 + (uint32_t)(*s - '0');
	}
	if (n > max)
		return false;
	*ret = n;
	return true;
}

static bool is_token(const char *s, const char *alphabet, size_t max)
{
	size_t len = strlen(s);

	return len >= 1 && len <= max && strspn(s, alphabet) == len;
}

/* Cuts buf at its commas; false unless it has exactly FIELDS fields. */
static bool split(char *buf, const char *field[static FIELDS])
{
	int n = 0;

	for (char *p = buf;; p++) {
		field[n++] = p;
		p = strchr(p, ',');
		if (!p)
			return n == FIELDS;
		if (n == FIELDS)
			return false;
		*p = '\0';
	}
}

const char *attempt_parse(const char *text, struct attempt *ret)
{
	char buf[GUEST_ID_MAX + INET6_ADDRSTRLEN + GUEST_NONCE_MAX + 32];
	const char *field[FIELDS];
	struct attempt a = {.kind = ATTEMPT_TCP};
	size_t k, len = strlen(text);
	uint32_t port;

	if (len >= sizeof(buf))
		return "too long";
	memcpy(buf, text, len + 1);
	if (!split(buf, field))
		return "want ID,KIND,ADDRESS,PORT,DEADLINE_MS,NONCE";

	for (k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
		if (strcmp(field[KIND], kinds[k].name) == 0)
			break;
	if (k == sizeof(kinds) / sizeof(kinds[0]))
		return "unknown KIND";
	if (!is_token(field[ID], ALNUM "-", GUEST_ID_MAX))
		return "bad ID";
	if (!parse_u32(field[PORT], 65535, &port) || (port != 0) != kinds[k].port)
		return "bad PORT";
	if (!endpoint_parse(field[ADDRESS], (uint16_t)port, &a.to) ||
		(!kinds[k].address && strcmp(field[ADDRESS], "0.0.0.0") != 0))
		return "bad ADDRESS";
	if (!parse_u32(field[DEADLINE], GUEST_DEADLINE_MAX, &a.deadline_ms) || a.deadline_ms == 0)
		return "bad DEADLINE_MS";
	if (!is_token(field[NONCE], ALNUM UPPER, kinds[k].nonce_max))
		return "bad NONCE";

	a.kind = kinds[k].kind;
	memcpy(a.id, field[ID], strlen(field[ID]) + 1);
	memcpy(a.nonce, field[NONCE], strlen(field[NONCE]) + 1);
	*ret = a;
	return NULL;
}

const char *attempts_parse(char *const texts[], int n, struct attempt ret[static GUEST_ATTEMPT_MAX],
	const char **ret_text)
{
	if (n < 1)
		return "no attempt";
	if (n > GUEST_ATTEMPT_MAX)
		return "too many attempts";
	for (int i = 0; i < n; i++) {
		const char *wrong = attempt_parse(texts[i], &ret[i]);

		for (int j = 0; j < i && !wrong; j++)
			if (strcmp(ret[j].id, ret[i].id) == 0)
				wrong = "the same ID twice";
		if (wrong) {
			*ret_text = texts[i];
			return wrong;
		}
	}
	return NULL;
}
