#!/bin/sh
# Anyone who builds the helper from the same sources with the same packages gets the same bytes: whatever the
# folder, its name and the order of its files, the time, the time zone, the locale, the umask, the user, the
# user's environment, the number of jobs.
here=$(dirname "$0")
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
[ "$(uname -s)" = Linux ] || skip_all "the helper of macOS is linked by others' tools"
root=$(cd "$here/../.." && pwd)

# copy FOLDER ORDER: what the helper is made from, its files created in this order
copy() {
	mkdir -p "$1" && (cd "$root" && find Makefile mk helper shared -type f | sort "$2" |
		tar -cf - -T -) | tar -xf - -C "$1" --no-same-owner
}
copy "$tmp/a" -n
copy "$tmp/other place/b c" -r 2>/dev/null
mv "$tmp/other place/b c" "$tmp/elsewhere-with-a-long-name"
rmdir "$tmp/other place"

# built FOLDER BUILD COMMAND...: makes the helper there; its sha256
built() {
	built_in=$1 built_to=$2
	shift 2
	(cd "$built_in" && timeout 120 "$@" >"$tmp/log" 2>&1) || sed 's/^/# /' "$tmp/log" >&2
	sha256sum <"$built_in/$built_to/libexec/bottle-netd" 2>/dev/null | cut -d ' ' -f 1
}
plain="env -i PATH=$PATH make --no-print-directory"
# shellcheck disable=SC2086
first=$(built "$tmp/a" build $plain netd)
like "one build" "$first" '[0-9a-f]{64}'

# The other build, as unlike the first as can be had.
fake='' user='' unlike="folder, build folder, order of the files, TZ, locale, umask, environment, jobs, address layout"
if command -v faketime >/dev/null; then
	fake="faketime 2031-07-05T03:04:05"
	unlike="$unlike, time"
else
	skip "another time" "no faketime"
fi
if [ "$(id -u)" -eq 0 ]; then
	chmod 755 "$tmp" && chown -R 65534:65534 "$tmp/elsewhere-with-a-long-name"
	user="setpriv --reuid 65534 --regid 65534 --clear-groups"
	unlike="$unlike, user"
fi
umask 077
# shellcheck disable=SC2086
second=$(built "$tmp/elsewhere-with-a-long-name" out/second $user setarch -R env -i "PATH=$PATH" HOME=/nonexistent \
	USER=somebody LOGNAME=somebody TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 LANG=tr_TR.UTF-8 TERM=dumb CI=1 \
	CFLAGS=-O0 LDFLAGS=-Wl,-x CPPFLAGS=-DPOOL_LAST=17 SOURCE_DATE_EPOCH=86400 \
	TMPDIR="$tmp/elsewhere-with-a-long-name" \
	$fake sh -c 'date +%Y >year && exec make --no-print-directory -j 2 BUILD=out/second netd')
umask 022
is "another $unlike: the same bytes" "$second" "$first"
if [ "$second" != "$first" ] && command -v diffoscope >/dev/null; then
	timeout 120 diffoscope --text - "$tmp/a/build/libexec/bottle-netd" \
		"$tmp/elsewhere-with-a-long-name/out/second/libexec/bottle-netd" 2>/dev/null | head -n 60 | sed 's/^/# /' >&2
fi
if [ -n "$fake" ]; then
	is "(the other build did see another time)" "$(cat "$tmp/elsewhere-with-a-long-name/year")" 2031
fi
# An absolute build folder, such as a packager has.
# shellcheck disable=SC2086
third=$(built "$tmp/a" "../apart" $plain BUILD="$tmp/apart" netd)
is "a build folder outside the tree: the same bytes" "$third" "$first"

# --- what does differ, and that it is noticed
# shellcheck disable=SC2086
pool=$(built "$tmp/a" build $plain POOL_LAST=30 netd)
ok "(another pool is another program, made in the same build folder)" \
	test -n "$pool" -a "$pool" != "$first"
# shellcheck disable=SC2086
version=$(built "$tmp/a" build $plain VERSION=9.9.9 netd)
ok "(another version too)" test -n "$version" -a "$version" != "$first" -a "$version" != "$pool"
is "it says the version it was built with" "$(timeout 10 unshare -rn "$tmp/a/build/libexec/bottle-netd" version)" \
	"bottle-netd 9.9.9"
# shellcheck disable=SC2086
is "and back: the first bytes again" "$(built "$tmp/a" build $plain netd)" "$first"
stamp=$(stat -c %y "$tmp/a/build/libexec/bottle-netd")
# shellcheck disable=SC2086
is "nothing is made twice" "$(built "$tmp/a" build $plain netd) $(stat -c %y "$tmp/a/build/libexec/bottle-netd")" \
	"$first $stamp"
sed -i 's/usage: bottle-netd/Usage: bottle-netd/' "$tmp/a/helper/request.c"
# shellcheck disable=SC2086
source=$(built "$tmp/a" build $plain netd)
ok "(one letter in a source is another program)" test -n "$source" -a "$source" != "$first"

is "and the helper under test is this program (else: it was made with other settings, see its netd/flags)" \
	"$(sha256sum <"$netd" | cut -d ' ' -f 1)" "$first"
echo "# sha256 $first  bottle-netd $(sed -n 's/^VERSION *:= *//p' "$root/Makefile")" \
	"(gcc $(musl-gcc -dumpfullversion), musl $(dpkg-query -W -f '${Version}' musl-dev 2>/dev/null || echo unknown))"
summary="3 builds alike ($unlike); another pool, version or source is noticed"
[ "$failed" -eq 0 ] || summary="FAILED, see above"
echo "# audit: repro: sha256 $first, $summary"
done_testing
