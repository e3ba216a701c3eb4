#!/bin/sh
# No test is run by nobody: each is in `make check` or in a target of its own, `make check-all` is all of these, and the
# README and the steps of a release name each.
. "$(dirname "$0")/tap.sh"
# What a make that runs this would hand on.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

check "make check-all says what it would run" sh -c "make -n BUILD='$BUILD' check-all >'$work/all' 2>&1"
# in_all TEST: by its name, or by its folder's
in_all() {
	grep -Eq "(^| )(${1%/*}|$1)( |\$)" "$work/all"
}
find tests -name '*.t' | sort >"$work/tests"
seen=$(wc -l <"$work/tests")
left_out=
while read -r file; do
	in_all "$file" || left_out="$left_out $file"
done <"$work/tests"
check "each test is run by it ($seen are there):$left_out" test -z "$left_out" -a "$seen" -gt 100
check "(a test of no target is seen)" refuses in_all tests/ansible/nobody.t

own=$(sed -n 's/^OWN_TARGETS := //p' mk/test.mk)
# unnamed FILE TEXT: which of the targets TEXT of FILE does not name
unnamed() {
	for target in $own; do
		printf '%s\n' "$2" | grep -q "\`\(make \)\{0,1\}$target\`" || echo "$1: $target"
	done
}
is "the README's line of check-all names each target, and each has a line of its own" "$(
	unnamed README.md "$(grep '^| `make check-all`' README.md)"
	unnamed README.md "$(grep -v '^| `make check-all`' README.md)"
)" ""
is "so does the second step of a release" "$(unnamed CONTRIBUTING.md "$(sed -n '/^2\. /,/^3\. /p' CONTRIBUTING.md)")" ""
done_testing
