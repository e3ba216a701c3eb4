/* Any bytes as what bottle-guest reads in an image that it does not know: the image's resolv.conf, the answers of the
 * guest's kernel, an ICMP message; and as what it is told, which nobody but its user's bottle should. The first byte
 * chooses. It is compiled here as one file, so that a refusal comes back instead of ending the process. */
#include <setjmp.h>
#include <stdint.h>

#define die fuzz_die
#include "../../../guest/attempt.c"
#include "../../../guest/endpoint.c"
#include "../../../guest/netlink.c"
#include "../../../guest/payload.c"
#include "../../../guest/resolv.c"
#include "../../../guest/route.c"
#define dial guest_dial
#define relay guest_relay
#include "../../../guest/relay.c"
#undef dial
#undef relay
#undef die

#include "fuzz.h"

static jmp_buf refused;
static int refusal;

_Noreturn void fuzz_die(int code, const char *what, const char *why, int err)
{
	(void)what, (void)why, (void)err;
	refusal = code;
	longjmp(refused, 1);
}

/* Nothing is printed here. */
void out_str(struct out *o, const char *s)
{
	(void)o, (void)s;
}

static void read_resolv(const uint8_t *data, size_t size)
{
	cleanup_free char *text = fuzz_text(data, size);
	struct endpoint servers[RESOLV_MAX];
	size_t count = resolv_parse(text, servers);

	FUZZ_RULE(count <= RESOLV_MAX);
	for (size_t i = 0; i < count; i++)
		FUZZ_RULE(servers[i].len == 0 || servers[i].len == sizeof(servers[i].at.v4) ||
			  servers[i].len == sizeof(servers[i].at.v6));
	FUZZ_RULE(count == 0 || strstr(text, "nameserver") != NULL);
}

/* A datagram in memory of its size, as each of the questions' answer. */
static void read_netlink(const uint8_t *data, size_t size)
{
	cleanup_free char *datagram = xcalloc(size > 0 ? size : 1, 1);
	struct link link = {.index = 0};
	struct path path = {.device = 2};

	memcpy(datagram, data, size);
	hear(datagram, size, each_link, &link);
	FUZZ_RULE(size >= NLMSG_LENGTH(sizeof(struct ifinfomsg)) || link.index == 0);
	hear(datagram, size, each_default, &path);
	FUZZ_RULE(path.device == 2 && path.source == 0);
	path.gateway = htonl(0x0a000001);
	hear(datagram, size, each_address, &path);
	FUZZ_RULE(path.device == 2 && path.gateway == htonl(0x0a000001));
	hear(datagram, size, each_found, &path);
}

static void read_attempt(const uint8_t *data, size_t size)
{
	cleanup_free char *text = fuzz_text(data, size);
	uint8_t payload[PAYLOAD_MAX];
	struct attempt attempt;

	if (attempt_parse(text, &attempt) != NULL)
		return;
	FUZZ_RULE(strncmp(text, attempt.id, strlen(attempt.id)) == 0);
	FUZZ_RULE(attempt.deadline_ms > 0 && attempt.deadline_ms <= GUEST_DEADLINE_MAX);
	FUZZ_RULE(attempt.nonce[0] != '\0' && strlen(attempt.nonce) <= GUEST_NONCE_MAX);
	FUZZ_RULE(payload_build(&attempt, false, payload) <= PAYLOAD_MAX);
	FUZZ_RULE(payload_build(&attempt, true, payload) <= PAYLOAD_MAX);
}

/* An address or a pair of port and socket is taken in one spelling alone. */
static void read_way(const uint8_t *data, size_t size)
{
	cleanup_free char *text = fuzz_text(data, size), *again = NULL;
	char quad[IPV4_STRLEN];
	struct sockaddr_un to;
	struct in_addr alias;
	uint16_t port;

	if (ipv4_parse(text, &alias)) {
		ipv4_format(alias, quad);
		FUZZ_RULE(strcmp(text, quad) == 0);
	}
	if (setjmp(refused) != 0) {
		FUZZ_RULE(refusal == GUEST_EXIT_USAGE);
		return;
	}
	port = parse_way(text, &to);
	again = xasprintf("%u=%s", port, to.sun_path);
	FUZZ_RULE(port > 0 && to.sun_path[0] == '/' && strcmp(again, text) == 0);
}

static void read_echo(const uint8_t *data, size_t size)
{
	struct attempt attempt = {.nonce = "b0771e"};
	cleanup_free uint8_t *message = xcalloc(size > 0 ? size : 1, 1);

	memcpy(message, data, size);
	if (payload_is_reply(&attempt, false, message, size) ||
		payload_is_reply(&attempt, true, message, size))
		FUZZ_RULE(memmem(data, size, attempt.nonce, strlen(attempt.nonce)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const readers[])(const uint8_t *data, size_t size) = {
		read_resolv, read_netlink, read_attempt, read_way, read_echo};

	if (size == 0)
		return 0;
	readers[data[0] % 5](data + 1, size - 1);
	return 0;
}
