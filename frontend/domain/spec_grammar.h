/* The spellings that a configuration may use: predicates, no state. */
#ifndef DOMAIN_SPEC_GRAMMAR_H
#define DOMAIN_SPEC_GRAMMAR_H

#include <stdbool.h>
#include <stddef.h>

/* [A-Za-z_][A-Za-z0-9_]* in the first LEN bytes of TEXT. */
bool spec_env_name_valid(const char *text, size_t len);

/* [a-z0-9-]+ */
bool spec_daemon_valid(const char *text);

/* 1 to 255 printable ASCII characters, no space, no leading '-': safe as an argument of any
 * engine. */
bool spec_image_valid(const char *text);

/* An absolute path as it is after normalisation: no empty, "." or ".." component, no ':' or control
 * character, no trailing slash unless it is "/". */
bool spec_path_normal(const char *text);

/* Whether PATH is TOP or lies below it, by spelling; both normal. */
bool spec_path_below(const char *path, const char *top);

#define SPEC_ENV_NAME_RULE "allowed are letters, digits and _, not beginning with a digit"
#define SPEC_DAEMON_RULE "allowed are a-z, 0-9 and -"
#define SPEC_IMAGE_RULE \
	"allowed is an image reference: up to 255 printable characters, no space, no leading -"

#endif
