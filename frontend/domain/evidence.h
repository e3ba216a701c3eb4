/* What the host itself shows of a running VM. It is the only ground that a verdict stands on once the agent may have
 * run: from then on whatever comes out of the guest, our own program's words included, may be made up. */
#ifndef DOMAIN_EVIDENCE_H
#define DOMAIN_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>

struct context;
struct error;
struct verdict;

struct evidence_row {
	const char *id;
	const char *about;
	bool pass;
	bool unclear; /* neither pass nor failure: it cannot be told here */
	char *what;   /* what was seen */
};

enum { EVIDENCE_MAX = 6 };

/* Zero-initialise. */
struct evidence {
	struct evidence_row row[EVIDENCE_MAX];
	size_t count, failed, unclear;
};

#define cleanup_evidence __attribute__((cleanup(evidence_clear)))

/* Looks at the VM that VERDICT is about; for a container see docker_evidence_read:
 *   vm       its monitor is the process that was booted
 *   engine   smolvm is the version that booted it
 *   policy   the engine's note of what it booted has not changed, and names the address alone
 *   record   so does the machine's record
 *   sockets  the monitor is connected to the address alone, and nothing listens
 *   denials  the engine says that it refused what this run's probes tried (where it can say so)
 * That of a sealed bottle has no network at all: policy and record say so, the record has the bottle's own sockets and
 * no other, the monitor has no IP socket, and there is nothing that the engine could refuse, so no denials.
 * One that cannot be looked at fails. -1 without smolvm or a place for its database. */
int evidence_read(struct context *ctx, const struct verdict *verdict, struct evidence *ret,
	struct error *err);

void evidence_clear(struct evidence *evidence);

#endif
