#include "payload.h"

#include <string.h>

#include "attempt.h"

#define ICMP_HEADER 8
#define DNS_HEADER 12

struct text {
	uint8_t *at;
	size_t len;
};

/* Room is a matter of arithmetic: the longest payload is that of dns-tcp, held by this assertion.
 */
_Static_assert(
	2 + DNS_HEADER + 1 + GUEST_DNS_NONCE_MAX + 1 + sizeof(GUEST_DNS_SUFFIX) + 4 <= PAYLOAD_MAX,
	"PAYLOAD_MAX");

static void add(struct text *t, const void *data, size_t len)
{
	memcpy(t->at + t->len, data, len);
	t->len += len;
}

static void add_str(struct text *t, const char *s)
{
	add(t, s, strlen(s));
}

/* RFC 1035 4.1: each label after its length. */
static void add_labels(struct text *t, const char *name)
{
	while (*name) {
		uint8_t len = (uint8_t)strcspn(name, ".");

		add(t, &len, 1);
		add(t, name, len);
		name += len + (name[len] == '.');
	}
}

/* RFC 1035 4.1: one question, recursion desired, type A, class IN. The ID is nobody's secret. */
static void add_query(struct text *t, const struct attempt *a)
{
	static const uint8_t header[DNS_HEADER] = {0xb0, 0x77, 0x01, 0x00, 0, 1};
	static const uint8_t question[] = {0, 0, 1, 0, 1};

	add(t, header, sizeof(header));
	add_labels(t, a->nonce);
	add_labels(t, GUEST_DNS_SUFFIX);
	add(t, question, sizeof(question));
}

static uint16_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/*
 * The kernel fills in what differs: the identifier of a ping socket (icmp(7)) and the checksum of
 * any ICMPv6 socket (RFC 3542 3.1). A raw IPv4 socket sends the header as it is.
 */
static void add_echo(struct text *t, const struct attempt *a, bool v6)
{
	uint8_t header[ICMP_HEADER] = {v6 ? 128 : 8, 0, 0, 0, 0xb0, 0x77, 0, 1};
	uint8_t *start = t->at + t->len;
	uint16_t sum;

	add(t, header, sizeof(header));
	add_str(t, a->nonce);
	if (v6)
		return;
	sum = checksum(start, ICMP_HEADER + strlen(a->nonce));
	start[2] = (uint8_t)(sum >> 8);
	start[3] = (uint8_t)sum;
}

size_t payload_build(const struct attempt *a, bool v6, uint8_t ret[static PAYLOAD_MAX])
{
	struct text t = {.at = ret};

	switch (a->kind) {
	case ATTEMPT_TCP:
	case ATTEMPT_TCP_LINK:
		add_str(&t, a->nonce);
		add_str(&t, "\n");
		break;
	case ATTEMPT_HTTP:
		add_str(&t, "HEAD /");
		add_str(&t, a->nonce);
		add_str(&t, " HTTP/1.0\r\n\r\n");
		break;
	case ATTEMPT_UDP:
	case ATTEMPT_UDP_LINK:
		add_str(&t, a->nonce);
		break;
	case ATTEMPT_ICMP:
		add_echo(&t, a, v6);
		break;
	case ATTEMPT_DNS_UDP:
	case ATTEMPT_RESOLV:
		add_query(&t, a);
		break;
	case ATTEMPT_DNS_TCP:
		t.len = 2;
		add_query(&t, a);
		ret[0] = 0;
		ret[1] = (uint8_t)(t.len - 2);
		break;
	case ATTEMPT_LISTEN:
		break;
	}
	return t.len;
}

bool payload_is_reply(const struct attempt *a, bool v6, const uint8_t *message, size_t len)
{
	size_t nonce = strlen(a->nonce);

	return len == ICMP_HEADER + nonce && message[0] == (v6 ? 129 : 0) &&
	       memcmp(message + ICMP_HEADER, a->nonce, nonce) == 0;
}
