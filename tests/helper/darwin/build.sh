#!/bin/sh
# build.sh OUT [OS_DARWIN_C [PRIVILEGE_DARWIN_C]]: the test of bottle-netd on a model of macOS, as program OUT.
#
# Compiles the whole program with macOS's structures (darwin.h) and links it with the model and the tests. The
# two optional arguments stand in for the sources of these names. With OBJ=FOLDER in the environment the other
# objects are kept there and used again, which makes a build with a changed source quick.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
here=$top/tests/helper/darwin
out=$1
os=$top/helper/os_darwin.c
privilege=$top/helper/privilege_darwin.c
cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
obj=${OBJ:-$work}
mkdir -p "$obj/include"

# Each header that is named becomes a line that includes the one there is.
[ -e "$obj/layout" ] || cat "$top"/helper/*.[ch] "$top"/shared/*.[ch] "$here/layout.c" |
	sed -n 's/^#include <\(.*\)>.*/\1/p' | sort -u | grep -vE '^std(bool|def|int|arg)\.h$' |
	while read -r header; do
		mkdir -p "$obj/include/$(dirname "$header")"
		echo '#include "darwin.h"' >"$obj/include/$header"
	done

flags="-std=c11 -O1 -fno-pie -Wall -Wextra ${CFLAGS:-}"
defs="-DDARWIN_QUICK -DPOOL_FIRST=16 -DPOOL_LAST=31 -Dmain=netd_main -I$top/helper -I$top/shared"
# -ffreestanding: the compiler's own stdint.h must not look for libc's.
darwin="-nostdinc -ffreestanding -I$here -I$obj/include -isystem $("$cc" -print-file-name=include)"

# compile SOURCE OBJECT FLAG...
compile() {
	source=$1
	object=$2
	shift 2
	"$cc" "$@" -c -o "$object" "$source"
}
# kept SOURCE FLAG...: compiles once; prints the object
kept() {
	object=$obj/$(basename "$1" .c).o
	kept_source=$1
	shift
	[ -e "$object" ] || compile "$kept_source" "$object" "$@" >&2
	echo "$object"
}

# shellcheck disable=SC2086 # flags are words
{
	[ -e "$obj/layout" ] || compile "$here/layout.c" "$obj/layout" $flags $darwin
	netd=
	for source in helper/bottle-netd helper/report shared/addr shared/pool; do
		netd="$netd $(kept "$top/$source.c" $flags $darwin $defs)"
	done
	netd="$netd $(kept "$top/helper/request.c" $flags $darwin $defs -Drequest_parse=netd_request_parse)"
	for source in "$os ${2:-$os}" "$privilege ${3:-$privilege}"; do
		if [ "${source% *}" = "${source#* }" ]; then
			netd="$netd $(kept "${source% *}" $flags $darwin $defs)"
		else
			object=$work/$(basename "${source% *}" .c).o
			compile "${source#* }" "$object" $flags $darwin $defs
			netd="$netd $object"
		fi
	done
	test=
	for source in ids process in_control; do
		test="$test $(kept "$here/$source.c" $flags $darwin)"
	done
	for source in run state behaviour faults races main; do
		test="$test $(kept "$here/$source.c" $flags -D_GNU_SOURCE -I"$here" -I"$top/helper" -I"$top/shared" -I"$top/tests")"
	done
	# The program's variables into sections of their own, so that each run starts from new ones.
	ld -r -o "$work/netd.o" $netd
	objcopy --rename-section .bss=netd_bss,alloc,load,data,contents --rename-section .data=netd_data \
		"$work/netd.o"
	"$cc" ${CFLAGS:-} -no-pie -o "$out" "$work/netd.o" $test
}
