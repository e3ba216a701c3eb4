/* bottle-guest as the host uses it: what it is asked, what it answers. The words are guest/protocol.h's. */
#ifndef PORT_GUEST_H
#define PORT_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

struct engine;
struct error;
struct smolvm;
struct strv;

/* Where the folder with our program is mounted in every machine, read-only. */
#define GUEST_FOLDER "/.bottle"
#define GUEST_PROGRAM GUEST_FOLDER "/bottle-guest"

enum guest_state {
	GUEST_OPEN,
	GUEST_ANSWER,
	GUEST_CLOSED,
	GUEST_RESET,
	GUEST_REFUSED,
	GUEST_TIMEOUT,
	GUEST_LISTENING,
	GUEST_ACCEPTED,
	GUEST_ERROR,
};

/* One attempt and, after guest_probe, its answer. */
struct guest_attempt {
	char id[GUEST_ID_MAX + 1];
	const char *
		kind; /* tcp, http, udp, icmp, dns-udp, dns-tcp, resolv, listen, tcp-link, udp-link */
	char address[46];
	uint16_t port;
	unsigned deadline_ms;
	char nonce[GUEST_NONCE_MAX + 1];

	enum guest_state state;
	char errno_name[24]; /* "" when there is none */
	unsigned ms;
	unsigned char data[GUEST_DATA_MAX];
	size_t data_len;
};

struct guest_reply {
	char route[128]; /* the line that `up` printed, without "route " */
};

/* The name of STATE as the guest writes it. */
const char *guest_state_name(enum guest_state state);

/* A folder below CACHE_ROOT with nothing but this machine's guest program in it, for a --volume: smolvm
 * mounts no folder below /usr ("protected system path"), so the installed program is copied, named by its
 * hash, and compared byte by byte every time. EXIT_CONFIG when the installed one is missing or others can
 * write it. Caller frees *ret. */
int guest_folder(const char *cache_root, char **ret, struct error *err);

enum { GUEST_UNHEARD = 1 };

/* Runs `bottle-guest up ALIAS probe ...` in MACHINE as root and fills in the answers. -1 when the program
 * did not run, did not answer for every attempt in order, or set no route: nothing is proven then. GUEST_UNHEARD,
 * with *err set: it did not run, as the VM has ended or is too busy to answer. */
int guest_probe(const struct smolvm *vm, const char *machine, const char *alias,
	struct guest_attempt *attempts, size_t count, struct guest_reply *reply, struct error *err);

/* Runs `bottle-guest probe ...` in the container with id CONTAINER, as root of it; no route is set there. MOUNTED
 * as for engine_exec. */
int guest_probe_container(const struct engine *engine, const struct strv *mounted,
	const char *container, struct guest_attempt *attempts, size_t count, struct error *err);

/* Parses what guest_probe read; exposed for tests and fuzzing. */
int guest_parse(const char *text, struct guest_attempt *attempts, size_t count,
	struct guest_reply *reply, struct error *err);

/* For a VM with a plan: notes the run that guest_probe makes. What is probed depends on listeners that a plan does not
 * open: PROBE... stands for it. */
int guest_plan(const struct smolvm *vm, const char *machine, const char *alias, struct error *err);

/* The same for an answer without the line of a route. */
int guest_parse_probe(
	const char *text, struct guest_attempt *attempts, size_t count, struct error *err);

#endif
