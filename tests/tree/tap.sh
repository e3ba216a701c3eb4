# shellcheck shell=sh
# TAP for the tests of the tree itself.
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
BUILD=${BUILD:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/tap.sh
. tests/tap.sh

# check NAME COMMAND...: passes when COMMAND succeeds; its output is shown when it does not.
check() {
	name=$1
	shift
	count=$((count + 1))
	if "$@" >"$work/out" 2>&1; then
		echo "ok $count - $name"
	else
		differs "$name" "$(head -n 60 "$work/out")" success
	fi
}

refuses() { # COMMAND...: succeeds when COMMAND fails
	! "$@"
}
