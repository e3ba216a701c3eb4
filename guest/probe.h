/* probe: all attempts at once, and the answer about them. */
#ifndef GUEST_PROBE_H
#define GUEST_PROBE_H

struct attempt;
struct out;

/* Makes n attempts and writes the answer to o (protocol.h). Takes as long as the longest deadline
 * at most. Dies if it cannot wait for them. */
void probe(const struct attempt *attempts, int n, struct out *o);

#endif
