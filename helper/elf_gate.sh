#!/bin/sh
# elf_gate.sh FILE...: fails unless each FILE is a static, position-independent, hardened program.
# A setuid program with an interpreter or a library runs code that others chose; musl-gcc makes one
# without a word when asked for -static-pie. Judged by readelf, not by what the linker was told. Every
# fault has one line; names are looked for in the symbol table, so a stripped file is refused.
set -eu
LC_ALL=C
export LC_ALL

status=0
fault() {
	echo "elf_gate: $1: $2" >&2
	status=1
}

# layout: what is wrong with the program headers on standard input, one fault a line
layout() {
	awk '
	/^Entry point/ { entry = value($3) }
	# Type Offset VirtAddr PhysAddr FileSiz MemSiz Flg Align, where Flg is one to three words
	/^  [A-Z_]+ +0x/ {
		flags = $7 (NF > 8 ? $8 : "") (NF > 9 ? $9 : "")
		if ($1 == "INTERP")
			print "has an interpreter (PT_INTERP)"
		if ($1 == "GNU_STACK")
			stack = flags
		else if (flags ~ /W/ && flags ~ /E/)
			both = $1
		else if ($1 == "LOAD" && flags ~ /E/) {
			code++
			from = value($3)
			end = from + value($6)
		}
		relro += $1 == "GNU_RELRO"
	}
	function value(hex,    i, sum) {
		hex = tolower(substr(hex, 3))
		for (i = 1; i <= length(hex); i++)
			sum = sum * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
		return sum
	}
	END {
		if (stack != "RW")
			print "executable stack"
		if (relro != 1)
			print "no RELRO"
		if (both != "")
			print "a segment that can be written and run (" both ")"
		else if (code != 1)
			print "not one segment of code but " code + 0
		else if (entry < from || entry >= end)
			print "starts outside its code"
	}'
}

for file; do
	if ! header=$(readelf -hW "$file" 2>&1) || ! segments=$(readelf -lW "$file") ||
		! dynamic=$(readelf -dW "$file") || ! symbols=$(readelf -sW "$file") ||
		! exported=$(readelf -W --dyn-syms "$file") || ! relocs=$(readelf -rW "$file"); then
		fault "$file" "readelf cannot read it"
		continue
	fi
	case $header in *': Error:'* | *': Warning:'*) fault "$file" "readelf warns of it" ;; esac
	case $header in *'Type:'*'DYN ('*) ;; *) fault "$file" "not position-independent" ;; esac
	case $dynamic in *'(FLAGS_1)'*PIE*) ;; *) fault "$file" "not a program but a library (no PIE flag)" ;; esac
	case $dynamic in *'(NEEDED)'*) fault "$file" "needs a library (DT_NEEDED)" ;; esac
	case $dynamic in *TEXTREL*) fault "$file" "relocates its code (TEXTREL)" ;; esac
	case $dynamic in *'(RPATH)'* | *'(RUNPATH)'*) fault "$file" "has a library path" ;; esac
	case $dynamic in *'NOW'*) ;; *) fault "$file" "not bound at start (BIND_NOW)" ;; esac
	# What runs before main() is the C library's start-up and nothing else, and it jumps to nothing else.
	case $dynamic in *_ARRAY\)*) fault "$file" "runs code before or after main (constructors)" ;; esac
	case $dynamic in *AUDIT\)* | *'(FILTER)'* | *'(AUXILIARY)'*) fault "$file" "names a library to load" ;; esac
	! echo "$relocs" | grep ' R_' | grep -qv '_RELATIVE  ' ||
		fault "$file" "a relocation that is not relative"
	case $exported in *"'.dynsym' contains 1 entry"*) ;; *) fault "$file" "exports or imports names" ;; esac
	faults=$(echo "$segments" | layout)
	[ -z "$faults" ] || while read -r why; do fault "$file" "$why"; done <<-end
		$faults
	end
	echo "$symbols" | grep -q ' __stack_chk_fail$' || fault "$file" "no stack protector"
	# What a program without heap, stdio, environment, exec, files and names does not contain. The whole list
	# of what it may contain is tests/helper/symbols.t.
	for name in malloc free realloc calloc brk sbrk mmap getenv secure_getenv setenv system popen \
		posix_spawn execve execv execvp execl execlp fexecve fork vfork clone dlopen dlsym printf snprintf \
		vfprintf fopen fwrite setlocale syslog getaddrinfo gethostbyname getpwnam getpwuid getgrnam strtol \
		inet_aton; do
		! echo "$symbols" | grep -Eq " [A-Z]+ +[A-Z]+ +[A-Z]+ +[0-9]+ $name\$" ||
			fault "$file" "contains $name"
	done
done
exit $status
