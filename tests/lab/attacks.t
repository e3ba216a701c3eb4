#!/bin/bash
# The attack catalogue of the setuid helper: boots the throw-away machine, installs the built tree in it, runs
# attacks/run there as root, and holds its TAP against the table attacks/catalogue. ATTACKS_HERE=FILE runs a setuid
# copy of FILE on this machine instead, faster and without what needs the machine.
set -u
cd "$(dirname "$0")/../.." || exit 1
table=tests/lab/attacks/catalogue
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
began=$SECONDS
# The machine gets the folder build, and has the host's own architecture.
if [ "$(uname -sm)" != "Linux x86_64" ]; then
	echo "1..0 # SKIP the attacks are written for Linux on x86-64"
	exit 0
fi
# The machine gets the folder build. What is attacked is what was built for this run.
if ! cmp -s "${BUILD:-build}/libexec/bottle-netd" build/libexec/bottle-netd; then
	echo "not ok 1 - build has the helper that is under test (next: make, or BUILD=build)"
	echo 1..1
	exit 1
fi
tools=build/tests/lab/attacks
compile() { # PROGRAM SOURCE...
	local program=$1
	shift
	"${MUSL_CC:-musl-gcc}" -std=c11 -O2 -Wall -Wextra -Werror -idirafter /usr/include \
		-idirafter /usr/include/x86_64-linux-gnu -static -o "$tools/$program" "${@/#/tests/lab/attacks/}" >&2
}
mkdir -p $tools
compile caller caller.c plan.c child.c fake.c trace.c && compile grab grab.c && compile fuse fuse.c || exit 1
if [ -n "${ATTACKS_HERE:-}" ]; then
	NETD=$(realpath "$ATTACKS_HERE") TOOLS=$PWD/$tools timeout -k 10 600 tests/lab/attacks/run >"$work/tap"
else
	LAB_RUN_SECONDS=${LAB_RUN_SECONDS:-1500} tests/lab/run tests/lab/attacks/run >"$work/tap"
fi
code=$?
grep -v '^1\.\.' "$work/tap"
count=$(grep -cE '^(not )?ok ' "$work/tap")
plan=$(sed -n 's/^1\.\.//p' "$work/tap")
failed=$code

# holds NAME PROBLEMS: there are none
holds() {
	count=$((count + 1))
	if [ -z "$2" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		printf '# not ok %d - %s\n%s\n' $count "$1" "$2" | sed '2,$s/^/#   /' >&2
		failed=1
	fi
}

holds "the run came to its end" "$([ "${plan:-none}" = "$count" ] && [ "$code" -le 1 ] || echo "plan ${plan:-none}, exit $code")"
sed -nE '/# SKIP/!s/^(not )?ok [0-9]+ - ([0-9]+) .*/\2/p' "$work/tap" | sort -nu >"$work/printed"
rows() { sed -nE "s/^([0-9]+) [^\t]*\t$1( .*)?\$/\1\2/p" $table; }
holds "the table has each number from 1 to 173 once" "$(sed -nE 's/^([0-9]+) .*/\1/p' $table | diff - <(seq 1 173))"
holds "each row has a status, and a reason where one is due" \
	"$(grep -vE "^#|^[0-9]+ [^	]+	(run|gap|elsewhere [a-z0-9_./]+|(n/a|cannot) .+)\$" $table)"
holds "each case that is to be run was run" "$(rows run | comm -23 <(rows run | sort) <(sort "$work/printed"))"
holds "each case that was run is in the table as one" "$(comm -13 <(rows run | sort) <(sort "$work/printed"))"
holds "what covers a case elsewhere is there" "$(rows elsewhere | while read -r number file; do
	[ -e "$file" ] || echo "$number $file"; done)"
rows cannot | sed 's/^/# cannot run here: /'
echo "# audit: attacks $(rows run | wc -l) cases run, $(rows elsewhere | wc -l) covered elsewhere, $(rows 'n\/a' | wc -l) not" \
	"applicable, $(rows cannot | wc -l) cannot run here ($(sed -n 's/^# runs: //p' "$work/tap") runs of the helper," \
	"$((SECONDS - began)) s)"
echo "1..$count"
exit "$failed"
