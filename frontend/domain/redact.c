/* Taking names and secrets out of a text. */
#include "redact.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "mem.h"

enum {
	TEXT_MAX = 1 << 22,
	HEX_MIN = 32,
};

/* What a name may consist of: beside one of these it is part of another word. */
static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Whether WORD stands at AT, which is in TEXT. */
static bool stands_at(const char *text, const char *at, const char *word, size_t len)
{
	return len > 0 && strncasecmp(at, word, len) == 0 && (at == text || !in_word(at[-1])) &&
	       !in_word(at[len]);
}

/* The length of what is to be replaced at AT, and what by; 0 = nothing. */
static size_t found_at(
	const struct redact *redact, const char *text, const char *at, const char **ret_by)
{
	const struct {
		const char *what, *by;
		size_t len;
	} names[] = {
		{redact->home, "~", redact->home ? strlen(redact->home) : 0},
		{redact->host, "HOST", redact->host ? strlen(redact->host) : 0},
		{redact->host, "HOST", redact->host ? strcspn(redact->host, ".") : 0},
		{redact->user, "USER", redact->user ? strlen(redact->user) : 0},
	};
	size_t hex = strspn(at, "0123456789abcdefABCDEF");

	if (hex >= HEX_MIN) {
		*ret_by = "[hex]";
		return hex;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].what == NULL || !stands_at(text, at, names[i].what, names[i].len))
			continue;
		*ret_by = names[i].by;
		return names[i].len;
	}
	return 0;
}

char *redact(const struct redact *redact, const char *text)
{
	cleanup_buf struct buf out = BUF_INIT(TEXT_MAX);
	const char *at = text, *by = "";

	while (*at != '\0') {
		size_t len = found_at(redact, text, at, &by);

		/* Too long a text is cut. */
		if ((len > 0 ? buf_append_str(&out, by) : buf_append(&out, at, 1)) != 0)
			break;
		at += len > 0 ? len : 1;
	}
	return out.len > 0 ? buf_steal(&out) : xstrdup("");
}
