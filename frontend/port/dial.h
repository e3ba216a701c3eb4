/* Proof by use that a port which the engine says it published is really served. */
#ifndef PORT_DIAL_H
#define PORT_DIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct error;

struct dial_target {
	uint16_t port;
	bool http;   /* an HTTP status line must come back; else the connection must stay open */
	bool served; /* the answer */
};

/* The engine's proxy accepts before it dials the container, and closes again when nothing listens there:
 * only a connection that is still open after this long counts (milliseconds). */
#define DIAL_STEADY_MS 300

/* Dials every target on ADDRESS once, all at the same time, and fills in .served; returns how many are.
 * Takes at most DEADLINE_MS. */
size_t dial_try(const char *address, struct dial_target *targets, size_t count, int deadline_ms);

#endif
