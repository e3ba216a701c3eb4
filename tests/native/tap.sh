# shellcheck shell=sh
# TAP for shell tests that test first and name then. Sourced. Details of a failure go to standard error, which
# prove(1) shows.
count=0

plan_skip() { # WHY
	echo "1..0 # SKIP $1"
	exit 0
}

ok() { # RESULT(0 = pass) NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
		echo "not ok $count - $2"
		echo "# not ok $count - $2 ($0)" >&2
		failed=1
	fi
}

is() { # GOT WANT NAME
	if [ "$1" = "$2" ]; then ok 0 "$3"; else
		ok 1 "$3"
		printf '%s\n' "got:  $1" "want: $2" | sed 's/^/# /' >&2
	fi
}

like() { # FILE PATTERN NAME
	if grep -Eq -- "$2" "$1"; then ok 0 "$3"; else
		ok 1 "$3"
		sed 's/^/# /' "$1" >&2
	fi
}

unlike() { # FILE PATTERN NAME
	if grep -Eq -- "$2" "$1"; then
		ok 1 "$3"
		sed 's/^/# /' "$1" >&2
	else ok 0 "$3"; fi
}

done_testing() {
	echo "1..$count"
	exit "${failed:-0}"
}
