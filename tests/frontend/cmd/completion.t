#!/bin/sh
# Completion in the real shells: each is driven without a terminal of ours, loads what `bottle completion` prints, and is
# asked what it offers. No engine is there.
# shellcheck disable=SC2016 # programs of the shells
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
work=$(mktemp -d /tmp/bottle-completion.XXXXXX)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/native/tap.sh
. "$top/tests/native/tap.sh"

# An ordinary user, because root is refused; HOME has the state folder with three bottles, and some files.
mkdir -p "$work/bin" "$work/standin" "$work/home/folder" "$work/home/.config"
cp "${BUILD:-$top/build}/bin/bottle" "$work/bin/bottle"
for name in web web-2 api; do mkdir -p "$work/home/.local/state/bottle/$name"; done
mkdir -p "$work/home/.local/state/bottle/.hidden" "$work/home/.local/state/bottle/not a name" \
	"$work/home/.local/state/bottle/\$(touch pwned)"
touch "$work/home/bottle.yaml" "$work/home/folder.txt" "$work/home/two words"
chmod 755 "$work"
as=
if [ "$(id -u)" -eq 0 ]; then
	chown -R 29998 "$work/home"
	as="setpriv --reuid 29998 --regid 29998 --clear-groups"
fi
for shell in bash zsh fish; do "$work/bin/bottle" completion "$shell" >"$work/$shell.script"; done

