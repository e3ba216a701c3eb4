#!/bin/sh
# The helper's parser on every input that there is room for: all 2^32 addresses, everything one byte away from a
# spelling of the pool (16-31, the default), all strings of up to 4 bytes. And that the same program notices when
# the parser is wrong.
here=$(dirname "$0")
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
root=$(cd "$here/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
start=$(date +%s)

# built FROM TO: the program TO, with the sources below FROM
built() {
	${CC:-cc} -std=c11 -D_GNU_SOURCE -O3 -I"$1" -I"$1/shared" -I"$1/helper" -o "$2" \
		"$root/tests/helper/exhaustive/exhaustive.c"
}
tried() { timeout 300 "$tmp/exhaustive" "$@"; }

ok "the program is built from the sources of the helper" built "$root" "$tmp/exhaustive"
quads=$(tried quads)
is "all 2^32 addresses are read as spelled, exactly 16 are in the pool" "$quads" \
	"tried 4294967296 accepted 4294967296 pool 16 wrong 0"
# Of one string: 11 * 255 inserted, 10 * 255 replaced, 10 left out. 16 strings, 2 verbs. Accepted are those where
# a byte is replaced by itself (10 * 16) or by a digit that leads to another address of the pool (116).
edits=$(tried edits)
is "one byte inserted, replaced or left out: only what spells an address of the pool is accepted" "$edits" \
	"tried $((2 * 16 * (11 * 255 + 10 * 255 + 10))) accepted $((2 * (160 + 116))) pool $((2 * (160 + 116))) wrong 0"
# Those of up to 3 bytes go through both addr_parse and request_parse.
upto3=$((1 + 255 + 255 * 255 + 255 * 255 * 255))
short=$(tried short)
is "no string of up to 4 bytes is accepted" "$short" \
	"tried $((2 * upto3 + 255 * 255 * 255 * 255)) accepted 0 pool 0 wrong 0"

noticed=0 faults=0
# fault WHAT FILE SED PART...: with the change, the program finds something wrong
fault() {
	faults=$((faults + 1)) what=$1 file=$2 script=$3
	shift 3
	rm -rf "$tmp/m"
	mkdir "$tmp/m"
	cp -r "$root/shared" "$root/helper" "$tmp/m"
	sed -i "$script" "$tmp/m/$file"
	found=
	if ! cmp -s "$root/$file" "$tmp/m/$file" && built "$tmp/m" "$tmp/wrong"; then
		found=$(timeout 300 "$tmp/wrong" "$@") && found="nothing wrong: $found"
	fi
	like "noticed: $what" "$found" 'tried [0-9]+ accepted [0-9]+ pool [0-9]+ wrong [1-9][0-9]*'
	case $found in tried*) noticed=$((noticed + 1)) ;; esac
}
fault "the pool begins one earlier" shared/pool.c 's/>= POOL_FIRST/>= POOL_FIRST - 1/' quads 127 127
fault "the pool is in 127.N.0.0 for each N" shared/pool.c 's/ && addr.octet\[1\] == 0//' quads 127 127
fault "255 is no number" shared/addr.c 's/value > 255/value > 254/' quads 127 127
fault "a number may begin with zero" shared/addr.c "s/ || (digits > 1 && text\[0\] == '0')//" edits
fault "a number may have no digit" shared/addr.c 's/digits == 0 || //' short
fault "what is outside the pool is no address" helper/request.c 's/return bad_pool/return bad_addr/' edits

seconds=$(($(date +%s) - start))
[ "$failed" -eq 0 ] && verdict='' || verdict='FAILED: '
# shellcheck disable=SC2086
set -- $quads $edits $short
echo "# audit: exhaustive $verdict${2:-no} addresses (${6:-?} in the pool), ${10:-no} tries one byte off, ${18:-no} with short strings," \
	"$((${8:-1} + ${16:-1} + ${24:-1})) wrong; $noticed of $faults faults noticed, $seconds s"
done_testing
