#!/bin/sh
# A helper of another protocol is refused before it is asked for anything, in one line that says what to type. The
# helpers here are stand-ins but for the last one, which is the one that was built.
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
BUILD=$(cd "${BUILD:-$top/build}" && pwd)
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

work=$(mktemp -d /tmp/bottle-netd.XXXXXX)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/inst/bin" "$work/inst/libexec/bottle" "$work/home/.config/bottle" "$work/said"
cp "$BUILD/bin/bottle" "$BUILD/tests/frontend/port/netd_native" "$work/inst/bin/"
netd=$work/inst/libexec/bottle/bottle-netd
echo 'alias: always' >"$work/home/.config/bottle/config.yaml"
# As an ordinary user, where root would be refused.
as=
if [ "$(id -u)" -eq 0 ]; then
	chown -R 29999 "$work/home" "$work/said"
	as="setpriv --reuid 29999 --regid 29999 --clear-groups"
fi

# stand_in ANSWER: a helper that answers so to `policy`, removes what it is told, and notes how it was called.
stand_in() {
	cat >"$netd" <<-END
		#!/bin/sh
		echo "\$*" >>$work/said/calls
		case \$1 in
		policy) echo "$1" ;;
		remove) shift; for each; do echo "\$each removed"; done ;;
		esac
	END
	chmod 755 "$netd"
}

# try PROGRAM ARG...: $status, $out, the first line of an error in $first, the calls of the helper in $calls
try() {
	program=$1
	shift
	rm -f "$work/said/calls"
	status=0
	# shellcheck disable=SC2086 # a list of words
	$as env -i HOME="$work/home" PATH=/usr/bin:/bin DOCKER_HOST="unix://$work/no.sock" "$work/inst/bin/$program" "$@" \
		>"$work/out" 2>"$work/err" </dev/null || status=$?
	out=$(cat "$work/out")
	calls=$(cat "$work/said/calls" 2>/dev/null | tr '\n' ';')
	first=$(head -n 1 "$work/err")
}

next='  next +install both from one version: the packages bottle and bottle-netd, or sudo install/install.sh'

stand_in "protocol 1 pool 127.0.0.16 127.0.0.31"
try netd_native policy
is "control: one of this protocol is understood" "$status $out" "0 1: 16 to 31"
try bottle pool ensure
is "control: and asked to add" "$status $calls" "0 policy;add $(seq -s ' ' -f '127.0.0.%g' 16 31);"
try netd_native release 127.0.0.16 127.0.0.17
is "control: and to remove" "$status $out $calls" "0 released 2 policy;remove 127.0.0.16 127.0.0.17;"

for protocol in 2 0 17 4294967297; do
	stand_in "protocol $protocol pool 127.0.0.16 127.0.0.31"
	try bottle pool ensure
	is "protocol $protocol: pool ensure exits 78" "$status" 78
	is "protocol $protocol: it was asked for nothing but its policy" "$calls" "policy;"
	is "protocol $protocol: nothing on standard output" "$out" ""
done
stand_in "protocol 2 pool 127.0.0.16 127.0.0.31"
try bottle pool ensure
like "the line names the file and both numbers" "$first" \
	"bottle: pool ensure: helper: $netd speaks protocol 2, this bottle 1: they are of different versions"
like "and what to type stands below" "$(grep '^  next' "$work/err")" "$next"
like "that nothing was done as well" "$(grep '^  left' "$work/err")" '  left +the helper was asked for nothing else'
try netd_native release 127.0.0.16
is "addresses are not given back by it either" "$status $calls" "78 policy;"

# A later protocol may say anything after the two words.
stand_in "protocol 3 addresses by the file"
try netd_native policy
like "a later one that says other things is told by its number" "$first" \
	"bottle: helper: $netd speaks protocol 3, this bottle 1: .*"
for answer in "" "hello" "protocol" "protocol one pool 127.0.0.16 127.0.0.31"; do
	stand_in "$answer"
	try netd_native policy
	like "'$answer' names no protocol" "$status $first" "78 bottle: helper: $netd does not say which protocol .*"
done
stand_in "protocol 1 pool of its own"
try netd_native policy
like "this protocol without a pool is an error too" "$status $first" "78 bottle: helper: .* names no pool"

cp "$BUILD/libexec/bottle-netd" "$netd"
chmod 755 "$netd"
try netd_native policy
is "the helper of this tree speaks the frontend's protocol" "$status ${out%%:*}" "0 1"
done_testing
