/* bottle completion: scripts written from the command table. */
#include <string.h>

#include "command.h"
#include "err.h"

static void print_options(const struct command *command, const char *before, const char *after)
{
	for (const struct cmd_option *option = command->options; option && option->name; option++)
		printf("%s--%s%s", before, option->name, after);
}

static void print_names(const char *separator)
{
	for (const struct command *command = commands; command->name != NULL; command++)
		printf("%s%s", command == commands ? "" : separator, command->name);
}

static bool takes_bottle(const struct command *command)
{
	return strstr(command->synopsis, "NAME") != NULL && command->run != cmd_launch;
}

static void bash(void)
{
	printf("_bottle() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} words=\n"
	       "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords=\"");
	print_names(" ");
	printf("\"\n\telse case ${COMP_WORDS[1]} in\n");
	for (const struct command *command = commands; command->name != NULL; command++) {
		printf("\t%s) words=\"--help", command->name);
		print_options(command, " ", "");
		printf("%s\" ;;\n",
			takes_bottle(command)
				? " $(bottle ps 2>/dev/null | awk 'NR > 1 { print $1 }')"
				: "");
	}
	printf("\tesac; fi\n\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\n"
	       "complete -o default -F _bottle bottle\n");
}

static void zsh(void)
{
	printf("#compdef bottle\n_bottle() {\n\tif (( CURRENT == 2 )); then\n\t\tcompadd ");
	print_names(" ");
	printf("\n\t\treturn\n\tfi\n\tcase $words[2] in\n");
	for (const struct command *command = commands; command->name != NULL; command++) {
		printf("\t%s) compadd -- --help", command->name);
		print_options(command, " ", "");
		printf("%s ;;\n", takes_bottle(command)
					  ? "; compadd ${(f)\"$(bottle ps 2>/dev/null | awk 'NR > "
					    "1 { print $1 }')\"}"
					  : "");
	}
	printf("\tesac\n\t_files\n}\ncompdef _bottle bottle\n");
}

/* TEXT in fish's single quotes, in which a backslash stands before a quote and before itself. */
static void print_fish_text(const char *text)
{
	putchar('\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
	puts("'");
}

static void fish(void)
{
	for (const struct command *command = commands; command->name != NULL; command++) {
		printf("complete -c bottle -n __fish_use_subcommand -f -a %s -d ", command->name);
		print_fish_text(command->summary);
		for (const struct cmd_option *option = command->options; option && option->name;
			option++) {
			printf("complete -c bottle -n '__fish_seen_subcommand_from %s' -l %s%s -d ",
				command->name, option->name, option->argument ? " -r" : "");
			print_fish_text(option->help);
		}
		if (takes_bottle(command))
			printf("complete -c bottle -n '__fish_seen_subcommand_from %s' -f -a "
			       "'(bottle ps 2>/dev/null | awk \"NR > 1 { print \\$1 }\")'\n",
				command->name);
	}
}

int cmd_completion(const struct cmd_args *args, struct error *err)
{
	static const struct {
		const char *shell;
		void (*print)(void);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].shell, args->operand[0]) == 0) {
			shells[i].print();
			return EXIT_OK;
		}
	}
	return err_set(err, EXIT_USAGE_ERROR, "completion: '%s' is none of bash, zsh, fish",
		args->operand[0]);
}
