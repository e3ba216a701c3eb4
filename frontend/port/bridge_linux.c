#include "bridge.h"

bool bridge_is_here(void)
{
	return true;
}
