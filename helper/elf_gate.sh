#!/bin/sh
# elf_gate.sh FILE...: fails unless each FILE is a static, position-independent, hardened program.
# A setuid program with an interpreter or a library runs code that others chose; musl-gcc makes one
# without a word when asked for -static-pie.
set -eu

status=0
fault() {
	echo "elf_gate: $1: $2" >&2
	status=1
}

for file; do
	if ! header=$(readelf -hW "$file") || ! segments=$(readelf -lW "$file") ||
		! dynamic=$(readelf -dW "$file") || ! symbols=$(readelf -sW "$file"); then
		fault "$file" "readelf cannot read it"
		continue
	fi
	case $header in *'Type:'*'DYN ('*) ;; *) fault "$file" "not position-independent" ;; esac
	case $segments in *INTERP*) fault "$file" "has an interpreter (PT_INTERP)" ;; esac
	case $dynamic in *'(NEEDED)'*) fault "$file" "needs a library (DT_NEEDED)" ;; esac
	case $dynamic in *TEXTREL*) fault "$file" "relocates its code (TEXTREL)" ;; esac
	case $dynamic in *RPATH* | *RUNPATH*) fault "$file" "has a library path" ;; esac
	case $dynamic in *'NOW'*) ;; *) fault "$file" "not bound at start (BIND_NOW)" ;; esac
	case $segments in *GNU_RELRO*) ;; *) fault "$file" "no RELRO" ;; esac
	echo "$segments" | grep -Eq 'GNU_STACK .* RW +0x' || fault "$file" "executable stack"
	! echo "$segments" | grep -Eq ' LOAD .* RWE ' || fault "$file" "writable code"
	case $symbols in *' __stack_chk_fail'*) ;; *) fault "$file" "no stack protector" ;; esac
	# What a program without heap, stdio, environment, exec, files and names does not contain.
	for name in malloc free realloc calloc getenv system popen execve fork vfork dlopen printf \
		vfprintf fopen setlocale syslog getaddrinfo gethostbyname getpwnam getpwuid getgrnam; do
		! echo "$symbols" | grep -Eq " [A-Z]+ +DEFAULT +[0-9]+ $name\$" ||
			fault "$file" "contains $name"
	done
done
exit $status
