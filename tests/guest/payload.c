/* guest/payload.c: the bytes on the wire. */
#include "payload.h"

#include "attempt.h"
#include "tap.h"

#define N63 "n23456789012345678901234567890123456789012345678901234567890123"

static uint8_t buf[PAYLOAD_MAX];

static size_t build(const char *text, bool v6)
{
	struct attempt a;

	memset(buf, 0xee, sizeof(buf));
	is_str(attempt_parse(text, &a), NULL, text);
	return payload_build(&a, v6, buf);
}

static void is_bytes(size_t len, const void *want, size_t want_len, const char *name)
{
	if (ok(len == want_len && memcmp(buf, want, want_len) == 0, "%s", name))
		return;
	printf("# got %zu, want %zu:", len, want_len);
	for (size_t i = 0; i < len; i++)
		printf(" %02x", buf[i]);
	printf("\n");
}

/* RFC 1071: with its checksum in place, the sum of a message is all ones. */
static unsigned sum(const uint8_t *data, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
		n += i % 2 ? data[i] : (unsigned)data[i] << 8;
	while (n >> 16)
		n = (n & 0xffff) + (n >> 16);
	return n;
}

int main(void)
{
	static const char query[] = "\xb0\x77\1\0\0\1\0\0\0\0\0\0\3abc\4leak\7example\0\0\1\0\1";
	struct attempt a;
	uint8_t reply[16];
	size_t len;

	is_bytes(build("a,tcp,127.0.0.1,80,10,abc", false), "abc\n", 4, "tcp");
	is_bytes(build("a,http,127.0.0.1,80,10,abc", false), "HEAD /abc HTTP/1.0\r\n\r\n", 22,
		"http");
	is_bytes(build("a,udp,127.0.0.1,80,10,abc", false), "abc", 3, "udp");
	is_bytes(build("a,udp-link,127.0.0.1,80,10,abc", false), "abc", 3, "udp-link");
	is_bytes(build("a,tcp-link,127.0.0.1,80,10,abc", false), "abc\n", 4, "tcp-link");
	is_bytes(build("a,dns-udp,127.0.0.1,53,10,abc", false), query, sizeof(query) - 1, "dns");
	is_bytes(build("a,resolv,0.0.0.0,0,10,abc", false), query, sizeof(query) - 1, "resolv");
	len = build("a,dns-tcp,127.0.0.1,53,10,abc", false);
	ok(len == sizeof(query) + 1 && buf[0] == 0 && buf[1] == sizeof(query) - 1 &&
			memcmp(buf + 2, query, sizeof(query) - 1) == 0,
		"dns-tcp has a length before it");
	len = build("a,dns-tcp,127.0.0.1,53,10," N63, false);
	is_int(len, 2 + 12 + 64 + 5 + 8 + 1 + 4, "the longest name fits");
	is_int(buf[14], 63, "as one label");
	is_int(build("a,listen,127.0.0.1,80,10,abc", false), 0, "a listener says nothing");

	for (int odd = 0; odd < 2; odd++) {
		const char *text = odd ? "a,icmp,127.0.0.1,0,10,abc" : "a,icmp,127.0.0.1,0,10,abcd";

		len = build(text, false);
		is_int(len, odd ? 11 : 12, "echo request length");
		is_int(buf[0], 8, "echo request type");
		is_int(sum(buf, len), 0xffff, "echo request checksum");
	}
	build("a,icmp,::1,0,10,abc", true);
	is_int(buf[0], 128, "ICMPv6 echo request type");

	attempt_parse("a,icmp,127.0.0.1,0,10,abc", &a);
	memcpy(reply, "\0\0\0\0\0\0\0\1abcd", 12);
	ok(payload_is_reply(&a, false, reply, 11), "knows its reply");
	ok(!payload_is_reply(&a, true, reply, 11), "not as ICMPv6");
	ok(!payload_is_reply(&a, false, reply, 12), "refuses a longer one");
	ok(!payload_is_reply(&a, false, reply, 10), "refuses a shorter one");
	ok(!payload_is_reply(&a, false, reply, 0), "refuses nothing");
	reply[8] = 'x';
	ok(!payload_is_reply(&a, false, reply, 11), "refuses another's");
	reply[8] = 'a';
	reply[0] = 8;
	ok(!payload_is_reply(&a, false, reply, 11), "refuses its own request, looped back");
	reply[0] = 3;
	ok(!payload_is_reply(&a, false, reply, 11), "refuses an error");
	reply[0] = 129;
	ok(payload_is_reply(&a, true, reply, 11), "knows its ICMPv6 reply");
	return done_testing();
}
