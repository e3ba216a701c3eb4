/* A registry on this host's loopback, asked over HTTP (the OCI distribution API, "Pulling manifests"). */
#ifndef PORT_REGISTRY_H
#define PORT_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

struct error;

/* Whether the registry on 127.0.0.1:PORT answers; waits for that at most a few seconds. */
bool registry_answers(uint16_t port);

/* Asks 127.0.0.1:PORT for the manifest DIGEST ("sha256:...") of REPOSITORY and compares the digest of the bytes
 * that come. *RET_CONFIG is the digest of the image's configuration that it names, "" without one; the caller
 * frees it. EXIT_UNAVAILABLE without an answer, EXIT_REFUSED when it is another manifest or none. */
int registry_manifest(uint16_t port, const char *repository, const char *digest, char **ret_config,
	struct error *err);

#endif
