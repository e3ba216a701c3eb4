#!/bin/sh
# The proof: for every argument vector, the helper's parser lets addresses through exactly when each of them is
# the one spelling of an address of the pool (16-31, the default) and none is there twice; it gives back those
# addresses; it writes nothing but its result; it ends; and it does nothing that C leaves undefined. The
# contracts are the @ comments in the sources; Frama-C's WP turns them, and each possible run-time error, into
# goals. It exits 0 whether they are proved or not, so what counts is their number.
#
# Taken on trust: execve(2) gives strings or NULL (are_args in request.h), Frama-C and its provers, and the
# compiler. The model of memory keeps char and uint8_t apart, which separated() in the contracts is for.
#
# Then the sources with one fault each, which must not be proved.
here=$(dirname "$0")
# shellcheck source=tests/tap.sh
. "$here/../tap.sh"
[ "$(uname -s)" = Linux ] || skip_all "Frama-C is installed on Linux only"
goals=382
root=$(cd "$here/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
LC_ALL=C HOME=$tmp # why3 writes its list of provers there
export LC_ALL HOME
start=$(date +%s)

missing=
for tool in frama-c why3 z3 cvc4; do command -v $tool >/dev/null || missing="$missing $tool"; done
is "frama-c, why3, z3 and cvc4 are there (else: install/deps check)" "$missing" ""
[ -z "$missing" ] || {
	echo "# audit: proof FAILED: no$missing"
	done_testing
}
why3 config detect >"$tmp/log" 2>&1 || sed 's/^/# /' "$tmp/log" >&2

# wp FOLDER OPTION...: "PROVED / ALL" for the sources below FOLDER; what was not proved goes to $tmp/log
wp() {
	wp_in=$1
	shift
	(cd "$tmp" && timeout 570 frama-c -c11 -cpp-extra-args="-I$wp_in/shared -I$wp_in/helper" \
		-wp -wp-rte -wp-prover cvc4,z3 -wp-par 1 -wp-cache none "$@" \
		"$wp_in/helper/request.c" "$wp_in/shared/addr.c" "$wp_in/shared/pool.c") >"$tmp/log" 2>&1
	sed -n 's/^\[wp\] Proved goals: *\([0-9]* \/ [0-9]*\)$/\1/p' "$tmp/log"
}

proved=$(wp "$root" -wp-timeout 30)
is "every goal is proved" "$proved" "$goals / $goals"
[ "$proved" = "$goals / $goals" ] || grep -v ': Valid' "$tmp/log" | sed 's/^/# /' >&2
# What the annotations could hide: a goal taken for granted.
is "nothing is admitted, and no axiom is ours" \
	"$(cd "$root" && grep -nE 'admit|axiom|-wp-no|terminates' shared/*.[ch] helper/request.[ch])" ""

mutants=0 refused=0
# mutant WHAT FUNCTION GOALS FILE SED: with the change, WP finds goals of this kind and cannot prove them all.
# Unchanged, the same selection is proved, and with no more time.
mutant() {
	mutants=$((mutants + 1))
	rm -rf "$tmp/m"
	mkdir -p "$tmp/m"
	cp -r "$root/shared" "$root/helper" "$tmp/m"
	control=$(wp "$tmp/m" -wp-timeout 10 -wp-fct "$2" -wp-prop="$3")
	sed -i "$5" "$tmp/m/$4"
	changed=$(diff "$root/$4" "$tmp/m/$4" | grep -c '^>')
	broken=$(wp "$tmp/m" -wp-timeout 10 -wp-fct "$2" -wp-prop="$3")
	echo "# $1: $control goals unchanged, $broken with the change"
	if [ "$changed" -eq 1 ] && [ "${control% / *}" = "${control#* / }" ] && [ "${control% / *}" -gt 0 ] &&
		[ -n "$broken" ] && [ "${broken% / *}" -lt "${broken#* / }" ]; then
		refused=$((refused + 1))
		echo "ok $((count += 1)) - not proved: $1"
	else
		name="not proved: $1"
		count=$((count + 1))
		differs "$name" "$changed lines changed, $control, $broken" "1 line changed, N / N, less / N"
	fi
}
mutant "the pool begins one earlier" pool_contains @ensures shared/pool.c \
	's/>= POOL_FIRST/>= POOL_FIRST - 1/'
mutant "the pool in each 127.N.0.0/16" pool_contains @ensures shared/pool.c \
	's/ && addr.octet\[1\] == 0//'
mutant "any byte from 0 on is a digit" read_octet @ensures shared/addr.c \
	"s/ && text\[digits\] <= '9'//"
mutant "numbers up to 256" read_octet @ensures shared/addr.c \
	's/value > 255/value > 256/'
mutant "a leading zero" read_octet @ensures shared/addr.c \
	"s/ || (digits > 1 && text\[0\] == '0')//"
mutant "whatever follows the number" read_octet @ensures shared/addr.c \
	's/ || text\[digits\] != end//'
mutant "a twin is seen only if it is not the first" parse_addrs distinct,new helper/request.c \
	's/unsigned seen = 0/unsigned seen = 1/'
mutant "one address more than there is room for" request_parse @requires helper/request.c \
	's/argc - 2 > POOL_SIZE/argc - 3 > POOL_SIZE/'

seconds=$(($(date +%s) - start))
[ "$failed" -eq 0 ] && verdict='' || verdict='FAILED: '
echo "# audit: proof $verdict$proved goals, $refused of $mutants mutants fail the proof, $seconds s"
done_testing
