#!/bin/sh
# Both compilers, every warning an error.
. "$(dirname "$0")/tap.sh"

check "gcc builds everything without a warning" \
	make -s --no-print-directory BUILD="$work/gcc" CC=gcc WERROR=-Werror all
if command -v clang-14 >/dev/null; then
	check "clang builds the frontend without a warning" \
		make -s --no-print-directory BUILD="$work/clang" CC=clang-14 WERROR=-Werror bottle
else
	skip "clang builds the frontend without a warning" "no clang-14"
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
