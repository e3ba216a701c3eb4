/* Commands as data: one table drives dispatch, usage, help and completion, so they cannot disagree. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct error;

struct cmd_option {
	const char *name; /* long form, without -- */
	char letter;      /* short form, 0 = none */
	/* Its word in usage, NULL = a flag. What a shell completes follows from it: FILE and SOCKET are files, DIR and
	 * what begins with H: folders, a|b|c is one of these. */
	const char *argument;
	const char *help;
};

/* What a command line said. Values point into argv. */
struct cmd_args {
	const struct command *command;
	const struct cmd_option **option; /* given ones, in order */
	const char **value;
	size_t given;
	const char **operand;
	size_t operands;
	char **trailing; /* what stands after --, NULL-terminated; NULL = no -- */
};

enum cmd_kind {
	CMD_PLAIN,
	CMD_RUNS_COMMAND, /* everything after the first operand is the user's command; own exit codes */
	CMD_MAY_RUN,      /* a command after -- ; own exit codes when there is one */
};

struct command {
	const char *name;
	const char *synopsis;             /* after the name */
	const char *summary;              /* one line */
	const char *details;              /* paragraphs for help, or NULL */
	const struct cmd_option *options; /* ends with a NULL name; NULL = none */
	enum cmd_kind kind;
	size_t operands_min, operands_max;
	/* Returns the exit code; -1 = *err has it. */
	int (*run)(const struct cmd_args *args, struct error *err);
	/* What its operands are, for completion, one word an operand: NAME a bottle of this user, COMMAND, FILE,
	 * a|b|c. The last word stands for all that follow if it ends with dots. NULL = nothing to complete. */
	const char *operand;
};

/* The table; ends with a NULL name. */
extern const struct command commands[];

const struct command *command_find(const char *name);

/* Prints what the last one of WORDS, which follow `bottle` on a command line, may become: a line for each, with its
 * help behind a tab. A line that begins with a tab says `file` or `folder` instead: the shell's own completion is
 * asked for. Only what begins with the last word. Asks no engine. */
void command_complete(const char *const *words, FILE *out);

/* Runs `bottle ARGV[1]...` and returns the exit code; prints errors. */
int command_main(int argc, char **argv);

/* Whether the option NAME was given; its last value or NULL; its INDEXth value or NULL. */
bool cmd_flag(const struct cmd_args *args, const char *name);
const char *cmd_value(const struct cmd_args *args, const char *name);
const char *cmd_value_at(const struct cmd_args *args, const char *name, size_t index);

/* Options that every command which talks to the engine has. */
#define CMD_OPTION_ENGINE                                            \
	{                                                            \
		"engine", 0, "SOCKET", "Docker engine's unix socket" \
	}
#define CMD_OPTION_JSON                                    \
	{                                                  \
		"json", 0, NULL, "machine-readable output" \
	}
#define CMD_OPTION_UNPROVEN                                                                 \
	{                                                                                   \
		"engine-unproven", 0, NULL,                                                 \
			"allow a smolvm version that is not proven; prints its known holes" \
	}
#define CMD_OPTION_END              \
	{                           \
		NULL, 0, NULL, NULL \
	}

/* Each lives in a file of its name. */
int cmd_launch(const struct cmd_args *args, struct error *err);
int cmd_exec(const struct cmd_args *args, struct error *err);
int cmd_shell(const struct cmd_args *args, struct error *err);
int cmd_stop(const struct cmd_args *args, struct error *err);
int cmd_ps(const struct cmd_args *args, struct error *err);
int cmd_env(const struct cmd_args *args, struct error *err);
int cmd_verify(const struct cmd_args *args, struct error *err);
int cmd_pool(const struct cmd_args *args, struct error *err);
int cmd_allowlist(const struct cmd_args *args, struct error *err);
int cmd_trust(const struct cmd_args *args, struct error *err);
int cmd_config(const struct cmd_args *args, struct error *err);
int cmd_logs(const struct cmd_args *args, struct error *err);
int cmd_events(const struct cmd_args *args, struct error *err);
int cmd_pack(const struct cmd_args *args, struct error *err);
int cmd_gc(const struct cmd_args *args, struct error *err);
int cmd_doctor(const struct cmd_args *args, struct error *err);
int cmd_supervise(const struct cmd_args *args, struct error *err);
int cmd_completion(const struct cmd_args *args, struct error *err);
int cmd_version(const struct cmd_args *args, struct error *err);
int cmd_help(const struct cmd_args *args, struct error *err);

/* An error for a NAME that is no command, with the one that may have been meant. */
void command_unknown(const char *name, struct error *err);

/* "usage: bottle COMMAND ..." and the commands. */
void command_list(FILE *out);

/* "usage: bottle NAME ..." and the options. */
void command_usage(const struct command *command, FILE *out);

#endif