# Prints what is offered for a command line that ends with its last argument, one a line, as `WORD` or `WORD<tab>HELP`.
cat >"$work/bash.ask" <<'END'
shopt -s progcomp
. "$1"
shift
COMP_WORDS=() COMPREPLY=()
# As readline cuts a line into words.
for word; do
	while [[ $word == *[=:]* ]]; do
		before=${word%%[=:]*}
		[[ -z $before ]] || COMP_WORDS+=("$before")
		word=${word#"$before"}
		COMP_WORDS+=("${word:0:1}")
		word=${word:1}
		[[ -n $word ]] || break
	done
	[[ -z $word && ${#COMP_WORDS[@]} -gt 0 && ${COMP_WORDS[${#COMP_WORDS[@]} - 1]} == [=:] ]] || COMP_WORDS+=("$word")
done
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_bottle
[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
END

# A second zsh on a pseudo-terminal, with a completer that prints the matches and what it shows beside them. Its start is
# slow, so that one session answers many questions: a line of words with \037 between them, answered up to an empty line.
cat >"$work/zsh.ask" <<'END'
script=$1
zmodload zsh/zpty
zpty z zsh -f -i
ask() { zpty -w z "$1" }
until_seen() { # MARK
	local chunk all=
	while zpty -r z chunk; do
		all+=$chunk
		[[ $all != *$1* ]] || break
	done
	REPLY=$all
}
ask "PS1=; PS2=; RPS1=; unsetopt zle_bracketed_paste 2>/dev/null; unset zle_bracketed_paste; stty -echo; TERM=dumb; COLUMNS=1000"
ask "autoload -Uz compinit && compinit -C -d \$HOME/.zcompdump; source ${(q)script}; bindkey '^I' complete-word"
ask "zstyle ':completion:*' list-grouped false; zstyle ':completion:*' insert-tab false; zstyle ':completion:*' list-separator '|'"
ask '
compadd() {
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd "$@"; return $?; fi
	local -a __hits __shown
	builtin compadd -A __hits "$@"
	local __d=${@[(i)-*d]}
	(( __d < $# )) && __shown=("${(@P)@[__d+1]}") 2>/dev/null
	local i
	for (( i = 1; i <= $#__hits; i++ )); do print -r -- "<$__hits[i]>${__shown[i]}"; done
	builtin compadd "$@"
}

whole() { _main_complete; compstate[insert]= compstate[list]=; print -r -- "<<end"">>" }
zle -C whole complete-word whole
bindkey "^T" whole
print -r -- "<<rea""dy>>"'
until_seen '<<ready>>'
while IFS= read -r line; do
	zpty -n -w z $'\x15'"${(j: :)${(@q)${(@ps:\x1f:)line}}}"$'\x14'
	until_seen '<<end>>'
	print -r -- "$REPLY" | tr -d '\r' | sed -n 's/^.*<\([^<>]*\)>\(.*\)$/\1\t\2/p' | grep -v '^end'
	print
done
zpty -d z
END

cat >"$work/fish.ask" <<'END'
source $argv[1]
set -l line (string escape -- $argv[2..-2])
set -a line $argv[-1]
complete -C (string join ' ' -- $line)
END

run() { # SHELL OPTION ARG...: in the home of that user
	shell=$1 option=$2
	shift 2
	# shellcheck disable=SC2086 # a list of words
	$as env -i -C "$work/home" HOME="$work/home" TERM=dumb LANG=C.UTF-8 \
		PATH="${SEARCH:-$work/bin}:/usr/bin:/bin" DOCKER_HOST="unix://$work/no.sock" \
		timeout 600 "$shell" "$option" "$work/$shell.ask" "$work/$shell.script" "$@" 2>"$work/err"
}

zsh_begin() { # the session that offers() asks, with bottle from $SEARCH
	rm -f "$work/questions" "$work/answers"
	mkfifo "$work/questions" "$work/answers"
	run zsh -f <"$work/questions" >"$work/answers" &
	exec 8>"$work/questions" 9<"$work/answers"
}

zsh_end() {
	exec 8>&- 9<&-
	wait $!
}

offers() { # SHELL WORD...
	shell=$1
	shift
	case $shell in
	bash) run bash --norc "$@" </dev/null ;;
	fish) run fish --no-config "$@" </dev/null ;;
	zsh)
		printf '%s' "$1" >&8
		shift
		printf '\037%s' "$@" >&8
		echo >&8
		while IFS= read -r answer <&9 && [ -n "$answer" ]; do printf '%s\n' "$answer"; done
		;;
	esac
}

words() { # SHELL WORD...: the words alone, in one line
	offers "$@" | cut -f 1 | sed 's/[ /]*$//' | sort -u | tr '\n' ' '
}

for shell in bash zsh fish; do
	if ! command -v "$shell" >/dev/null; then
		ok 0 "$shell # SKIP not here"
		continue
	fi
	[ "$shell" != zsh ] || zsh_begin
	"$shell" -n "$work/$shell.script" 2>"$work/err"
	is "$?" 0 "$shell can parse it"
	is "$(words "$shell" bottle la)" "launch " "$shell: a command"
	is "$(words "$shell" bottle "" | wc -w | tr -d ' ')" "$("$work/bin/bottle" help | grep -c '^  [a-z]')" \
		"$shell: every command of the help"
	is "$(words "$shell" bottle nothing)" "" "$shell: no such command"
	is "$(words "$shell" bottle launch --dry)" "--dry-run " "$shell: an option"
	is "$(words "$shell" bottle ps --)" "--all --engine --help --json --quiet " "$shell: all options of a command, and no other's"
	is "$(words "$shell" bottle launch --verify "")" "full quick " "$shell: an argument out of a list"
	is "$(words "$shell" bottle launch --verify f)" "full " "$shell: begun"
	is "$(words "$shell" bottle launch web --cpus 2 --verify q)" "quick " "$shell: after other options and an operand"
	case $shell in bash) want="full " ;; *) want="--verify=full " ;; esac
	is "$(words "$shell" bottle launch --verify=f)" "$want" "$shell: behind ="
	is "$(words "$shell" bottle launch --memory "")" "" "$shell: an argument that is a number: nothing"
	is "$(words "$shell" bottle launch -f bottle.y)" "bottle.yaml " "$shell: an argument that is a file"
	is "$(words "$shell" bottle exec -w fold)" "folder " "$shell: an argument that is a folder"
	is "$(words "$shell" bottle trust bott)" "bottle.yaml " "$shell: operands that are files"
	is "$(words "$shell" bottle trust folder.txt bott)" "bottle.yaml " "$shell: the next one"
	is "$(words "$shell" bottle pool "")" "ensure release status " "$shell: an operand out of a list"
	is "$(words "$shell" bottle pool status "")" "" "$shell: and no second one"
	is "$(words "$shell" bottle help ver)" "verify version " "$shell: an operand that is a command"
	is "$(words "$shell" bottle completion "")" "bash fish zsh " "$shell: an operand that is a shell"
	is "$(words "$shell" bottle stop "")" "api web web-2 " "$shell: names of bottles, and of nothing else in the folder"
	is "$(words "$shell" bottle exec we)" "web web-2 " "$shell: begun"
	is "$(words "$shell" bottle exec -it we)" "web web-2 " "$shell: after letters"
	is "$(words "$shell" bottle exec -it -u root we)" "web web-2 " "$shell: after a letter with its argument"
	is "$(words "$shell" bottle stop web "")" "api web web-2 " "$shell: a second name where there may be one"
	is "$(words "$shell" bottle verify web "")" "" "$shell: none where there may not"
	is "$(words "$shell" bottle allowlist show we)" "web web-2 " "$shell: a name after a verb"
	is "$(words "$shell" bottle --as-root stop a)" "api " "$shell: after --as-root"
	is "$(words "$shell" bottle exec web --)" "" "$shell: what follows exec's NAME is the user's command"
	is "$(words "$shell" bottle launch web -- --)" "" "$shell: nothing after --"
	is "$(words "$shell" bottle launch -- la)" "" "$shell: not even a word of ours"
	if [ "$shell" != bash ]; then
		offers "$shell" bottle launch --tim >"$work/out"
		like "$work/out" 'print how long each step took' "$shell: shows the help of an option"
		offers "$shell" bottle gc >"$work/out"
		like "$work/out" 'what dead launches left' "$shell: and the summary of a command"
	fi

	# A stand-in whose answers are hostile: nothing of them runs, nothing that a shell would act on is offered.
	cat >"$work/standin/bottle" <<-'END'
		#!/bin/sh
		printf '%s\thelp\n' '$(touch pwned)' '`touch pwned`' 'a;touch pwned' 'a b' "a'b" 'a"b' 'a|touch' '*' '?' '~' '!!' '{a,b}' \
			'a>pwned' '<(touch pwned)' 'a\b' '-x$(touch pwned)' good
		printf 'worse\t$(touch pwned)`touch pwned`;touch pwned\n'
		printf 'a\033]0;title\007\thelp\n\302\233b\thelp\n'
	END
	chmod 755 "$work/standin/bottle"
	SEARCH=$work/standin
	if [ "$shell" = zsh ]; then
		zsh_end
		zsh_begin
	fi
	is "$(words "$shell" bottle stop "" | sed 's/worse *//')" "good " "$shell: hostile words are passed over"
	[ ! -e "$work/home/pwned" ]
	ok $? "$shell: and none of them ran"
	printf '#!/bin/sh\necho "no engine" >&2\nexit 69\n' >"$work/standin/bottle"
	is "$(offers "$shell" bottle stop "")" "" "$shell: a failure offers nothing"
	[ "$shell" != zsh ] || zsh_end
	is "$(cat "$work/err")" "" "$shell: and says nothing"
	SEARCH=
done

# A file name with a blank stays one word, for bash to quote.
offers bash bottle trust two >"$work/out"
is "$(cat "$work/out")" "two words" "bash: a file name with a blank"

# Without a home, with a state folder that is none, as root: nothing, and no noise.
$as env -i "$work/bin/bottle" completion next -- stop "" >"$work/out" 2>"$work/err"
is "$?:$(cat "$work/out" "$work/err")" "0:" "without HOME: no names, no error"
touch "$work/home/state"
$as env -i HOME="$work/home" XDG_STATE_HOME="$work/home/state" "$work/bin/bottle" completion next -- stop "" >"$work/out" 2>"$work/err"
is "$?:$(cat "$work/out" "$work/err")" "0:" "a state folder that is a file: no names, no error"
"$work/bin/bottle" completion next -- >"$work/out" 2>"$work/err"
is "$?" 64 "next without a word: usage"
done_testing
