/* The grammar of bottle names. */
#include "slug.h"

#include <string.h>

#include "err.h"

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* The rule that TEXT breaks, or NULL. */
static const char *broken_rule(const char *text)
{
	size_t len = strlen(text);

	if (len == 0)
		return "it is empty";
	if (len > SLUG_MAX)
		return "it is longer than 40 characters";
	for (const char *at = text; *at != '\0'; at++)
		if (!is_alnum(*at) && *at != '-')
			return "only a-z, 0-9 and - are allowed";
	if (text[0] == '-')
		return "it must begin with a letter or digit";
	if (text[len - 1] == '-')
		return "it must not end with -";
	if (strstr(text, "--") != NULL)
		return "-- is not allowed";
	return NULL;
}

bool slug_valid(const char *text)
{
	return broken_rule(text) == NULL;
}

int slug_check(const char *text, struct error *err)
{
	const char *rule = broken_rule(text);

	if (rule == NULL)
		return 0;
	return err_set(err, EXIT_USAGE_ERROR, "'%.60s' cannot name a bottle: %s", text, rule);
}
