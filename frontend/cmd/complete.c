/* What the last word of an unfinished command line may become, by the table of commands. */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "context.h"
#include "err.h"
#include "journal.h"
#include "mem.h"
#include "strv.h"

/* Where one stands in the line. */
struct place {
	const struct command *command;
	const struct cmd_option *option; /* the last word is its value */
	size_t operand; /* the last word is the operand of that number, if nothing else */
	bool trailing;  /* the last word is of the user's command */
};

static bool begins(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

static void offer(FILE *out, const char *before, const char *word, const char *help)
{
	fprintf(out, "%s%s\t%s\n", before, word, help);
}

static const struct cmd_option *long_option(
	const struct command *command, const char *name, size_t len)
{
	for (const struct cmd_option *at = command->options; at != NULL && at->name != NULL; at++)
		if (strlen(at->name) == len && memcmp(at->name, name, len) == 0)
			return at;
	return NULL;
}

/* The option whose value the word behind WORD is: the last letter of a cluster may have one, unless a letter
 * before it has taken the rest. */
static const struct cmd_option *awaits_value(const struct command *command, const char *word)
{
	const struct cmd_option *option = NULL;

	if (begins(word, "--")) {
		option = long_option(command, word + 2, strlen(word + 2));
		return option != NULL && option->argument != NULL ? option : NULL;
	}
	for (const char *letter = word + 1; *letter != '\0'; letter++) {
		option = command->options;
		while (option != NULL && option->name != NULL && option->letter != *letter)
			option++;
		if (option == NULL || option->name == NULL)
			return NULL;
		if (option->argument != NULL)
			return letter[1] == '\0' ? option : NULL;
	}
	return NULL;
}

/* Reads the words before the last one as command.c's parser would. */
static void find_place(const char *const *words, struct place *place)
{
	for (; words[1] != NULL; words++) {
		if (place->option != NULL) {
			place->option = NULL;
		} else if (strcmp(*words, "--") == 0) {
			place->trailing = true;
			return;
		} else if (words[0][0] == '-' && words[0][1] != '\0') {
			place->option = awaits_value(place->command, *words);
		} else {
			place->operand++;
			if (place->command->kind == CMD_RUNS_COMMAND) {
				place->trailing = true;
				return;
			}
		}
	}
}

static void offer_choices(
	const char *choices, size_t len, const char *before, const char *start, FILE *out)
{
	for (const char *end = choices + len; choices < end; choices += strcspn(choices, "|") + 1) {
		size_t size = strcspn(choices, "|");
		cleanup_free char *word =
			xstrndup(choices, choices + size < end ? size : (size_t)(end - choices));

		if (begins(word, start))
			offer(out, before, word, "");
	}
}

/* Of this user, by the state folder: that is fast, and a failure offers nothing. */
static void offer_names(const char *start, FILE *out)
{
	cleanup_context struct context ctx = CONTEXT_INIT;
	cleanup_strv struct strv names = STRV_INIT;
	cleanup_error struct error ignored = ERROR_INIT;

	if (context_open(&ctx, NULL, &ignored) != 0 || journal_slugs(&ctx, &names, &ignored) != 0)
		return;
	for (size_t i = 0; i < names.count; i++)
		if (begins(names.item[i], start))
			offer(out, "", names.item[i], "a bottle");
}

static void offer_commands(const char *start, FILE *out)
{
	for (const struct command *command = commands; command->name != NULL; command++)
		if (begins(command->name, start))
			offer(out, "", command->name, command->summary);
}

static void offer_options(const struct command *command, const char *start, FILE *out)
{
	const struct cmd_option *at = command->options;

	for (; at != NULL && at->name != NULL; at++)
		if (begins(at->name, start))
			offer(out, "--", at->name, at->help);
	if (begins("help", start))
		offer(out, "--", "help", "explain this command");
}

/* START is of the value; BEFORE it stands the option and its `=`, or nothing. */
static void offer_value(
	const struct cmd_option *option, const char *before, const char *start, FILE *out)
{
	const char *word = option->argument;

	if (strcmp(word, "FILE") == 0 || strcmp(word, "SOCKET") == 0)
		fputs("\tfile\n", out);
	else if (strcmp(word, "DIR") == 0 || begins(word, "H:"))
		fputs("\tfolder\n", out);
	else if (word[strcspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0')
		offer_choices(word, strlen(word), before, start, out);
}

static void offer_operand(const struct place *place, const char *start, FILE *out)
{
	const char *at = place->command->operand;
	size_t len, left = place->operand;

	if (at == NULL)
		return;
	for (; left > 0 && at[strcspn(at, " ")] == ' '; left--)
		at += strcspn(at, " ") + 1;
	len = strcspn(at, " .");
	if (left > 0 && at[len] != '.')
		return;
	if (strncmp(at, "NAME", len) == 0)
		offer_names(start, out);
	else if (strncmp(at, "COMMAND", len) == 0)
		offer_commands(start, out);
	else if (strncmp(at, "FILE", len) == 0)
		fputs("\tfile\n", out);
	else
		offer_choices(at, len, "", start, out);
}

void command_complete(const char *const *words, FILE *out)
{
	struct place place = {NULL, NULL, 0, false};
	const struct cmd_option *option;
	const char *last, *equals;

	if (words[0] != NULL && words[1] != NULL && strcmp(words[0], "--as-root") == 0)
		words++;
	if (words[0] == NULL)
		return;
	if (words[1] == NULL) {
		offer_commands(words[0], out);
		return;
	}
	place.command = command_find(words[0]);
	if (place.command == NULL)
		return;
	find_place(++words, &place);
	for (last = *words; words[1] != NULL; words++)
		last = words[1];
	equals = strchr(last, '=');
	if (place.trailing)
		return;
	if (place.option != NULL) {
		offer_value(place.option, "", last, out);
	} else if (begins(last, "--") && equals != NULL) {
		cleanup_free char *before = xstrndup(last, (size_t)(equals + 1 - last));

		option = long_option(place.command, last + 2, (size_t)(equals - last - 2));
		if (option != NULL && option->argument != NULL)
			offer_value(option, before, equals + 1, out);
	} else if (last[0] == '-') {
		offer_options(place.command, last + (last[1] == '-' ? 2 : 1), out);
	} else {
		offer_operand(&place, last, out);
	}
}
