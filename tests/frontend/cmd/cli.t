#!/bin/sh
# The command line itself: help, usage errors, what belongs to whom around `--`, completion. No engine and no
# smolvm is asked for any of it.
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
work=$(mktemp -d /tmp/bottle-cli.XXXXXX)
trap 'rm -rf "$work"' EXIT
# A copy that other users can reach, wherever this tree lies.
bottle=$work/bottle
cp "${BUILD:-$top/build}/bin/bottle" "$bottle"
# shellcheck source=tests/native/tap.sh
. "$top/tests/native/tap.sh"

# As an ordinary user, where root would be refused; HOME and PATH are empty folders.
mkdir "$work/home" "$work/bin"
chmod 755 "$work"
as=
if [ "$(id -u)" -eq 0 ]; then
	chown 29999 "$work/home"
	as="setpriv --reuid 29999 --regid 29999 --clear-groups"
fi

try() { # ARG...: $status, $work/out, $work/err
	# shellcheck disable=SC2086 # a list of words
	$as env -i -C "$work/home" HOME="$work/home" PATH="$work/bin" DOCKER_HOST="unix://$work/no.sock" "$bottle" "$@" \
		>"$work/out" 2>"$work/err" </dev/null
	status=$?
}

# usage PATTERN ARG...: exit 64, or 125 where codes are a command's; one error, nothing on stdout.
usage() {
	pattern=$1
	shift
	try "$@"
	want=64
	case $1 in exec | shell) want=125 ;; esac
	is "$status" "$want" "bottle $*: exit $want"
	like "$work/err" "$pattern" "bottle $*: says what is wrong"
	is "$(grep -c '^bottle: ' "$work/err")" 1 "bottle $*: one error"
	is "$(cat "$work/out")" "" "bottle $*: nothing on stdout"
}

for each in help --help -h; do
	try "$each"
	is "$status" 0 "bottle $each: exit 0"
	like "$work/out" '^usage: bottle COMMAND' "bottle $each: usage on stdout"
	is "$(cat "$work/err")" "" "bottle $each: nothing on stderr"
done
try help
cp "$work/out" "$work/help"
try
is "$status" 64 "bottle: exit 64"
is "$(cat "$work/out")" "" "bottle: nothing on stdout"
cmp -s "$work/err" "$work/help"
ok $? "bottle: the same as bottle help, on stderr"
try --as-root
is "$status" 64 "bottle --as-root: the same"
try help
names=$(sed -n 's/^  \([a-z]*\) .*/\1/p' "$work/out")
is "$(echo "$names" | grep -c launch)" 1 "help lists launch"
for name in $names; do
	try help "$name"
	is "$status" 0 "help $name: exit 0"
	like "$work/out" "^usage: bottle $name" "help $name: its usage"
	cp "$work/out" "$work/first"
	for flag in --help -h; do
		try "$name" "$flag"
		is "$status" 0 "$name $flag: exit 0"
		cmp -s "$work/out" "$work/first"
		ok $? "$name $flag: the same as help $name"
	done
	awk 'length > 120 { exit 1 }' "$work/first"
	ok $? "help $name: no line above 120 characters"
	# Every option of the help is taken, and nothing else.
	usage "unknown option '--no-such'" "$name" --no-such
	usage "unknown option" "$name" -Z
done
for flag in version --version -V; do
	try "$flag"
	is "$status" 0 "$flag: exit 0"
	like "$work/out" '^bottle [0-9]+\.[0-9]+\.[0-9]+$' "$flag: one line"
	is "$(wc -l <"$work/out" | tr -d ' ')" 1 "$flag: and no other"
done

usage "'lunch' is not a command" lunch
usage "'' is not a command" ''
usage "'--no-such' is not a command" --no-such
for each in "lunch launch" "stpo stop" "vrify verify" "exce exec"; do
	usage "did you mean +bottle ${each#* }\$" "${each% *}"
	usage "did you mean +bottle ${each#* }\$" help "${each% *}"
done
usage "did you mean +--publish\$" launch --pubish a=1
usage "did you mean +--bundle-image\$" launch --bundleimage=x
usage "did you mean +--full\$" verify --ful1 web
usage "did you mean +--help\$" gc --hlep
for each in "nothing-like-it" "launch --nothing-like-it" "launch -Z" "launch --image"; do
	# shellcheck disable=SC2086 # a list of words
	try $each
	unlike "$work/err" 'did you mean' "bottle $each: no guess"
