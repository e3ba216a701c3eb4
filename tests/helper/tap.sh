# shellcheck shell=sh disable=SC2034,SC2120
# TAP for the helper's shell tests. Sourced first; $netd is the binary under test.
netd=${BUILD:-build}/libexec/bottle-netd
case $netd in
/*) ;;
*) netd=$PWD/$netd ;;
esac
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

# is NAME GOT WANT: equal strings
is() {
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		printf '%s\n' "$2" | sed 's/^/#  got: /'
		printf '%s\n' "$3" | sed 's/^/# want: /'
		failed=1
	fi
}

# like NAME GOT PATTERN: the whole of it, one line, matches an extended regular expression
like() {
	count=$((count + 1))
	if [ "$(printf '%s\n' "$2" | wc -l)" -eq 1 ] && printf '%s\n' "$2" | grep -Eqx -- "$3"; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		printf '%s\n' "$2" | sed 's/^/#  got: /'
		echo "# want: $3"
		failed=1
	fi
}

skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing() {
	echo "1..$count"
	exit $failed
}

# run COMMAND...: $out, $err, $code
run() {
	code=0
	"$@" >"$tmp/out" 2>"$tmp/err" || code=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

# addrs: what the kernel has, one address a line in its own order: 127.0.0.16/32 lo:16 [secondary]
addrs() {
	ip -o -4 addr | sed 's/\\.*//' | awk '{
		print $4, $NF, (/ secondary /? "secondary" : "") }' | sed 's/ $//'
}

# fresh [ADDRESS LABEL]...: lo up with 127.0.0.1 and then these
fresh() {
	ip link set lo down
	ip addr flush dev lo
	ip link set lo up
	while [ $# -ge 2 ]; do
		ip addr add "$1" dev lo label "$2"
		shift 2
	done
}

home='127.0.0.1/8 lo'

[ -x "$netd" ] || skip_all "no $netd"
tmp=$(mktemp -d)
chmod 755 "$tmp"
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
