#!/bin/sh
# AUDIT.md keeps up with the tree: its line counts, the files that it names, and no test of the helper left out.
. "$(dirname "$0")/tap.sh"

sed -n 's/^| [0-9]* | \([A-Za-z][^ |]*\) | \([0-9]*\) | [0-9]* |.*/\1 \2/p' AUDIT.md >"$work/reading"
check "the reading order names the sources" test "$(grep -c . "$work/reading")" -ge 9
while read -r file lines; do
	echo "$file $(wc -l <"$file")"
done <"$work/reading" >"$work/counted"
check "its line counts are those of the files (tests/tree/audit.t --write puts them right)" \
	diff "$work/reading" "$work/counted"
if [ "${1:-}" = --write ]; then
	while read -r file lines; do
		sed -i "s#| $file | [A-Z0-9]* |#| $file | $lines |#" AUDIT.md
	done <"$work/counted"
fi
# What is built is not there yet; what is in the tree is.
grep -oE '(tests|helper|shared|bench|mk|install)/[A-Za-z0-9_./-]*[a-z]' AUDIT.md SECURITY.md | sed 's/^[^:]*://' | sort -u >"$work/named"
missing=
while read -r file; do
	[ -e "$file" ] || [ -e "$file.c" ] || missing="$missing $file"
done <"$work/named"
check "every file that AUDIT.md and SECURITY.md name is there:$missing" test -z "$missing"
left_out=
for file in tests/helper/*.t tests/lab/attacks.t bench/helper; do
	grep -q "\`[^\`]*$file" AUDIT.md || left_out="$left_out $file"
done
check "every test of the helper is a claim's command:$left_out" test -z "$left_out"
check "each claim has a number, evidence and a command" sh -c '[ "$(grep -cE "^\| [0-9]+ \| .* \| .* \| \`.*\` \|$" AUDIT.md)" -ge 18 ]'
done_testing
