/* The format of bottle.yaml as a libcyaml schema. */
#ifndef DOMAIN_SPEC_SCHEMA_H
#define DOMAIN_SPEC_SCHEMA_H

#include <stdbool.h>

struct cyaml_schema_value;

/* Lays a file out as a struct bottle_spec. The two env mappings are free ones (see spec_yaml.h). */
extern const struct cyaml_schema_value spec_schema;

/* The value of a backend's or network's name in the schema; false when there is none. */
bool spec_backend_parse(const char *name, int *ret);
bool spec_network_parse(const char *name, int *ret);

#endif
