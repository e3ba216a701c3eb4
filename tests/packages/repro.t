#!/bin/sh
# Built twice: the same bytes, in another folder with another umask, time zone, locale and settings of make.
. "$(dirname "$0")/lib.sh"
need "bottle_$version-1_$arch.deb" "bottle-netd_$version-1_$arch.deb"
again=$packages/again/under-another-name
rm -rf "$packages/again"
mkdir -p "$again"
trap 'rm -rf "$packages/again"' EXIT

# built COMMAND: by somebody with other habits
built() {
	(umask 077 && env TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 CFLAGS=-O0 POOL_LAST=17 CI=1 "$@" "$again") >"$again/said" 2>&1 ||
		sed 's/^/# /' "$again/said" >&2
}
# alike FILE
alike() {
	cmp -s "$packages/$1" "$again/$1" && return 0
	! command -v diffoscope >/dev/null ||
		timeout 120 diffoscope --text - "$packages/$1" "$again/$1" 2>/dev/null | head -n 60 | sed 's/^/# /' >&2
	return 1
}
built install/make-deb
built install/make-rpm
for file in "$packages"/*.deb "$packages"/*.rpm; do
	ok "${file##*/}: the same bytes" alike "${file##*/}"
done
is "(two packages of each kind)" "$count" 4
ok "(another version is another package)" \
	sh -c "! cmp -s '$packages/bottle_$version-1_$arch.deb' '$packages/old/bottle_0.0.9-1_$arch.deb'"
done_testing
