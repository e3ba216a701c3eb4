/* Symbolic links in a folder that an image is built from. */
#ifndef DOMAIN_BUILD_LINK_H
#define DOMAIN_BUILD_LINK_H

#include <stdbool.h>

/* Whether a link with the text TARGET, in a real folder that lies DEPTH folders below the top, can lead out of the top:
 * by an absolute path, by more ".." than there are folders above it, or by a ".." after a name, which may be a link
 * itself. When none of a folder's links does, none of them leads out by way of another. */
bool build_link_leaves(const char *target, unsigned depth);

#endif
