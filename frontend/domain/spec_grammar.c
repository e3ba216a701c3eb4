/* Spellings. Written without <ctype.h>, whose answers depend on the locale. */
#include "spec_grammar.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

bool spec_env_name_valid(const char *text, size_t len)
{
	if (len == 0 || is_digit(text[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_digit(text[i]) && !is_lower(text[i]) && text[i] != '_' &&
			!(text[i] >= 'A' && text[i] <= 'Z'))
			return false;
	return true;
}

bool spec_daemon_valid(const char *text)
{
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (!is_lower(*text) && !is_digit(*text) && *text != '-')
			return false;
	return true;
}

bool spec_image_valid(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > 255 || text[0] == '-')
		return false;
	for (; *text != '\0'; text++)
		if (*text <= ' ' ||
			*text > '~') /* a byte above 127 is negative or large: refused too */
			return false;
	return true;
}

/* Whether the LEN bytes at NAME may stand between two slashes. */
static bool component_valid(const char *name, size_t len)
{
	if (len == 0 || (len == 1 && name[0] == '.') ||
		(len == 2 && name[0] == '.' && name[1] == '.'))
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] == ':' || (unsigned char)name[i] < 0x20 || name[i] == 0x7f)
			return false;
	return true;
}

bool spec_path_normal(const char *text)
{
	if (text[0] != '/')
		return false;
	if (text[1] == '\0')
		return true;
	while (*text == '/') {
		size_t len = strcspn(++text, "/");

		if (!component_valid(text, len))
			return false;
		text += len;
	}
	return true;
}

bool spec_path_below(const char *path, const char *top)
{
	size_t len = strlen(top);

	if (strcmp(top, "/") == 0)
		return true;
	return strncmp(path, top, len) == 0 && (path[len] == '\0' || path[len] == '/');
}
