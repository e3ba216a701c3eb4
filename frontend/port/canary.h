/* Listeners of our own on this host that a guest must, or must not, reach while it is probed. What a
 * canary saw is the evidence: the guest's word about the same attempt is only a second opinion. */
#ifndef PORT_CANARY_H
#define PORT_CANARY_H

#include <stdbool.h>
#include <stdint.h>

struct error;

#define CANARY_NONCE_LEN 32

enum canary_kind { CANARY_TCP, CANARY_UDP };

/* One listener. Filled by canary_add; owned by the canary set. */
struct canary_spot {
	enum canary_kind kind;
	char address[46]; /* as given to canary_add */
	uint16_t port;
	char nonce[CANARY_NONCE_LEN + 1]; /* what the guest is told to send */
	char reply[CANARY_NONCE_LEN + 1]; /* what a visitor that sent the nonce gets back */
	unsigned hits;                    /* visitors that sent the nonce; read after canary_stop */
	unsigned strangers;               /* visitors that did not */
	int fd;
};

/* An address that nothing on this host may answer on while the guest listens on the same one. */
struct canary_watch {
	char address[46];
	uint16_t port;
	bool reached; /* read after canary_stop */
};

struct canary;

/* An empty set. Never fails. */
struct canary *canary_new(void);

/* Listens on ADDRESS (IPv4 or IPv6, this host's) at a port that the kernel picks. The spot stays valid
 * until canary_free. -1 with errno's reason when the address cannot be bound. */
int canary_add(struct canary *canary, enum canary_kind kind, const char *address,
	const struct canary_spot **ret, struct error *err);

/* Picks a port that is free on ADDRESS now and, while the set runs, dials it every 100 ms. */
int canary_add_watch(struct canary *canary, const char *address, const struct canary_watch **ret,
	struct error *err);

/* Serves on a thread of its own until canary_stop. */
int canary_start(struct canary *canary, struct error *err);
void canary_stop(struct canary *canary);

/* Stops and closes everything. NULL is fine. */
void canary_free(struct canary *canary);

#endif
