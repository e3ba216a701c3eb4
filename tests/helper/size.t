#!/bin/sh
# The helper stays small enough to be read in one sitting: lines of code on one platform, generated filter
# and its generator aside, comments and blank lines not counted.
here=$(dirname "$0")
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
cd "$here/../.." || exit 1
for os in linux darwin; do
	files="helper/bottle-netd.c helper/request.c helper/report.c helper/os_$os.c helper/privilege_$os.c"
	# shellcheck disable=SC2086
	lines=$(sh helper/count.sh $files)
	# shellcheck disable=SC2086
	echo "# $os: $lines lines in helper/, $(sh helper/count.sh $files shared/*.c) with shared/," \
		"$(sh helper/count.sh $files shared/*.[ch] helper/*.h) with headers"
	ok "$os: at most 400 lines in helper/" test "$lines" -le 400
done
is "no other source file" "$(cd helper && echo *.c)" "bottle-netd.c filter_gen.c os_darwin.c os_linux.c \
privilege_darwin.c privilege_linux.c report.c request.c"
printf '/* a\n\n b */\nint a; // x\n\nint b; /* y */\n' >"$tmp/x.c"
is "(comments and blank lines do not count)" "$(sh helper/count.sh "$tmp/x.c")" 2
ok "no call that reads, runs or allocates" sh -c "! grep -nwE \
	'(malloc|calloc|realloc|free|printf|snprintf|fopen|getenv|exec[lv]p?e?|fork|system|syslog|inet_aton)\(' \
	helper/[!f]*.c shared/*.c"
done_testing
