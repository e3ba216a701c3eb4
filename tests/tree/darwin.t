#!/bin/sh
# What a Mac would build, compiled and linked here for both of its architectures. Not run: there is no Mac.
. "$(dirname "$0")/tap.sh"
# shellcheck source=tests/tree/zig.sh
. "$(dirname "$0")/zig.sh"

for arch in aarch64 x86_64; do
	# The structures, numbers and calls that tests/helper/darwin/ is compiled with, against macOS's headers.
	check "the model's macOS is that of the headers for $arch-macos" timeout 300 "$zig" cc -target "$arch-macos" \
		-std=c11 -D_DARWIN_C_SOURCE -Wall -Werror -c -o "$work/layout.o" tests/helper/darwin/layout.c
	check "the helper links for $arch-macos" make -s --no-print-directory BUILD="$work/build" \
		ZIG="$zig" WERROR=-Werror "$work/build/darwin/$arch/bottle-netd"
	check "it is a Mach-O program" sh -c "file '$work/build/darwin/$arch/bottle-netd' | grep -q Mach-O"
	check "the frontend without third-party libraries links for $arch-macos" make -s --no-print-directory \
		BUILD="$work/build" ZIG="$zig" WERROR=-Werror "$work/build/darwin/$arch/libbottle.dylib"
done
sed 's/IS(SIOCDIFADDR, 0x80206919)/IS(SIOCDIFADDR, 0x8020691a)/' tests/helper/darwin/layout.c >"$work/layout.c"
check "and one wrong digit would be seen" refuses timeout 300 "$zig" cc -target aarch64-macos -std=c11 \
	-D_DARWIN_C_SOURCE -c -o "$work/layout.o" "$work/layout.c"
facts=$(grep -cE '^(IS|SIZE|AT|CALL)\(' tests/helper/darwin/layout.c)
echo "# audit: darwin $facts facts compared with macOS's headers for 2 architectures, the helper linked; not run"
check "the guest program builds for aarch64" make -s --no-print-directory BUILD="$work/build" ZIG="$zig" \
	WERROR=-Werror guest-aarch64
done_testing
