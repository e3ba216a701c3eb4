/* The name of a bottle, which is also part of container, network and machine names. */
#ifndef DOMAIN_SLUG_H
#define DOMAIN_SLUG_H

#include <stdbool.h>

struct error;

#define SLUG_MAX 40 /* with our prefixes it then fits Docker's and smolvm's names */

/* Whether TEXT is [a-z0-9] then [a-z0-9-], 1 to SLUG_MAX characters, without "--" or a trailing
 * "-". */
bool slug_valid(const char *text);

/* As slug_valid; -1 with EXIT_USAGE_ERROR and the rule that is broken. */
int slug_check(const char *text, struct error *err);

#endif
