#!/bin/sh
# The helper stays small enough to be read in one sitting: everything that runs with privilege on one
# platform, generated filter and its generator aside, comments and blank lines not counted.
here=$(dirname "$0")
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
cd "$here/../.." || exit 1
summary=
for os in linux darwin; do
	files="helper/bottle-netd.c helper/request.c helper/report.c helper/os_$os.c helper/privilege_$os.c
		shared/addr.c shared/pool.c"
	headers="helper/os.h helper/privilege.h helper/report.h helper/request.h shared/addr.h
		shared/exit_code.h shared/pool.h"
	# shellcheck disable=SC2086
	lines=$(sh helper/count.sh $files) all=$(sh helper/count.sh $files $headers)
	for file in $files; do echo "# $os: $(sh helper/count.sh "$file") $file"; done
	echo "# $os: $lines lines of C, $all with headers"
	ok "$os: at most 400 lines of privileged C" test "$lines" -le 400
	ok "$os: at most 510 with headers" test "$all" -le 510
	summary="$summary $os $lines + $((all - lines)) lines;"
done
is "no other source file" "$(echo helper/*.[ch] shared/*.[ch])" "helper/bottle-netd.c helper/filter_gen.c \
helper/os.h helper/os_darwin.c helper/os_linux.c helper/privilege.h helper/privilege_darwin.c \
helper/privilege_linux.c helper/report.c helper/report.h helper/request.c helper/request.h shared/addr.c \
shared/addr.h shared/exit_code.h shared/pool.c shared/pool.h"
# A header with a body would hide code from the first of the two limits.
for header in helper/*.h shared/*.h; do echo "#include \"$header\""; done >"$tmp/headers.c"
${CC:-cc} -std=c11 -D_GNU_SOURCE -fkeep-static-functions -fkeep-inline-functions -w -Ihelper -Ishared -I. -c \
	-o "$tmp/headers.o" "$tmp/headers.c"
is "no function body in a header" "$(nm "$tmp/headers.o" | grep -i ' t [^_]')" ""
printf '/* a\n\n b */\nint a; // x\n\nint b; /* y */\n' >"$tmp/x.c"
is "(comments and blank lines do not count)" "$(sh helper/count.sh "$tmp/x.c")" 2
printf '#include <x.h>\n#define Y 1\n{\n}\n' >"$tmp/x.c"
is "(directives and braces do)" "$(sh helper/count.sh "$tmp/x.c")" 4
ok "no call that reads, runs or allocates" sh -c "! grep -nwE \
	'(malloc|calloc|realloc|free|printf|snprintf|fopen|getenv|exec[lv]p?e?|fork|system|syslog|inet_aton)\(' \
	helper/[!f]*.c shared/*.c"

# The linked program: the file without symbols and debug information, and what it takes when loaded, stack
# aside. Measured with gcc 12.2 and musl 1.2.3 on x86_64: LIMIT is that and a sixteenth.
file_limit=27900 memory_limit=41800
if [ "$(uname -s)" = Linux ] && command -v strip size >/dev/null; then
	strip -o "$tmp/stripped" "$netd"
	bytes=$(wc -c <"$tmp/stripped")
	memory=$(size "$tmp/stripped" | awk 'NR == 2 { print $4 }')
	echo "# $bytes bytes stripped, $memory bytes of code and data in memory"
	ok "the program is at most $file_limit bytes (stripped)" test "$bytes" -le $file_limit
	ok "it takes at most $memory_limit bytes of memory, stack aside" test "$memory" -le $memory_limit
	is "(a larger one is seen)" "$(head -c 9000 /dev/zero >>"$tmp/stripped" &&
		test "$(wc -c <"$tmp/stripped")" -le $file_limit && echo not)" ""
	summary="$summary program $bytes bytes, $memory in memory"
else
	skip "the program is small" "no ELF tools"
	summary="$summary program not measured"
fi
[ "$failed" -eq 0 ] || summary=" FAILED:$summary"
echo "# audit: size:$summary (limits 400 / 510 lines, $file_limit / $memory_limit bytes)"
done_testing
