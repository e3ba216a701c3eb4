#!/bin/sh
# bottle-guest runs in any image: static, and without a heap.
# shellcheck source=tests/guest/tap.sh
. "$(dirname "$0")/tap.sh"

build=${BUILD:-build}
for arch in x86_64 aarch64; do
	bin=$build/libexec/guest/$arch/bottle-guest
	if ! command -v readelf >/dev/null || [ ! -x "$bin" ]; then
		skip "$arch: static" "no readelf, or not built for it"
		continue
	fi
	is "$arch: is alone in its folder" "$(ls "$build/libexec/guest/$arch")" bottle-guest
	is "$arch: no interpreter" "$(readelf -lW "$bin" | grep INTERP)" ""
	is "$arch: no library" "$(readelf -dW "$bin" | grep NEEDED)" ""
	is "$arch: no segment both writable and executable" "$(readelf -lW "$bin" | grep RWE)" ""
	ok "$arch: under 256 KiB" [ "$(wc -c <"$bin")" -lt 262144 ]
	machine=$(readelf -hW "$bin" | grep Machine:)
	case $arch in
	x86_64) like "$arch: for that machine" "$machine" ".*X86-64" ;;
	aarch64) like "$arch: for that machine" "$machine" ".*AArch64" ;;
	esac

	set -- "$build/guest/$arch"/*.o
	if [ ! -e "$1" ]; then
		skip "$arch: no heap" "no objects"
		continue
	fi
	# Of the first-party objects: what they ask libc for.
	wants=$(readelf -sW "$@" | awk '$7 == "UND" && $8 != "" { print $8 }' | sort -u)
	ok "$arch: the list of what it wants is not empty" [ -n "$wants" ]
	is "$arch: no heap, no stdio, no shell, no name service, no environment" "$(
		printf '%s\n' "$wants" | grep -Ex \
			'(m|c|re)alloc|free|strdup|asprintf|[vsdfn]*printf|f?puts|f(open|write|read)|stdout|stderr|system|popen|exec.*|fork|posix_spawn.*|get(addr|name)info|gethost.*|(secure_)?getenv|environ'
	)" ""
done

# The other architecture, if it was built and can be run.
arm=$build/libexec/guest/aarch64/bottle-guest
if [ "$(uname -m)" != aarch64 ] && [ -x "$arm" ] && command -v qemu-aarch64-static >/dev/null; then
	like "aarch64: --version" "$(qemu-aarch64-static "$arm" --version)" "bottle-guest [0-9.]+"
	like "aarch64: probe" "$(qemu-aarch64-static "$arm" probe a,tcp,127.0.0.1,1,500,n | tr '\n' '|')" \
		'bottle-guest probe 1\|a refused ECONNREFUSED [0-9]+ -\|end 1\|'
	qemu-aarch64-static "$arm" probe a,tcp,127.0.0.1,0,500,n 2>/dev/null
	is "aarch64: refuses bad grammar" $? 64
	qemu-aarch64-static "$arm" hold &
	pid=$!
	pids=$pid
	sleep 0.5
	stop $pid TERM
	is "aarch64: hold ends on SIGTERM" "$code" 0
else
	skip "aarch64 under emulation" "not built, or no qemu-aarch64-static"
fi
done_testing
