/* Where links lead, by their text. */
#include "build_link.h"

#include <string.h>

bool build_link_leaves(const char *target, unsigned depth)
{
	bool named = false;

	if (target[0] == '/' || target[0] == '\0')
		return true;
	for (const char *at = target; *at != '\0';) {
		size_t len = strcspn(at, "/");

		if (len == 2 && strncmp(at, "..", 2) == 0) {
			if (named || depth == 0)
				return true;
			depth--;
		} else if (len > 0 && !(len == 1 && *at == '.')) {
			named = true;
		}
		at += len;
		at += strspn(at, "/");
	}
	return false;
}
