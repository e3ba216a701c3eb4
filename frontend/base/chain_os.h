/* What chain needs of the platform. */
#ifndef BASE_CHAIN_OS_H
#define BASE_CHAIN_OS_H

#include <stdbool.h>
#include <sys/types.h>

/* Whether the members of GID can become root anyway. */
bool chain_is_root_group(gid_t gid);

#endif
