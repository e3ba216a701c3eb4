/* Listeners are not listed on macOS yet (listeners_darwin.c), so nobody has any. */
#include "socket_owner.h"

void socket_owner_find(struct socket_owner *owners, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		owners[i].pid = 0;
		owners[i].name[0] = '\0';
	}
}
