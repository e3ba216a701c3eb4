# TAP for the guest's shell tests. Sourced first; $guest is the binary under test.
# shellcheck shell=sh disable=SC2034 # read by those who source it
here=$(cd "$(dirname "$0")" && pwd)
guest=${GUEST:-${BUILD:-build}/libexec/guest/$(uname -m)/bottle-guest}
case $guest in
/*) ;;
*) guest=$PWD/$guest ;;
esac
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"

[ -x "$guest" ] || skip_all "no $guest"

# Starts this script again as root of a network namespace and of a mount namespace of its own.
own_namespace() {
	[ "${OWN_NAMESPACE:-}" ] && return
	export OWN_NAMESPACE=1
	unshare -mn true 2>/dev/null && exec unshare -mn sh "$0"
	unshare -rmn true 2>/dev/null && exec unshare -rmn sh "$0"
	skip_all "no network namespace here"
}

tmp=$(mktemp -d)
pids=
cleanup() {
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill -9 $pids 2>/dev/null
	rm -rf "$tmp"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# wait_for COMMAND...: until it succeeds, 5 s at most
wait_for() {
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || return 1
		sleep 0.05
	done
}

# run ARGUMENT...: $out, $err, $code of the binary
run() {
	code=0
	timeout 30 "$guest" "$@" >"$tmp/out" 2>"$tmp/err" || code=$?
	out=$(cat "$tmp/out")
	err=$(cat "$tmp/err")
}

# stop PID SIGNAL [CHILD]: $code that CHILD (PID) ends with; 137 if it had to be killed
stop() {
	kill "-$2" "$1"
	(sleep 3 && kill -9 "${3:-$1}") >/dev/null 2>&1 &
	killer=$!
	code=0
	wait "${3:-$1}" || code=$?
	kill $killer 2>/dev/null
}

# line ID: that attempt's line of $out, without its milliseconds, which go to $ms
line() {
	line=
	ms=-1
	printf '%s\n' "$out" >"$tmp/lines"
	while read -r id state errno at data; do
		[ "$id" != "$1" ] || line="$state $errno $data" ms=$at
	done <"$tmp/lines"
}

hex() {
	printf '%b' "$1" | od -An -v -tx1 | tr -d ' \n'
}
