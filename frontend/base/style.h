/* Colour, where it is wanted: on a terminal that is not dumb, and unless NO_COLOR is set and not empty
 * (https://no-color.org). Elsewhere both functions give "". */
#ifndef BASE_STYLE_H
#define BASE_STYLE_H

#include <stdio.h>

enum style { STYLE_BAD, STYLE_DIM };

const char *style_begin(FILE *out, enum style style);
const char *style_end(FILE *out);

#endif
