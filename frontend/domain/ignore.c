/* Patterns as small automata: as many steps as characters of pattern and path multiplied, whatever an agent writes
 * into the file. */
#include "ignore.h"

#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "mem.h"

enum { PARTS_MAX = 512 };

enum part_kind {
	BYTE,       /* this byte */
	ONE,        /* any character but a slash */
	SOME,       /* any characters but slashes, or none */
	FOLDERS,    /* nothing, or IN_FOLDERS */
	IN_FOLDERS, /* anything up to and with a slash */
	ALL,        /* anything or nothing */
	SET,        /* a character of, or with NOT_IN none of, a set */
	TAIL,       /* the rest of a character of UTF-8 after its first byte */
};

struct part {
	enum part_kind kind;
	unsigned char byte;
	bool not_in;
	unsigned char set[16]; /* a bit for each character of ASCII */
};

struct ignore_rule {
	bool exception;
	bool unknown; /* not understood */
	struct part *part;
	size_t count;
};

static struct part *add(struct ignore_rule *rule, enum part_kind kind)
{
	if (rule->count == PARTS_MAX) {
		rule->unknown = true;
		rule->count--;
	}
	rule->part[rule->count] = (struct part){.kind = kind};
	return &rule->part[rule->count++];
}

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* A set with nothing in it but what means itself for both Go's matchers. Returns what follows it, NULL when there is
 * more in it. */
static const char *add_set(struct ignore_rule *rule, const char *at)
{
	struct part *part = add(rule, SET);
	const char *begin;

	part->not_in = *at == '^';
	at += part->not_in;
	for (begin = at; *at != ']'; at++) {
		unsigned char first = (unsigned char)*at, last = first;

		if (!is_alnum(first) && first != '_' && first != '.')
			return NULL;
		if (at[1] == '-') {
			last = (unsigned char)at[2];
			if (!is_alnum(last) || last < first)
				return NULL;
			at += 2;
		}
		for (unsigned c = first; c <= last; c++)
			part->set[c / 8] |= (unsigned char)(1U << c % 8);
	}
	if (at == begin)
		return NULL;
	add(rule, TAIL);
	return at + 1;
}

/* "**", and the slash after it, that stand at AT; returns what follows. */
static const char *add_stars(struct ignore_rule *rule, const char *at, bool first)
{
	at += 2;
	/* The newest matcher takes "**x" for anything that ends in x, older ones for x in any folder. */
	if (first && rule->exception && *at != '/') {
		add(rule, ALL);
		return at;
	}
	at += *at == '/';
	if (*at == '\0') {
		add(rule, ALL);
		return at;
	}
	add(rule, FOLDERS);
	add(rule, IN_FOLDERS);
	return at;
}

/* The part for what stands at AT; returns what follows, NULL when it is not understood. */
static const char *add_part(struct ignore_rule *rule, const char *at, bool first)
{
	unsigned char c = (unsigned char)*at;

	if (c == '*' && at[1] == '*')
		return add_stars(rule, at, first);
	if (c == '[')
		return add_set(rule, at + 1);
	if (c == ']' || c == '^') /* regular expressions have a meaning of their own for these */
		return NULL;
	if (c == '\\') {
		c = (unsigned char)*++at;
		if (c == '\0' || c >= 0x80 || is_alnum(c)) /* and for an escaped letter */
			return NULL;
		add(rule, BYTE)->byte = c;
	} else if (c == '*') {
		add(rule, SOME);
	} else if (c == '?') {
		add(rule, ONE);
		add(rule, TAIL);
	} else {
		add(rule, BYTE)->byte = c;
	}
	return at + 1;
}

static void compile(struct ignore_rule *rule, const char *pattern)
{
	for (const char *at = pattern; at != NULL && *at != '\0';) {
		at = add_part(rule, at, at == pattern);
		rule->unknown |= at == NULL;
	}
}

/* Go's filepath.Clean in place, without a slash in front. */
static void clean(char *path)
{
	char *copy = xstrdup(path), *rest = NULL, *to = path;
	bool rooted = *path == '/';

	for (char *name = strtok_r(copy, "/", &rest); name; name = strtok_r(NULL, "/", &rest)) {
		char *last;

		*to = '\0';
		last = strrchr(path, '/');
		last = last ? last + 1 : path;
		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			if (to > path && strcmp(last, "..") != 0) {
				to = last > path ? last - 1 : path;
				continue;
			}
			if (rooted)
				continue;
		}
		if (to > path)
			*to++ = '/';
		to = stpcpy(to, name);
	}
	*to = '\0';
	free(copy);
}

