/* What the agent's container is asked to be, and whether it is just that: the record of a container, compared whole as
 * that of a machine is. Keys are the Docker Engine API's (POST /containers/create, GET /containers/{id}/json). */
#ifndef DOMAIN_AGENT_CONFIG_H
#define DOMAIN_AGENT_CONFIG_H

#include <jansson.h>
#include <stdbool.h>

#include "sha256.h"

struct bottle_spec;
struct error;
struct lease;

struct agent_config {
	const struct bottle_spec *spec;
	const struct lease *lease;
	const json_t *labels;
	const char *image;   /* id */
	const char *network; /* id of the network inside */
	const char *guest;   /* folder with our program */
	bool read_only;      /* the image says that it needs no writable root */
};

/* The body of a create. NULL with EXIT_DATA. New reference. */
json_t *agent_config_body(const struct agent_config *config, struct error *err);

/* Compares the inspection DOCUMENT with the BODY that was sent: every value that was asked for is there, and
 * whatever else the engine lists is nothing (null, false, 0, "", [], {}), but for a short list of defaults that
 * give no power. EXIT_REFUSED names the key. */
int agent_config_compare(const json_t *document, const json_t *body, struct error *err);

/* A digest of all that DOCUMENT says of how the container is confined, so that a later change shows. */
void agent_config_digest(const json_t *document, char hex[static SHA256_HEX_LEN]);

#endif
