/* Whether this host can dial a container by its address on the engine's bridge. */
#ifndef PORT_BRIDGE_H
#define PORT_BRIDGE_H

#include <stdbool.h>

/* Linux: yes, the bridge is an interface of this host (an engine in a VM or in a network namespace of its own is an
 * exception, which shows when the ports are proven). macOS: no, the engine runs in a VM. */
bool bridge_is_here(void);

#endif
