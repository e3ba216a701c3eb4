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
goals=244
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

# wp FOLDER PROVERS OPTION...: "PROVED / ALL" for the sources below FOLDER; what was not proved goes to $tmp/log
wp() {
	wp_in=$1 wp_by=$2
	shift 2
	(cd "$tmp" && timeout 570 frama-c -c11 -cpp-extra-args="-I$wp_in/shared -I$wp_in/helper" \
		-wp -wp-rte -wp-prover "$wp_by" -wp-par 1 -wp-cache none "$@" \
		"$wp_in/helper/request.c" "$wp_in/shared/addr.c" "$wp_in/shared/pool.c") >"$tmp/log" 2>&1
	sed -n 's/^\[wp\] Proved goals: *\([0-9]* \/ [0-9]*\)$/\1/p' "$tmp/log"
}

proved=$(wp "$root" cvc4,z3 -wp-timeout 60)
is "every goal is proved" "$proved" "$goals / $goals"
[ "$proved" = "$goals / $goals" ] || grep -v ': Valid' "$tmp/log" | sed 's/^/# /' >&2
# What the annotations could hide: a goal taken for granted.
is "nothing is admitted, and no axiom is ours" \
	"$(cd "$root" && grep -nE 'admit|axiom' shared/*.[ch] helper/request.[ch])" ""

mutants=0 refused=0
# mutant WHAT FUNCTION GOALS FILE SED: the change keeps one of these goals from being proved. Unchanged, all of
# the same selection are, in the same time.
mutant() {
	mutants=$((mutants + 1)) count=$((count + 1))
	rm -rf "$tmp/m"
	mkdir -p "$tmp/m"
	cp -r "$root/shared" "$root/helper" "$tmp/m"
	whole=$(wp "$tmp/m" cvc4 -wp-timeout 60 -wp-fct "$2" -wp-prop="$3")
	sed -i "$5" "$tmp/m/$4"
	changed=$(diff "$root/$4" "$tmp/m/$4" | grep -c '^>')
	broken=$(wp "$tmp/m" cvc4 -wp-timeout 5 -wp-fct "$2" -wp-prop="$3")
	if [ "$changed" -eq 1 ] && [ -n "$whole" ] && [ "${whole% / *}" -gt 0 ] &&
		[ "${whole% / *}" -eq "${whole#* / }" ] &&
		[ -n "$broken" ] && [ "${broken% / *}" -lt "${broken#* / }" ]; then
		refused=$((refused + 1))
		echo "ok $count - $1: $broken goals, $whole unchanged"
	else
		differs "$1" "$changed line changed, $broken goals, $whole unchanged" \
			"1 line changed, less than N / N goals, N / N unchanged"
	fi
}
mutant "not proved: the pool begins one earlier" pool_contains @ensures shared/pool.c \
	's/>= POOL_FIRST/>= POOL_FIRST - 1/'
mutant "not proved: the pool is in 127.N.0.0 for each N" pool_contains @ensures shared/pool.c \
	's/ && addr.octet\[1\] == 0//'
mutant "not proved: all bytes from '0' on are digits" read_octet @invariant shared/addr.c \
	"s/ && text\[digits\] <= '9'//"
mutant "not proved: a number may be 256" read_octet exact shared/addr.c 's/value > 255/value > 256/'
mutant "not proved: a number may begin with zero" read_octet exact shared/addr.c \
	"s/ || (digits > 1 && text\[0\] == '0')//"
mutant "not proved: the first address may come again" parse_addrs new helper/request.c \
	's/unsigned seen = 0/unsigned seen = 1/'
mutant "not proved: one address more than there is room for" request_parse @requires helper/request.c \
	's/argc - 2 > POOL_SIZE/argc - 3 > POOL_SIZE/'

seconds=$(($(date +%s) - start))
[ "$failed" -eq 0 ] && verdict='' || verdict='FAILED: '
echo "# audit: proof $verdict$proved goals, $refused of $mutants mutants fail the proof, $seconds s"
done_testing