static char *trim(char *text)
{
	static const char space[] = " \t\r\v\f";
	size_t len;

	text += strspn(text, space);
	for (len = strlen(text); len > 0 && strchr(space, text[len - 1]) != NULL;)
		text[--len] = '\0';
	return text;
}

static int add_rule(struct ignore *ignore, char *line, struct error *err)
{
	struct ignore_rule *rule;
	bool exception;

	if (line[0] == '#')
		return 0;
	line = trim(line);
	exception = line[0] == '!';
	if (exception)
		line = trim(line + 1);
	clean(line);
	if (line[0] == '\0') /* docker refuses a lone "!"; "/" and "." match nothing */
		return 0;
	if (ignore->count == IGNORE_RULES_MAX)
		return err_set(err, EXIT_DATA, "more than %d rules", IGNORE_RULES_MAX);
	ignore->rule = xrealloc(ignore->rule, ignore->count + 1, sizeof(*ignore->rule));
	rule = &ignore->rule[ignore->count++];
	*rule = (struct ignore_rule){exception, false, xcalloc(PARTS_MAX, sizeof(*rule->part)), 0};
	compile(rule, line);
	rule->part = xrealloc(rule->part, rule->count + 1, sizeof(*rule->part));
	ignore->exceptions |= exception;
	return 0;
}

int ignore_parse(struct ignore *ignore, const char *text, size_t len, struct error *err)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8, in front of the first line */
	const char *end = text + len;

	if (len >= 3 && memcmp(text, mark, 3) == 0)
		text += 3;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t size = (size_t)((newline ? newline : end) - text);
		cleanup_free char *line = xstrndup(text, size);

		/* A NUL ends no line for docker. */
		if (strlen(line) == size && add_rule(ignore, line, err) != 0)
			return -1;
		text += size + 1;
	}
	return 0;
}

static bool takes(const struct part *part, unsigned char c)
{
	bool continues = (c & 0xc0) == 0x80;

	switch (part->kind) {
	case BYTE:
		return part->byte == c;
	case ONE:
		return c != '/' && !continues;
	case SET:
		if (c >= 0x80)
			return part->not_in && !continues;
		return ((part->set[c / 8] >> c % 8) & 1) != part->not_in;
	case SOME:
		return c != '/';
	case TAIL:
		return continues;
	case ALL:
	case IN_FOLDERS:
		return true;
	case FOLDERS:
		break;
	}
	return false;
}

/* Marks part AT, and those that are reached from it without a character: with one that is marked already, they are. */
static void reach(const struct ignore_rule *rule, bool *set, size_t at)
{
	while (!set[at]) {
		enum part_kind kind = at < rule->count ? rule->part[at].kind : BYTE;

		set[at] = true;
		if (kind == FOLDERS) {
			set[at + 1] = true;
			at += 2;
		} else if (kind == SOME || kind == ALL || kind == TAIL) {
			at++;
		} else {
			return;
		}
	}
}

static bool rule_matches(const struct ignore_rule *rule, const char *path)
{
	bool sets[2][PARTS_MAX + 2] = {{false}};
	bool *now = sets[0], *next = sets[1];

	if (rule->unknown)
		return rule->exception;
	reach(rule, now, 0);
	for (; *path != '\0'; path++) {
		unsigned char c = (unsigned char)*path;
		bool *swap = now;

		memset(next, 0, sizeof(sets[0]));
		for (size_t i = 0; i < rule->count; i++) {
			enum part_kind kind = rule->part[i].kind;

			if (!now[i] || !takes(&rule->part[i], c))
				continue;
			next[i] |= kind == IN_FOLDERS;
			if (kind == SOME || kind == ALL || kind == TAIL)
				reach(rule, next, i);
			else if (kind != IN_FOLDERS || c == '/')
				reach(rule, next, i + 1);
		}
		now = next;
		next = swap;
	}
	return now[rule->count];
}

bool ignore_match(const struct ignore *ignore, const char *path, const bool *above, bool *here)
{
	bool out = false;

	for (size_t i = 0; i < ignore->count; i++) {
		const struct ignore_rule *rule = &ignore->rule[i];

		here[i] = (above != NULL && above[i]) || rule_matches(rule, path);
		if (here[i])
			out = !rule->exception;
	}
	return out;
}

void ignore_clear(struct ignore *ignore)
{
	for (size_t i = 0; i < ignore->count; i++)
		free(ignore->rule[i].part);
	free(ignore->rule);
	*ignore = (struct ignore){NULL, 0, false};
}
