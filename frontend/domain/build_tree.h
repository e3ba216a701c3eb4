/* The folder that an image is built from: everything that decides what `docker build` makes of a Dockerfile, as one
 * hash, and as a copy that nobody else can change.
 *
 * The folder is the Dockerfile's. It is walked without following links, after its .dockerignore
 * (Dockerfile.dockerignore goes before it, as with BuildKit); both files and the Dockerfile count whatever the
 * rules say.
 * The hash is that of a list, a line for each entry, sorted by path in bytes:
 *
 *     KIND MODE SHA256 PATH     KIND f, d or l; MODE four octal digits; SHA256 of a file's bytes or a link's text, "-"
 *
 * Refused (EXIT_DATA): devices, sockets, pipes; names with control characters; a link that leads out of the folder or
 * may (absolute, more ".." than folders above it, ".." after a name); more than the limits below. Owner, times and
 * extended attributes count for nothing, and are not copied. */
#ifndef DOMAIN_BUILD_TREE_H
#define DOMAIN_BUILD_TREE_H

#include <stdbool.h>

struct error;
struct trust_file;

#define BUILD_TREE_ENTRIES_MAX 100000
#define BUILD_TREE_BYTES_MAX (1ULL << 30)
#define BUILD_TREE_DEPTH_MAX 64
#define BUILD_TREE_MS (10 * 60 * 1000)

/* Whether NAME is called as a Dockerfile is: Dockerfile, Dockerfile.x, x.dockerfile. */
bool build_tree_named(const char *name);

/* Reads what DOCKERFILE, a regular file and no link, is built with. *FILE then has the kind TRUST_TREE, the path
 * of the Dockerfile, the hash, and the list as its text, unless it is longer than what is kept; rooted says that
 * root alone can have written any of it. COPY, unless it is NULL, is a path at which nothing is: a folder is made
 * there, of the very bytes that were hashed and nothing else, so whoever changes the original afterwards changes no
 * build. On failure a part of the copy may be there. */
int build_tree_read(
	const char *dockerfile, const char *copy, struct trust_file *file, struct error *err);

#endif
