#!/bin/sh
# bottle-netd for macOS, the whole program, on a model of xnu: modelled, not run, since there is no Mac.
# tests/tree/darwin.t compares the structures that it is compiled with with macOS's own headers.
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
# shellcheck source=tests/tap.sh
. tests/tap.sh
[ "$(uname -s)" = Linux ] || skip_all "the model is linked with GNU binutils"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
code=helper/os_darwin.c
model=tests/helper/darwin

# The program speaks TAP itself; its lines come first.
if ! timeout 120 sh "$model/build.sh" "$tmp/darwin" >"$tmp/log" 2>&1; then
	sed 's/^/# /' "$tmp/log"
	echo "not ok 1 - the program for macOS builds on the model"
	echo "1..1"
	exit 1
fi
timeout 120 "$tmp/darwin" >"$tmp/tap" || failed=1
grep -vE '^(1\.\.|# audit: )' "$tmp/tap"
count=$(grep -cE '^(not )?ok ' "$tmp/tap")
ok "the model ran to its end" grep -qx "1\.\.$count" "$tmp/tap"
is "it builds without a warning" "$(cat "$tmp/log")" ""

# plain FILE: its code without comments
plain() {
	${CC:-cc} -fpreprocessed -dD -E -x c "$1" 2>/dev/null | grep -v '^#'
}
# inside FUNCTION: the code of that function
inside() {
	plain "$code" | awk -v name="$1" '$0 ~ "^[a-z].*[ *]" name "\\(" { on = 1 } on { print } on && /^}/ { exit }'
}
# named WORD: how often the code of os_darwin.c has it
named() {
	plain "$code" | grep -oE "$1" | wc -l
}
is "a family is set in one place" "$(named '(sa|sin)_family = ')" 1
is "and that is make_inet()" "$(inside make_inet | grep -oE '\.sa_family = [A-Z_]*')" ".sa_family = AF_INET"
is "every address of a request is made by make_inet()" \
	"$(named '\.(ifr|ifra)_(addr|mask|broadaddr|ifru[a-z_.]*) = ')" "$(named '_(addr|mask) = make_inet\(')"
is "the numbers that change lo0 are named once each" "$(named 'SIOC[SAD]IF[A-Z]*' | tr -d ' ')" 2
is "and that is in write_alias()" "$(inside write_alias | grep -oE 'SIOC[A-Z]*' | tr '\n' ' ')" \
	"SIOCAIFADDR SIOCDIFADDR "
is "root is in effect in write_alias() alone" "$(named 'privilege_effect\(true\)')" \
	"$(inside write_alias | grep -c 'privilege_effect(true)')"

# Every number of the model's macOS is compared with macOS's. Handlers are no numbers, the version is ours.
sed -n 's/^#define \([A-Z][A-Z0-9_]*\) .*/\1/p' "$model/darwin.h" | sort -u |
	grep -vxE 'SIG_(DFL|IGN|ERR)|BOTTLE_VERSION' >"$tmp/have"
sed -n 's/^IS(\([A-Z][A-Z0-9_]*\), .*/\1/p' "$model/layout.c" | sort >"$tmp/compared"
is "layout.c has every constant of darwin.h" "$(comm -23 "$tmp/have" "$tmp/compared")" ""
sed -n 's/^#define \([a-z_]*\) darwin_\1$/\1/p' "$model/darwin.h" |
	grep -vE '^(environ|errno|sigdelset)$' | sort -u >"$tmp/have"
sed -n 's/^CALL(\([a-z_]*\), .*/\1/p' "$model/layout.c" | sort >"$tmp/compared"
is "layout.c has every call of darwin.h" "$(comm -23 "$tmp/have" "$tmp/compared")" ""
grep '^# audit: ' "$tmp/tap"
done_testing
