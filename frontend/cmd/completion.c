/* bottle completion: a script for a shell, and the answers that it asks for. */
#include <string.h>

#include "command.h"
#include "err.h"

/* Nothing of an answer is evaluated, and what could mean something to a shell is passed over. bash takes `=` and `:`
 * for words of their own; macOS has bash 3.2, without mapfile and compopt. */
static const char bash[] =
	"_bottle() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} last='' word line i\n"
	"\tlocal -a words\n"
	"\tfor ((i = 1; i <= COMP_CWORD; i++)); do\n"
	"\t\tword=${COMP_WORDS[i]}\n"
	"\t\tif ((i > 1)) && [[ $word == [=:] || ${COMP_WORDS[i - 1]} == [=:] ]]; then\n"
	"\t\t\tlast=$last$word\n"
	"\t\t\twords[${#words[@]} - 1]=$last\n"
	"\t\telse\n"
	"\t\t\tlast=$word\n"
	"\t\t\twords+=(\"$last\")\n"
	"\t\tfi\n"
	"\tdone\n"
	"\t[[ $cur != [=:] ]] || cur=\n"
	"\tCOMPREPLY=()\n"
	"\twhile IFS= read -r line; do\n"
	"\t\tcase $line in\n"
	"\t\t$'\\tfile' | $'\\tfolder')\n"
	"\t\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\t\ti=-f\n"
	"\t\t\t[[ $line == $'\\tfile' ]] || i=-d\n"
	"\t\t\twhile IFS= read -r word; do COMPREPLY+=(\"$word\"); done < <(compgen $i -- "
	"\"$cur\")\n"
	"\t\t\t;;\n"
	"\t\t*)\n"
	"\t\t\tword=${line%%$'\\t'*}\n"
	"\t\t\t[[ $word == *[![:alnum:]=:._/-]* ]] || "
	"COMPREPLY+=(\"${word#\"${last%\"$cur\"}\"}\")\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\tdone < <(command bottle completion next -- \"${words[@]}\" 2>/dev/null)\n"
	"}\n"
	"complete -F _bottle bottle\n";

static const char zsh[] =
	"#compdef bottle\n"
	"_bottle() {\n"
	"\tlocal line word help\n"
	"\tlocal -a found\n"
	"\tfor line in \"${(@f)$(command bottle completion next -- \"${(@Q)words[2,CURRENT]}\" "
	"2>/dev/null)}\"; do\n"
	"\t\tcase $line in\n"
	"\t\t$'\\tfile' | $'\\tfolder')\n"
	"\t\t\t[[ $PREFIX != --*=* ]] || compset -P '*='\n"
	"\t\t\t[[ $line == $'\\tfile' ]] && _files || _files -/\n"
	"\t\t\treturn\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\t\tword=${line%%$'\\t'*} help=${line#*$'\\t'}\n"
	"\t\t[[ -z $word || $word == *[^[:alnum:]=:._/-]* ]] ||\n"
	"\t\t\tfound+=(\"${word//:/\\\\:}${help:+:${help//[^[:print:]]/}}\")\n"
	"\tdone\n"
	"\t(( $#found )) && _describe bottle found\n"
	"}\n"
	"if [[ $funcstack[1] == _bottle ]]; then _bottle \"$@\"; else compdef _bottle bottle; fi\n";

static const char fish[] =
	"function __bottle_complete\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l last (commandline -ct)\n"
	"\tset -e words[1]\n"
	"\tfor line in (command bottle completion next -- $words \"$last\" 2>/dev/null)\n"
	"\t\tswitch $line\n"
	"\t\t\tcase \\tfile\n"
	"\t\t\t\t__fish_complete_path (string replace -r '^--[^=]*=' '' -- \"$last\")\n"
	"\t\t\tcase \\tfolder\n"
	"\t\t\t\t__fish_complete_directories (string replace -r '^--[^=]*=' '' -- \"$last\")\n"
	"\t\t\tcase '*'\n"
	"\t\t\t\tstring match -r '^[[:alnum:]=:._/-]+\\t[[:print:]]*$' -- $line\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"complete -c bottle -f -a '(__bottle_complete)'\n";

int cmd_completion(const struct cmd_args *args, struct error *err)
{
	static const struct {
		const char *shell, *script;
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};

	if (strcmp(args->operand[0], "next") == 0 && args->trailing != NULL) {
		command_complete((const char *const *)args->trailing, stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]) && args->trailing == NULL; i++) {
		if (strcmp(shells[i].shell, args->operand[0]) == 0) {
			fputs(shells[i].script, stdout);
			return EXIT_OK;
		}
	}
	return err_set(err, EXIT_USAGE_ERROR, "completion: '%s' is none of bash, zsh, fish",
		args->operand[0]);
}
