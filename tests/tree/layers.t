#!/bin/sh
# The layers hold: a folder cannot include what lies above it, and the flags of the build say so.
. "$(dirname "$0")/tap.sh"

# compiles LAYER HEADER: does a file in that folder that includes HEADER compile?
compiles() {
	printf '#include "%s"\n' "$2" >"$work/x.c"
	make -s --no-print-directory print-flags LAYER="$1" >"$work/flags"
	# shellcheck disable=SC2046 # flags are words
	cc $(cat "$work/flags") -I"$work" -fsyntax-only "$work/x.c"
}

for pair in base:err.h base:addr.h port:err.h port:engine.h domain:engine.h domain:bottle.h cmd:bottle.h \
	cmd:err.h main:command.h; do
	check "${pair%:*} may include ${pair#*:}" compiles "${pair%:*}" "${pair#*:}"
done
for pair in base:engine.h base:bottle.h base:command.h port:bottle.h port:command.h domain:command.h \
	cmd:engine.h cmd:vmdb.h cmd:smolvm.h main:bottle.h main:engine.h base:protocol.h base:os.h; do
	check "${pair%:*} may not include ${pair#*:}" refuses compiles "${pair%:*}" "${pair#*:}"
done
check "no file calls a shell" refuses grep -nE '\b(system|popen|execlp|execvp|wordexp)\(' \
	frontend/*/*.c frontend/main.c helper/*.c guest/*.c shared/*.c
check "no drawer: no util, misc, common or helpers file" refuses sh -c \
	'git ls-files | grep -E "(^|/)(util|utils|misc|common|helpers)\.[ch]$"'
check "only cmd prints" refuses grep -nE '\b(printf|puts|putchar|fputs)\(' \
	frontend/base/[!et]*.c frontend/port/*.c frontend/domain/*.c
done_testing
