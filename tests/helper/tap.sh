# shellcheck shell=sh disable=SC2034,SC2120
# TAP for the helper's shell tests. Sourced first; $netd is the binary under test.
netd=${BUILD:-build}/libexec/bottle-netd
case $netd in
/*) ;;
*) netd=$PWD/$netd ;;
esac
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

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