done
usage "'Launch' is not a command" Launch
usage "'lunch' is not a command" help lunch
usage "unexpected 'b'" help launch b
usage "unexpected 'x'" ps x
usage "unexpected 'x'" ps -- x
usage "unexpected 'b'" launch a b
usage "value is missing after '--image'" launch a --image
usage "value is missing after '-e'" launch a -e
usage "missing '" exec
usage "missing '" env
usage "missing '" verify
usage "missing '" completion
usage "missing '" allowlist show
usage "none of bash, zsh, fish" completion csh
usage "none of status, ensure, release" pool drain
usage "none of build, ls, prune" pack drain
usage "missing '" pack
usage "an image or a folder is missing" pack build
usage "unexpected 'y'" pack build x y
usage "takes no operand" pack ls x
usage "takes no operand" pack prune x
usage "pack build takes no --force" pack build x -f
usage "pack ls takes no --keep" pack ls --keep 3
usage "pack prune takes no --engine-unproven" pack prune --engine-unproven
usage "allowed is a number and s, m, h or d" pack prune --older-than soon
usage "allowed is a number" pack prune --keep some
usage "neither show NAME nor set NAME" allowlist clear web
usage "name bottles, or say --all" stop
usage "name bottles, or say --all" stop web --all
usage "needs a name" launch --image x
usage "there is none" launch a --image x --rm
usage "proxy is given twice" launch a --image x --publish proxy=1 --publish proxy=2
usage "one of them" ps --quiet --json
usage "missing '" config
usage "'shwo' is not show" config shwo
usage "unexpected 'alias'" config show alias
usage "missing '" logs
usage "unexpected 'b'" logs a b
usage "none of bundle, machine, launch" logs web --source proxy
usage "none of bundle, machine, launch" logs web --source bundle --source ''
usage "not a number of lines" logs web --tail all
usage "not a number of lines" logs web --tail -1
usage "is not a time" logs web --since yesterday
usage "have no time" logs web --source machine --since 1h
usage "a-z0-9|not a name|name" logs WEB
usage "unexpected 'two'" events web two
usage "is not a time" events --since 1y
usage "unknown option '--all=yes'|--all" stop --all=yes
try exec web
is "$status" 125 "exec without a command: 125, because codes are the command's"
like "$work/err" 'a command is missing' "and says so"
try exec web --
is "$status" 125 "exec NAME -- without a command: 125"
try shell web -- id
is "$status" 125 "shell with a command: 125"
like "$work/err" "unexpected 'id'" "and says so"
try launch a --dry-run -- id
is "$status" 125 "launch -- CMD that fails before CMD: 125"
try launch a --image x
is "$status" 69 "the same without CMD: its own code"
try launch a --image x --
is "$status" 69 "-- without a command is as no --"

# Options around NAME. What stands after NAME of exec is the command's, with and without --.
for each in "exec web --help" "exec web -- --help" "exec web -h" "exec web --no-such" "exec web -Z" "exec web ls --all"; do
	# shellcheck disable=SC2086
	try $each
	is "$status" 125 "$each: an option after NAME is the command's (there is no bottle: 125)"
	is "$(cat "$work/out")" "" "$each: no help is printed"
done
try launch --image x a --cpus 0
like "$work/err" '^bottle: launch: --cpus' "launch: options before and after NAME"
try launch a --image=x --cpus=0
like "$work/err" '^bottle: launch: --cpus' "launch: --option=value"
try launch a -- --cpus 0
is "$status" 125 "launch: nothing after -- is an option of ours"
try launch a --image x --json -- true
is "$status" 125 "launch --json -- CMD is refused"
like "$work/err" '^bottle: launch: --json and a CMD' "launch --json -- CMD: with the reason"
try launch --image -- web
is "$status" 64 "launch --image -- web: a value of -- ends no options, and web is no command"
like "$work/err" "^bottle: launch: --image: .--.: allowed" "launch --image -- web: the value is what is refused"
try -- ps
is "$status" 64 "bottle -- ps is not a command"

# Bytes that a terminal would act on.
esc=$(printf '\033')
for each in "$(printf '\033[2J')" "$(printf 'a\033]0;x\007')" "$(printf '\302\233x')"; do
	for command in "" help launch stop env; do
		# shellcheck disable=SC2086
		try $command "$each"
		LC_ALL=C grep -q "$esc\|$(printf '\302\233')\|$(printf '\007')" "$work/err" "$work/out"
		is "$?" 1 "bottle $command: an escape sequence in an argument is not printed as one"
	done
done

# Nothing of this wrote anything but the state folder of stop and launch.
is "$(cd "$work/home" && find . -type f ! -name '*.lock')" "" "usage errors leave no file behind"

# A full disk behind stdout is an error, not silence.
if [ -w /dev/full ]; then
	# shellcheck disable=SC2086
	$as "$bottle" help >/dev/full 2>"$work/err"
	is "$?" 71 "help that cannot be written: 71"
	is "$(cat "$work/err")" "bottle: standard output could not be written, or not to its end" "which is said"
fi
# Closed descriptors are not taken by the next file or pipe that is opened, which would get what is printed.
# shellcheck disable=SC2086
$as "$bottle" version <&- >&- 2>"$work/err"
is "$?" 71 "with 0 and 1 closed nothing can be printed: 71"
# shellcheck disable=SC2086
$as env -i "$bottle" ps >/dev/null 2>"$work/err"
is "$?" 78 "without HOME: 78"
done_testing
