# shellcheck shell=sh disable=SC2154
# For tests that link with zig, sourced after tap.sh: sets $zig; its caches are shared.
if ! zig=$(install/get-zig 2>"$work/zig.log"); then
	sed 's/^/# /' "$work/zig.log"
	echo "not ok 1 - zig can be fetched"
	echo "1..1"
	exit 1
fi
mkdir -p "$BUILD/zig-cache" # shared by the tests that need zig
cache=$(cd "$BUILD/zig-cache" && pwd)
export ZIG_GLOBAL_CACHE_DIR="$cache" ZIG_LOCAL_CACHE_DIR="$cache"
