#!/bin/sh
# What a Mac would build, compiled and linked here for both of its architectures. Not run: there is no Mac.
. "$(dirname "$0")/tap.sh"

if ! zig=$(install/get-zig 2>"$work/zig.log"); then
	sed 's/^/# /' "$work/zig.log"
	echo "not ok 1 - zig can be fetched"
	echo "1..1"
	exit 1
fi
export ZIG_GLOBAL_CACHE_DIR="$work/zig-cache" ZIG_LOCAL_CACHE_DIR="$work/zig-cache"
for arch in aarch64 x86_64; do
	check "the helper links for $arch-macos" make -s --no-print-directory BUILD="$work/build" \
		ZIG="$zig" WERROR=-Werror "$work/build/darwin/$arch/bottle-netd"
	check "it is a Mach-O program" sh -c "file '$work/build/darwin/$arch/bottle-netd' | grep -q Mach-O"
	check "the frontend without third-party libraries links for $arch-macos" make -s --no-print-directory \
		BUILD="$work/build" ZIG="$zig" WERROR=-Werror "$work/build/darwin/$arch/libbottle.dylib"
done
check "the guest program builds for aarch64" make -s --no-print-directory BUILD="$work/build" ZIG="$zig" \
	WERROR=-Werror guest-aarch64
done_testing
