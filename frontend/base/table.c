/* Columns. */
#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "printable.h"

static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void table_init(struct table *table, const char *const *headings)
{
	*table = (struct table){0, 0, NULL};
	while (headings[table->columns] != NULL)
		table->columns++;
	for (size_t i = 0; i < table->columns; i++)
		table_add(table, headings[i]);
}

void table_add(struct table *table, const char *text)
{
	table->cell = xrealloc(table->cell, table->cells + 1, sizeof(*table->cell));
	table->cell[table->cells++] = text && *text ? printable_line(text) : xstrdup("-");
}

void table_addf(struct table *table, const char *fmt, ...)
{
	cleanup_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	table_add(table, text);
}

void table_print(struct table *table, FILE *out)
{
	size_t *width = xcalloc(table->columns, sizeof(*width));

	for (size_t i = 0; i < table->cells; i++) {
		size_t cell = width_of(table->cell[i]);

		if (cell > width[i % table->columns])
			width[i % table->columns] = cell;
	}
	for (size_t i = 0; i < table->cells; i++) {
		size_t column = i % table->columns;

		fputs(table->cell[i], out);
		if (column + 1 == table->columns)
			fputc('\n', out);
		else
			fprintf(out, "%*s", (int)(width[column] - width_of(table->cell[i]) + 2),
				"");
		free(table->cell[i]);
	}
	free(width);
	free(table->cell);
	*table = (struct table){0, 0, NULL};
}
