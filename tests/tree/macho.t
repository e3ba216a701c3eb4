#!/bin/sh
# What `make macos` builds: cross-linked by zig, put into one file, and judged from the file by install/macos/gate, whose
# refusals are tried too. Untested on hardware: no Mac has run any of it.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/tree/zig.sh
. "$(dirname "$0")/zig.sh"

out=$work/build/darwin
gate=install/macos/gate
both='arm64 x86_64'
check "make macos-pkg builds helper and guests and lays out the package" timeout 580 make -s --no-print-directory \
	BUILD="$work/build" ZIG="$zig" WERROR=-Werror macos-pkg
helper=$out/universal/bottle-netd
check "the gate passes the helper" "$gate" 13.0 "$both" "$helper"
is "file(1) too sees a universal program of two" "$(file -b "$helper" | sed -n '1s/ \[.*//p')" \
	"Mach-O universal binary with 2 architectures:"
cp "$helper" "$work/one"
check "it is the file in the package's tree" cmp "$helper" "$out/pkg/root/opt/bottle/libexec/bottle/bottle-netd"
check "no folder of this host is named in it" sh -c "! grep -qaF -e '$work' -e '$cache' -e '$(pwd)' '$helper'"
for arch in aarch64 x86_64; do
	check "the guest for $arch is a static ELF program of Linux" sh -c \
		"file -b '$out/guest/$arch/bottle-guest' | grep -Eq 'ELF 64-bit LSB executable, .*statically linked' &&
		readelf -h '$out/guest/$arch/bottle-guest' | grep -Eqi 'Machine:.*$(echo $arch | sed 's/_/./')'"
done
check "build/libexec, which this host installs, has none of them" test ! -e "$work/build/libexec/guest"

# The same from another folder
mkdir "$work/copy"
git ls-files -z --cached --others --exclude-standard | tar --null -T - -c | tar -x -C "$work/copy"
check "it is built once more in another folder" sh -c "cd '$work/copy' && timeout 580 make -s --no-print-directory ZIG='$zig' \
	macos-build"
check "the same bytes: the helper" cmp "$helper" "$work/copy/build/darwin/universal/bottle-netd"
for arch in aarch64 x86_64; do
	check "the same bytes: the guest for $arch" cmp "$out/guest/$arch/bottle-guest" \
		"$work/copy/build/darwin/guest/$arch/bottle-guest"
done
check "another pool" make -s --no-print-directory BUILD="$work/build" ZIG="$zig" POOL_LAST=40 macos-build
check "is another helper" refuses cmp -s "$helper" "$work/one"

# What the gate refuses
refused() { # NAME PATTERN MIN ARCHS FILE
	count=$((count + 1))
	if "$gate" "$3" "$4" "$5" >"$work/out" 2>&1; then
		echo "not ok $count - refused: $1"
		failed=1
	elif grep -Eq -- "$2" "$work/out"; then
		echo "ok $count - refused: $1"
	else
		differs "refused: $1" "$(cat "$work/out")" "$2"
	fi
}
refused "for a newer macOS than asked" "for macOS '13.0', not '12.0'" 12.0 "$both" "$helper"
refused "one architecture alone" "is for 'arm64', not for" 13.0 "$both" "$out/aarch64/bottle-netd"
refused "a program of Linux" "is for ''" 13.0 "$both" "$out/guest/x86_64/bottle-guest"
# built NAME SOURCE FLAG...: a program of C for arm64
built() {
	to=$work/$1
	printf '%s\n' "$2" >"$to.c"
	shift 2
	timeout 300 "$zig" cc -target aarch64-macos.13.0 -O1 -fno-sanitize=all -fstack-protector-strong -o "$to" "$@" "$to.c" \
		2>"$work/out" || sed 's/^/# /' "$work/out"
}
keep='#include <unistd.h>
int take(char *); int take(char *at) { return (int)read(0, at, 1); }
int (*volatile taken)(char *) = take;'
built plain "$keep int main(int c, char **v) { char a[64]; (void)c; (void)v; return taken(a) + a[1]; }"
check "a plain program passes" "$gate" 13.0 arm64 "$work/plain"
built heap "$keep
#include <stdlib.h>
int main(void) { char a[64]; char *volatile p = malloc(9); free(p); return taken(a) + a[1]; }"
refused "a heap" 'contains malloc' 13.0 arm64 "$work/heap"
built environment "$keep
#include <stdlib.h>
int main(void) { char a[64]; return taken(a) + (getenv(\"X\") != 0); }"
refused "a look at the environment" 'contains getenv' 13.0 arm64 "$work/environment"
built before "$keep
__attribute__((constructor)) static void first(void) { char a[64]; (void)taken(a); }
int main(void) { char a[64]; return taken(a) + a[1]; }"
refused "code before main" 'constructors' 13.0 arm64 "$work/before"
built unguarded "$keep int main(void) { static char a[64]; return taken(a); }" -fno-stack-protector
refused "no stack protector" 'no stack protector' 13.0 arm64 "$work/unguarded"
built place "$keep int main(void) { char a[64]; return taken(a) + a[1]; }" -Wl,-rpath,/tmp
refused "a folder to look for libraries in" 'has LC_RPATH' 13.0 arm64 "$work/place"
printf 'int other(void); int other(void) { return 1; }\n' >"$work/other.c"
"$zig" cc -target aarch64-macos.13.0 -shared -o "$work/libother.dylib" "$work/other.c" 2>"$work/out" || cat "$work/out" >&2
built second "$keep int other(void); int main(void) { char a[64]; return taken(a) + other(); }" "$work/libother.dylib"
refused "a second library" 'needs other libraries' 13.0 arm64 "$work/second"
refused "a name from it" 'names that libSystem does not define' 13.0 arm64 "$work/second"
built loose "$keep int nobody(void); int main(void) { char a[64]; return taken(a) + nobody(); }" -Wl,-undefined,dynamic_lookup
refused "a name that nobody defines" 'names that libSystem does not define' 13.0 arm64 "$work/loose"
refused "a library in a program's place" 'no program' 13.0 arm64 "$work/libother.dylib"
done_testing
