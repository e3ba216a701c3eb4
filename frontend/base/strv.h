/* A NULL-terminated vector of heap strings: argument lists and environments. */
#ifndef BASE_STRV_H
#define BASE_STRV_H

#include <stdbool.h>
#include <stddef.h>

struct strv {
	char **item; /* item[count] is NULL once anything was pushed */
	size_t count;
};

#define STRV_INIT       \
	{               \
		NULL, 0 \
	}
#define cleanup_strv __attribute__((cleanup(strv_clear)))
#define cleanup_secrets __attribute__((cleanup(strv_clear_secret)))

void strv_push(struct strv *strv, const char *text); /* copies */
void strv_pushf(struct strv *strv, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void strv_push_all(struct strv *strv, const char *const *items); /* NULL-terminated; NULL = none */
void strv_take(struct strv *strv, char *text);                   /* takes ownership */
bool strv_has(const struct strv *strv, const char *text);
char *strv_join(const struct strv *strv, const char *separator); /* caller frees */
void strv_clear(struct strv *strv);
void strv_clear_secret(struct strv *strv); /* overwrites the strings first */

#endif
