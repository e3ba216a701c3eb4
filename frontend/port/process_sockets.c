/* Lists of sockets. */
#include "process_sockets.h"

#include <stdlib.h>

void process_sockets_clear(struct process_sockets *sockets)
{
	free(sockets->item);
	*sockets = (struct process_sockets)PROCESS_SOCKETS_INIT;
}
