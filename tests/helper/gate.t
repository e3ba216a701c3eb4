#!/bin/sh
# The gate behind the link: it passes the helper as built and refuses what must never be installed.
here=$(dirname "$0")
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
[ "$(uname -s)" = Linux ] || skip_all "ELF is for Linux"
command -v readelf >/dev/null || skip_all "no readelf"
gate=$here/../../helper/elf_gate.sh
cc=${CC:-cc}

ok "the helper passes" sh "$gate" "$netd"
ok "the helper has no run-time loader" sh -c "! readelf -lW '$netd' | grep -q INTERP"
ok "the helper is small (under 200 kB)" test "$(stat -c %s "$netd")" -lt 204800

printf 'int main(void) { return 0; }\n' >"$tmp/plain.c"
printf '#include <stdlib.h>\nint main(int c, char **v) { char b[64]; b[c] = *v[0]; return getenv(b) != malloc(c); }\n' \
	>"$tmp/heap.c"

# refused NAME WHY FILE FLAG...
refused() {
	refused_name=$1 why=$2 file=$3
	shift 3
	if ! $cc -o "$tmp/bad" "$tmp/$file.c" "$@" 2>"$tmp/err"; then
		skip "refuses $refused_name" "cannot be built here"
		return
	fi
	run sh "$gate" "$tmp/bad"
	ok "refuses $refused_name" sh -c "[ $code -ne 0 ] && grep -q '$why' '$tmp/err'"
}
refused "an interpreter" PT_INTERP plain -fPIE -pie
refused "a library" DT_NEEDED plain -fPIE -pie
refused "a fixed address" "not position-independent" plain -static -no-pie
refused "an executable stack" "executable stack" plain -fPIE -pie -z execstack
refused "a missing RELRO" "no RELRO" plain -fPIE -pie -z norelro
refused "lazy binding" BIND_NOW plain -fPIE -pie -Wl,-z,lazy
refused "a library path" "library path" plain -fPIE -pie -Wl,-rpath,/tmp
refused "a missing stack protector" "stack protector" plain -static-pie -fPIE -s
refused "a heap" "contains malloc" heap -static-pie -fPIE
refused "an environment" "contains getenv" heap -static-pie -fPIE
cp "$netd" "$tmp/cut" && truncate -s 100 "$tmp/cut"
ok "refuses a file that is cut off" sh -c "! sh '$gate' '$tmp/cut' 2>/dev/null"
ok "refuses one bad file among good ones" sh -c "! sh '$gate' '$netd' '$tmp/bad' '$netd' 2>/dev/null"
done_testing
