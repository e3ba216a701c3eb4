/* Aligned columns for people. Cells are escaped; widths count characters, not bytes. */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H

#include <stddef.h>
#include <stdio.h>

struct table {
	size_t columns, cells;
	char **cell;
};

/* Starts a table whose heading is HEADINGS, NULL-terminated. */
void table_init(struct table *table, const char *const *headings);

/* Adds the next cell, row by row; NULL and "" print as "-". */
void table_add(struct table *table, const char *text);
void table_addf(struct table *table, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prints heading and rows and releases the cells. */
void table_print(struct table *table, FILE *out);

#endif
