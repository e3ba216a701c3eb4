/* Parsing a command line by the table, and running the command. */
#include "command.h"

#include <getopt.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cancel.h"
#include "err.h"
#include "mem.h"
#include "nearest.h"

enum {
	OPTION_MAX = 40,
	LONG_BASE = 256, /* getopt's answer for option i without a letter is LONG_BASE + i */
};

const struct command *command_find(const char *name)
{
	for (const struct command *command = commands; command->name != NULL; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

static size_t option_count(const struct command *command)
{
	size_t count = 0;

	while (command->options != NULL && command->options[count].name != NULL)
		count++;
	return count;
}

/* getopt's tables for COMMAND; --help is in each. */
static void make_getopt(const struct command *command, struct option longs[static OPTION_MAX + 2],
	char shorts[static 2 * OPTION_MAX + 8])
{
	size_t count = option_count(command);
	char *to = stpcpy(shorts, "+:h");

	for (size_t i = 0; i < count; i++) {
		const struct cmd_option *option = &command->options[i];

		longs[i] = (struct option){option->name,
			option->argument ? required_argument : no_argument, NULL,
			LONG_BASE + (int)i};
		if (option->letter) {
			*to++ = option->letter;
			if (option->argument)
				*to++ = ':';
		}
	}
	*to = '\0';
	longs[count] = (struct option){"help", no_argument, NULL, 'h'};
	longs[count + 1] = (struct option){NULL, 0, NULL, 0};
}

static const struct cmd_option *option_of(const struct command *command, int answer)
{
	for (size_t i = 0; i < option_count(command); i++)
		if (answer == LONG_BASE + (int)i ||
			(command->options[i].letter && answer == command->options[i].letter))
			return &command->options[i];
	return NULL;
}

/* Abbreviations are for getopt: what it did not take is none of this command's. */
static const char *nearest_option(const struct command *command, const char *word)
{
	cleanup_free char *name = xstrndup(word + 2, strcspn(word + 2, "="));
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (size_t i = 0; i < option_count(command); i++)
		nearest_try(&nearest, command->options[i].name);
	nearest_try(&nearest, "help");
	return nearest.found;
}

void command_unknown(const char *name, struct error *err)
{
	struct nearest nearest;

	nearest_init(&nearest, name);
	for (const struct command *command = commands; command->name != NULL; command++)
		nearest_try(&nearest, command->name);
	err_set(err, EXIT_USAGE_ERROR, "'%s' is not a command", name);
	if (nearest.found != NULL)
		err_note(err, "did you mean", "bottle %s", nearest.found);
	err_note(err, "next", "bottle help");
}

static int usage_error(
	const struct command *command, struct error *err, const char *what, const char *word)
{
	err_set(err, EXIT_USAGE_ERROR, "%s: %s '%s'", command->name, what, word);
	err_note(err, "usage", "bottle %s %s", command->name, command->synopsis);
	return err_note(err, "next", "bottle help %s", command->name);
}

/* What getopt answered '?' or ':' to. */
static int unknown_option(
	const struct command *command, struct error *err, int answer, const char *word)
{
	const char *meant =
		answer == '?' && strncmp(word, "--", 2) == 0 ? nearest_option(command, word) : NULL;

	usage_error(
		command, err, answer == ':' ? "a value is missing after" : "unknown option", word);
	return meant != NULL ? err_note(err, "did you mean", "--%s", meant) : -1;
}

static void add_option(struct cmd_args *args, const struct cmd_option *option, const char *value)
{
	args->option = xrealloc(args->option, args->given + 1, sizeof(*args->option));
	args->value = xrealloc(args->value, args->given + 1, sizeof(*args->value));
	args->option[args->given] = option;
	args->value[args->given++] = value;
}

/* Options and operands may be mixed up to `--`; a command that runs a command stops at its name.
 * Returns 1 when help was asked for. */
static int parse(struct cmd_args *args, int argc, char **argv, struct error *err)
{
	const struct command *command = args->command;
	struct option longs[OPTION_MAX + 2];
	char shorts[2 * OPTION_MAX + 8];

	make_getopt(command, longs, shorts);
	opterr = 0;
	optind = 1;
	while (optind < argc) {
		int before = optind;
		int answer = getopt_long(argc, argv, shorts, longs, NULL);
		const struct cmd_option *option = option_of(command, answer);

		if (answer == 'h' && (option == NULL || option->letter != 'h'))
			return 1;
		if (answer == '?' || answer == ':') {
			const char cluster[] = {'-', (char)optopt, '\0'};
			bool is_long = strncmp(argv[before], "--", 2) == 0;

			return unknown_option(
				command, err, answer, is_long ? argv[before] : cluster);
		}
		if (answer != -1) {
			add_option(args, option, optarg);
			continue;
		}
		if (optind > before) { /* getopt took the -- */
			args->trailing = argv + optind;
			break;
		}
		args->operand = xrealloc(args->operand, args->operands + 1, sizeof(*args->operand));
		args->operand[args->operands++] = argv[optind++];
		if (command->kind == CMD_RUNS_COMMAND) {
			optind += optind < argc && strcmp(argv[optind], "--") == 0;
			args->trailing = argv + optind;
			break;
		}
	}
	if (args->operands < command->operands_min)
		return usage_error(command, err, "missing", command->operand);
	if (args->operands > command->operands_max)
		return usage_error(
			command, err, "unexpected", args->operand[command->operands_max]);
	if (args->trailing != NULL && command->kind == CMD_PLAIN && args->trailing[0] != NULL)
		return usage_error(command, err, "unexpected", args->trailing[0]);
	if (args->trailing != NULL && args->trailing[0] == NULL)
		args->trailing = NULL;
	return 0;
}

bool cmd_flag(const struct cmd_args *args, const char *name)
{
	for (size_t i = 0; i < args->given; i++)
		if (strcmp(args->option[i]->name, name) == 0)
			return true;
	return false;
}

const char *cmd_value(const struct cmd_args *args, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < args->given; i++)
		if (strcmp(args->option[i]->name, name) == 0)
			value = args->value[i];
	return value;
}

const char *cmd_value_at(const struct cmd_args *args, const char *name, size_t index)
{
	for (size_t i = 0; i < args->given; i++)
		if (strcmp(args->option[i]->name, name) == 0 && index-- == 0)
			return args->value[i];
	return NULL;
}

void command_usage(const struct command *command, FILE *out)
{
	fprintf(out, "usage: bottle %s %s\n\n%s\n", command->name, command->synopsis,
		command->summary);
	if (command->details != NULL)
		fprintf(out, "\n%s\n", command->details);
	if (option_count(command) > 0)
		fputc('\n', out);
	for (size_t i = 0; i < option_count(command); i++) {
		const struct cmd_option *option = &command->options[i];
		cleanup_free char *left = xasprintf("%s%c%s--%s%s%s", option->letter ? "-" : "  ",
			option->letter ? option->letter : ' ', option->letter ? ", " : " ",
			option->name, option->argument ? " " : "",
			option->argument ? option->argument : "");

		fprintf(out, "  %-28s %s\n", left, option->help);
	}
}

/* sudo bottle would read files that an agent may have written, as root. */
static int refuse_root(const struct command *command, bool as_root, struct error *err)
{
	bool harmless = command->run == cmd_version || command->run == cmd_help ||
			command->run == cmd_completion;

	if (geteuid() != 0 || as_root || harmless)
		return 0;
	err_set(err, EXIT_REFUSED, "%s: refused as root: bottle reads files that agents can write",
		command->name);
	return err_note(err, "next",
		"run it as yourself (only installing needs sudo), or say "
		"bottle --as-root %s",
		command->name);
}

/* Every error begins with the command, once. */
static void name_command(const char *name, struct error *err)
{
	size_t len = strlen(name);

	if (err->message == NULL || strncmp(err->message, name, len) != 0 ||
		(err->message[len] != ' ' && err->message[len] != ':'))
		err_wrap(err, "%s", name);
}

/* What our own failure exits with: commands that run another one leave its codes to it. */
static int failure_code(const struct cmd_args *args, const struct error *err)
{
	bool runs = args->command->kind == CMD_RUNS_COMMAND ||
		    (args->command->kind == CMD_MAY_RUN && args->trailing != NULL);

	return runs ? EXIT_NOT_RUN : (int)err->code;
}

/* What could not be printed is an error, also when only the first of it was refused. Of a reader that went away
 * nothing is said. */
static int finish_output(int result)
{
	struct pollfd reader = {STDOUT_FILENO, 0, 0};

	if (fflush(stdout) == 0 && !ferror(stdout))
		return result;
	(void)poll(&reader, 1, 0);
	if ((reader.revents & POLLERR) == 0)
		fputs("bottle: standard output could not be written, or not to its end\n", stderr);
	return EXIT_OS;
}

int command_main(int argc, char **argv)
{
	cleanup_error struct error err = ERROR_INIT;
	struct cmd_args args = {0};
	bool as_root = argc > 1 && strcmp(argv[1], "--as-root") == 0;
	const char *name = argc > 1 + as_root ? argv[1 + as_root] : NULL;
	int result;

	if (name == NULL) {
		command_list(stderr);
		return EXIT_USAGE_ERROR;
	}
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = "version";
	else if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	args.command = command_find(name);
	if (args.command == NULL) {
		command_unknown(name, &err);
		err_print(&err, stderr);
		return EXIT_USAGE_ERROR;
	}
	result = parse(&args, argc - 1 - as_root, argv + 1 + as_root, &err);
	if (result == 1) {
		command_usage(args.command, stdout);
		result = 0;
	} else if (result == 0 && (result = refuse_root(args.command, as_root, &err)) == 0) {
		cancel_init();
		result = args.command->run(&args, &err);
	}
	if (result < 0) {
		name_command(name, &err);
		err_print(&err, stderr);
		result = failure_code(&args, &err);
	}
	free(args.option);
	free(args.value);
	free(args.operand);
	return finish_output(result);
}
