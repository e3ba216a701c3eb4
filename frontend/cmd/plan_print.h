/* A plan for people. */
#ifndef CMD_PLAN_PRINT_H
#define CMD_PLAN_PRINT_H

struct json_t;

/* Prints a document of bottle.plan/1 to stdout, a line for each request, and gives up the reference. */
void print_plan(struct json_t *document);

#endif
