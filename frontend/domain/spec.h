/* What the user asks for: bottle.yaml and the command line, merged, completed and checked.
 *
 * Order of use: BOTTLE_SPEC_INIT, spec_parse if there is a file, the setters for the
 * command line, spec_finish, then only reading. bottle.yaml.5 documents the format. */
#ifndef DOMAIN_SPEC_H
#define DOMAIN_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spec_yaml.h"
#include "strv.h"

struct error;

#define SPEC_FILE_MAX SPEC_YAML_MAX_FILE /* bytes of a bottle.yaml */
#define SPEC_CPUS 4
#define SPEC_MEMORY 4096 /* MiB */
#define SPEC_EGRESS_PORT 9099
#define SPEC_PROXY_PORT 8888
#define SPEC_BUNDLE_IMAGE "bot-bottle-sidecars:latest"
#define SPEC_GUEST_RESERVED "/.bottle" /* in the guest: where our own program is mounted */

enum spec_backend { SPEC_BACKEND_SMOLVM, SPEC_BACKEND_DOCKER };
enum spec_network { SPEC_NETWORK_ALIAS, SPEC_NETWORK_SEALED };

/* The bundle's ports that may be published, by their names. */
enum spec_port { SPEC_PORT_PROXY, SPEC_PORT_GIT, SPEC_PORT_SUPERVISE, SPEC_PORT_COUNT };

struct spec_mount {
	char *host;     /* after spec_finish: the real path, no symbolic link in it */
	char *guest;    /* absolute path in the VM, or in the container for a bundle mount */
	bool read_only; /* always true for a bundle mount */
};

struct spec_mounts {
	struct spec_mount *item;
	size_t count;
};

struct spec_agent {
	char *image, *dockerfile,
		*pack;          /* exactly one; the latter two are real paths after spec_finish */
	struct strv env;        /* "K=V" */
	struct strv secret_env; /* bare names */
	struct spec_mounts mounts;
	uint32_t cpus;
	uint32_t memory; /* MiB */
};

struct spec_publish {
	uint32_t port[SPEC_PORT_COUNT]; /* in the container; 0 = not published */
	bool given[SPEC_PORT_COUNT];    /* by an option */
};

struct spec_bundle {
	char *image;
	struct strv daemons;
	struct strv env;         /* "K=V" */
	struct strv forward_env; /* bare names */
	struct spec_mounts mounts;
	struct spec_publish publish;
	uint32_t egress_port;
};

struct bottle_spec {
	uint32_t version;
	char *name; /* NULL when nobody gave one */
	enum spec_backend backend;
	enum spec_network network;
	struct spec_agent agent;
	struct spec_bundle bundle;
	char *folder;             /* of the file, absolute; NULL without a file */
	struct spec_yaml source;  /* lines, for errors */
	struct strv allow_mounts; /* of the command line alone: an approval of a file gives none */
	const char *workload_key; /* "image", "dockerfile" or "pack" if a flag chose, else NULL */
};

#define BOTTLE_SPEC_INIT \
	{                \
		0        \
	}
#define cleanup_spec __attribute__((cleanup(spec_clear)))

/* Parses bytes that were read from FILE, so that whoever hashed them uses these very ones. Relative
 * paths in it count from FILE's folder, which must exist. -1 with EXIT_DATA and "FILE:LINE: ...";
 * *spec is then as it was. */
int spec_parse(struct bottle_spec *spec, const char *file, const char *bytes, size_t len,
	struct error *err);

/* What the command line says replaces what the file says. All copy VALUE; -1 with
 * EXIT_USAGE_ERROR and *spec unchanged. Relative paths count from the working directory. No
 * message repeats a value that may be a secret. */
int spec_set_name(struct bottle_spec *spec, const char *value, struct error *err);
int spec_set_backend(struct bottle_spec *spec, const char *value, struct error *err);
int spec_set_network(struct bottle_spec *spec, const char *value, struct error *err);
int spec_set_image(struct bottle_spec *spec, const char *value, struct error *err);
int spec_set_dockerfile(struct bottle_spec *spec, const char *value, struct error *err);
int spec_set_pack(struct bottle_spec *spec, const char *value, struct error *err);
int spec_set_cpus(struct bottle_spec *spec, const char *value, struct error *err);
int spec_set_memory(struct bottle_spec *spec, const char *value, struct error *err);
int spec_set_bundle_image(struct bottle_spec *spec, const char *value, struct error *err);
/* NAME=PORT */
int spec_set_publish(struct bottle_spec *spec, const char *value, struct error *err);
/* K=V, or K for our own environment's value */
int spec_add_env(struct bottle_spec *spec, const char *value, struct error *err);
/* HOST:GUEST or HOST:GUEST:ro */
int spec_add_mount(struct bottle_spec *spec, const char *value, struct error *err);
/* The folder of a writable mount that other users of this host may come to. */
int spec_add_allow_mount(struct bottle_spec *spec, const char *value, struct error *err);

/* Puts defaults where nothing was said and checks everything: -1 with EXIT_DATA on the first
 * thing that is wrong; the spec must not be used then. The name may still be NULL. */
int spec_finish(struct bottle_spec *spec, struct error *err);

/* "proxy", "git", "supervise". */
const char *spec_port_name(enum spec_port port);

void spec_clear(struct bottle_spec *spec);

#endif
