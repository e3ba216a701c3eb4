/* On macOS the engine's networks live in a virtual machine of their own. Built, not run: see README.md. */
#include "hostroute.h"

#include <stddef.h>

int hostroute_overlap(struct addr first, unsigned prefix, char **ret_device, struct error *err)
{
	(void)first;
	(void)prefix;
	(void)err;
	*ret_device = NULL;
	return 0;
}

void hostroute_loopback_leaves(char **ret_device)
{
	*ret_device = NULL;
}
