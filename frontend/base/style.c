/* Colour. */
#include "style.h"

#include <stdbool.h>
#include <stdlib.h>

#include "terminal.h"

static bool wanted(FILE *out)
{
	const char *refused = getenv("NO_COLOR");

	return (refused == NULL || *refused == '\0') && terminal_can_move(fileno(out));
}

const char *style_begin(FILE *out, enum style style)
{
	static const char *const codes[] = {[STYLE_BAD] = "\033[1;31m", [STYLE_DIM] = "\033[2m"};

	return wanted(out) ? codes[style] : "";
}

const char *style_end(FILE *out)
{
	return wanted(out) ? "\033[0m" : "";
}
