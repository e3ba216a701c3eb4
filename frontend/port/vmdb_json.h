/* Values of smolvm's JSON as this program looks at them. Inside vmdb only. */
#ifndef PORT_VMDB_JSON_H
#define PORT_VMDB_JSON_H

#include <jansson.h>
#include <stdbool.h>

struct vmdb_network;

/* null, false, 0, "", [], {} or no value at all: what a switch that is off looks like. */
bool vmdb_json_is_empty(const json_t *value);

/* VALUE as one line for an error text, cut when long; "nothing" for NULL. The caller frees it. */
char *vmdb_json_show(const json_t *value);

/* Reads network, allowed_cidrs and dns, which are called so in records and policy files alike.
 * Replaces what *ret held. */
void vmdb_json_network(const json_t *object, struct vmdb_network *ret);

#endif
