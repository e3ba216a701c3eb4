/* String vectors. */
#include "strv.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

void strv_take(struct strv *strv, char *text)
{
	strv->item = xrealloc(strv->item, strv->count + 2, sizeof(*strv->item));
	strv->item[strv->count++] = text;
	strv->item[strv->count] = NULL;
}

void strv_push(struct strv *strv, const char *text)
{
	strv_take(strv, xstrdup(text));
}

void strv_pushf(struct strv *strv, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strv_take(strv, xvasprintf(fmt, ap));
	va_end(ap);
}

void strv_push_all(struct strv *strv, const char *const *items)
{
	for (; items != NULL && *items != NULL; items++)
		strv_push(strv, *items);
}

bool strv_has(const struct strv *strv, const char *text)
{
	for (size_t i = 0; i < strv->count; i++)
		if (strcmp(strv->item[i], text) == 0)
			return true;
	return false;
}

char *strv_join(const struct strv *strv, const char *separator)
{
	size_t len = 1, gap = strlen(separator);
	char *text, *to;

	for (size_t i = 0; i < strv->count; i++)
		len += strlen(strv->item[i]) + gap;
	text = to = xcalloc(len, 1);
	for (size_t i = 0; i < strv->count; i++) {
		if (i > 0)
			to = stpcpy(to, separator);
		to = stpcpy(to, strv->item[i]);
	}
	return text;
}

void strv_clear(struct strv *strv)
{
	for (size_t i = 0; i < strv->count; i++)
		free(strv->item[i]);
	free(strv->item);
	*strv = (struct strv)STRV_INIT;
}

void strv_clear_secret(struct strv *strv)
{
	for (size_t i = 0; i < strv->count; i++) {
		mem_free_secret(strv->item[i]);
		strv->item[i] = NULL;
	}
	strv_clear(strv);
}
