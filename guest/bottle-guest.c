/*
 * bottle-guest: the part of bottle that runs inside the virtual machine, in any image: static, no
 * shell, no file of the image but /etc/resolv.conf, no heap. What it is told and what it answers is
 * in protocol.h. Nothing it says is trusted by the host, which has listeners of its own as
 * witnesses.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"
#include "endpoint.h"
#include "hold.h"
#include "out.h"
#include "probe.h"
#include "protocol.h"
#include "relay.h"
#include "route.h"

static _Noreturn void usage(void)
{
	die(GUEST_EXIT_USAGE, "usage",
		"hold | relay ALIAS PORT=PATH... | up ALIAS [probe ATTEMPT...] | probe ATTEMPT...",
		0);
}

/* A wrong alias must not redirect the image's own services: loopback, but not 127.0.0.1. */
static struct in_addr parse_alias(const char *verb, const char *text)
{
	struct in_addr alias;
	uint32_t host;

	if (!ipv4_parse(text, &alias))
		die(GUEST_EXIT_USAGE, verb, "bad ALIAS", 0);
	host = ntohl(alias.s_addr);
	if (host < 0x7f000002 || host > 0x7ffffffe)
		die(GUEST_EXIT_USAGE, verb, "ALIAS is not in 127.0.0.2-127.255.255.254", 0);
	return alias;
}

static int finish(struct out *o)
{
	int err = out_flush(o);

	if (err)
		die(GUEST_EXIT_FAILED, "stdout", "cannot be written", err);
	return GUEST_EXIT_OK;
}

int main(int argc, char **argv)
{
	struct attempt attempts[GUEST_ATTEMPT_MAX];
	struct in_addr alias = {.s_addr = 0};
	struct out o = {.fd = STDOUT_FILENO};
	int at = 1, n = 0;
	bool up = false;

	if (argc == 2 && strcmp(argv[1], "hold") == 0) {
		hold();
		return GUEST_EXIT_OK;
	}
	if (argc >= 3 && strcmp(argv[1], "relay") == 0) {
		relay(parse_alias("relay", argv[2]), argv + 3, argc - 3);
		return GUEST_EXIT_OK;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		out_str(&o, "bottle-guest " BOTTLE_VERSION "\n");
		return finish(&o);
	}

	if (argc - at >= 2 && strcmp(argv[at], "up") == 0) {
		alias = parse_alias("up", argv[at + 1]);
		up = true;
		at += 2;
	}
	if (argc > at && strcmp(argv[at], "probe") == 0) {
		const char *wrong, *text = "probe";

		n = argc - ++at;
		wrong = attempts_parse(argv + at, n, attempts, &text);
		if (wrong)
			die(GUEST_EXIT_USAGE, text, wrong, 0);
	} else if (!up || argc > at) {
		usage();
	}

	if (up)
		route_up(alias, &o);
	if (n)
		probe(attempts, n, &o);
	return finish(&o);
}
