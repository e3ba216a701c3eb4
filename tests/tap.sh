# shellcheck shell=sh disable=SC2034
# TAP for shell tests that name first and test then. Sourced. What was got and wanted goes to standard error,
# which prove(1) shows of a test that passes or fails alike.
count=0 failed=0

# ok NAME COMMAND...: the command succeeds
ok() {
	name=$1
	shift
	count=$((count + 1))
	if "$@"; then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		failed=1
	fi
}

differs() { # NAME GOT WANT
	echo "not ok $count - $1"
	{
		echo "# not ok $count - $1 ($0)"
		printf '%s\n' "$2" | sed 's/^/#  got: /'
		printf '%s\n' "$3" | sed 's/^/# want: /'
	} >&2
	failed=1
}

# is NAME GOT WANT: equal strings
is() {
	count=$((count + 1))
	if [ "$2" = "$3" ]; then echo "ok $count - $1"; else differs "$@"; fi
}

# like NAME GOT PATTERN: the whole of it, one line, matches an extended regular expression
like() {
	count=$((count + 1))
	if [ "$(printf '%s\n' "$2" | wc -l)" -eq 1 ] && printf '%s\n' "$2" | grep -Eqx -- "$3"; then
		echo "ok $count - $1"
	else
		differs "$@"
	fi
}

skip() { # NAME WHY
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

skip_all() { # WHY
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing() {
	echo "1..$count"
	exit $failed
}
