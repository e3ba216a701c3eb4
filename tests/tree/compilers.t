#!/bin/sh
# Both compilers, every warning an error.
. "$(dirname "$0")/tap.sh"

check "gcc builds everything, unit tests included, without a warning" \
	make -s --no-print-directory BUILD="$work/gcc" CC=gcc WERROR=-Werror all test-programs
if command -v clang-14 >/dev/null; then
	check "clang builds the frontend and the unit tests without a warning" \
		make -s --no-print-directory BUILD="$work/clang" CC=clang-14 WERROR=-Werror bottle test-programs
	# musl-gcc is a wrapper of gcc; clang is told where musl is. Objects are compiled with the linker's options too.
	triple=$(uname -m)-linux-musl
	check "clang builds the helper and the guest program against musl without a warning" \
		make -s --no-print-directory BUILD="$work/clang" CC=clang-14 WERROR=-Werror MUSL_CC="clang-14 --target=$triple \
			-nostdlibinc -isystem /usr/include/$triple -B/usr/lib/$triple -L/usr/lib/$triple \
			-Wno-unused-command-line-argument" netd guest
	check "and they run" sh -c "'$work/clang/libexec/bottle-netd' policy &&
		'$work/clang/libexec/guest/$(uname -m)/bottle-guest' probe a,tcp,127.0.0.1,1,3000,abc | grep -q '^a refused'"
	check "clang made them, not gcc" sh -c "
		for object in netd/helper/bottle-netd.o 'guest/$(uname -m)/probe.o'; do
			readelf -p .comment '$work/clang/'\$object | grep -q 'clang version' || exit
		done"
else
	skip "clang builds the frontend and the unit tests without a warning" "no clang-14"
	skip "clang builds the helper and the guest program against musl without a warning" "no clang-14"
fi
check "the frontend is position-independent, with full RELRO and an unexecutable stack" sh -c "
	readelf -hlWd '$work/gcc/bin/bottle' >'$work/elf' &&
	grep -q 'DYN (Position' '$work/elf' && grep -q BIND_NOW '$work/elf' && grep -q GNU_RELRO '$work/elf' &&
	! grep GNU_STACK '$work/elf' | grep -q RWE"
check "another pool can be compiled in" \
	make -s --no-print-directory BUILD="$work/pool" POOL_FIRST=60 POOL_LAST=63 netd
check "and the helper says so" sh -c \
	"'$work/pool/libexec/bottle-netd' policy | grep -q '127.0.0.60 127.0.0.63'"
check "a pool with 127.0.0.1 does not compile" refuses \
	make -s --no-print-directory BUILD="$work/bad" POOL_FIRST=1 POOL_LAST=16 netd
check "a pool with 127.0.0.53 does not compile" refuses \
	make -s --no-print-directory BUILD="$work/bad" POOL_FIRST=50 POOL_LAST=60 netd
done_testing
