/* Whether a listener on every address of this host is reached through one address of it. Nobody but root can read the
 * rules of the packet filter, so this is found by use: listeners of ours, for as long as it takes (a fifth of a
 * second at most), and connections to them. */
#ifndef PORT_WILDCARD_PROOF_H
#define PORT_WILDCARD_PROOF_H

struct error;

enum wildcard_answer {
	WILDCARD_UNKNOWN, /* the control was not reached either: nothing is known */
	WILDCARD_OPEN,    /* a listener on every address was reached */
	WILDCARD_CLOSED,  /* none was, but one on the address alone, at a port of the same kind */
};

struct wildcard_proof {
	enum wildcard_answer tcp, udp; /* each for 0.0.0.0 and for a [::] that takes IPv4 */
};

/* Tries it through ADDRESS, which must be this host's and may have no listener of ours on it that somebody takes
 * for a stranger: the control is one. The answer holds for ports that are asked in the INPUT hook, which those of a
 * container that the engine translates never pass. EXIT_OS when a listener cannot be made. */
int wildcard_prove(const char *address, struct wildcard_proof *ret, struct error *err);

#endif
