/* The Docker engine behind one socket: a connection, and what is known of the other side. The
 * nouns it is asked about have files of their own: engine_container.h, engine_network.h,
 * engine_image.h. */
#ifndef PORT_ENGINE_H
#define PORT_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct engine_socket;
struct error;
struct plan;

struct engine_info {
	char *version;   /* of the engine, "20.10.24+dfsg1" */
	char *product;   /* "Docker Engine", "Docker Desktop 4.30", "Podman Engine" ... */
	char *os, *arch; /* of the engine: "linux", "amd64" */
};

/* Why the last call on this engine failed, for callers that can do something about it. */
enum engine_fault {
	ENGINE_FAULT_NONE,
	ENGINE_FAULT_TRANSPORT,  /* no whole answer: it may have happened or not */
	ENGINE_FAULT_MISSING,    /* no such container, network or image */
	ENGINE_FAULT_NAME_TAKEN, /* create: a thing of that name exists */
	ENGINE_FAULT_PORT_BUSY,  /* start: someone listens on a port to be published */
	ENGINE_FAULT_NO_ADDRESS, /* start: the address to publish on is not on this host */
	ENGINE_FAULT_OVERLAP,    /* network create: the subnet overlaps with another one */
	ENGINE_FAULT_IN_USE,     /* network remove: containers are attached */
	ENGINE_FAULT_OTHER,
};

/* For lists alone: requests go without a version, which an engine takes for its own newest, until
 * one is refused. Sends nothing yet. One engine is for one thread. */
int engine_open_unagreed(
	const struct engine_socket *socket, struct engine **ret, struct error *err);

/* Agrees on an API version, 1.40 to 1.51, unless that was done. EXIT_UNAVAILABLE when nobody answers
 * or the engine is older; one that no longer speaks 1.51 would say so to the first call. */
int engine_agree(struct engine *engine, struct error *err);

/* Both. */
int engine_open(const struct engine_socket *socket, struct engine **ret, struct error *err);

/* From now on PLAN, unless that is NULL, gets what changes something instead of the engine (plan.h). */
void engine_set_plan(struct engine *engine, struct plan *plan);

/* NULL is fine. */
void engine_free(struct engine *engine);

/* Who is there: asked once, and only when wanted, because an engine takes ten times as long for
 * it as for a list (it runs its helpers to learn their versions). Owned by the engine. */
int engine_ask_info(struct engine *engine, const struct engine_info **ret, struct error *err);

/* 41 when API 1.41 was agreed on. */
unsigned engine_api_minor(const struct engine *engine);

/* Whether it speaks an API older than that of Docker 28 (1.48): such engines let neighbours on the network reach what
 * they publish on loopback (moby issue 45610). */
bool engine_is_below_28(const struct engine *engine);

/* What its clock says, in seconds since 1970, and how long the answer took, in milliseconds: an engine in a virtual
 * machine has a clock of its own. EXIT_UNAVAILABLE when it does not say. */
int engine_ask_clock(struct engine *engine, int64_t *ret, int64_t *ret_ms, struct error *err);

/* Owned by the engine. */
const char *engine_socket_path(const struct engine *engine);
enum engine_fault engine_fault(const struct engine *engine);

#endif
