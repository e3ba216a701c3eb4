/* --json: one document on stdout, with a schema name and stable keys. */
#ifndef CMD_JSON_H
#define CMD_JSON_H

#include <jansson.h>

struct bottle_timings;
struct evidence;
struct verdict;

/* TEXT as a string, NULL as null. New reference. */
json_t *json_text(const char *text);

/* Prints DOCUMENT, which has a key "schema", and gives up the reference. */
void json_print(json_t *document);

/* bottle.launch/1 */
void json_print_launch(const struct verdict *verdict, const struct bottle_timings *timings);

/* bottle.verify/1 */
void json_print_verify(const struct verdict *verdict, const struct evidence *evidence);

#endif
