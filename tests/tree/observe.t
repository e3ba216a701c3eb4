#!/bin/sh
# Sigma's rules by their form and fields, auditd's by libaudit, and docs/soc.md, the page that explains install/observe. See
# observe_*.t for the rest.
. "$(dirname "$0")/tap.sh"
data=$top/tests/tree/observe
observe=$top/install/observe
rules() { # RULE...: what is wrong with them
	"$data/sigma-check" "$data/sigma.schema.json" docs/json/events.json "$@" 2>&1
}

is "the rules are as the specification says, of fields that their sources have" "$(rules "$observe"/sigma/*.yml)" ""
bad() { # RULE SED NAME
	sed "$2" "$observe/sigma/$1.yml" >"$work/bad.yml"
	check "(one with $3 is found)" sh -c "! cmp -s '$work/bad.yml' '$observe/sigma/$1.yml'"
	rules "$work/bad.yml" >"$work/said"
	check "(and said)" test -s "$work/said"
}
bad bottle_verify_failed 's/^level: .*/level: severe/' "an unknown level"
bad bottle_verify_failed 's/event:/evnet:/' "a field that is not there"
bad bottle_verify_failed "s/'unverified'/'unproven'/" "an event that is not there"
bad bottle_netd_elsewhere 's/condition: .*/condition: selection/' "a filter that is not used"
bad bottle_netd_elsewhere 's/^status: .*/&\n&/' "a key twice"

audit=$observe/audit/bottle.rules
is "libaudit takes auditd's rules on x86_64 and arm64, and they see every signal that matters" "$("$data/audit-check" "$audit" 2>&1)" ""
bad_audit() { # SED PATTERN NAME
	sed "$1" "$audit" >"$work/bad.rules"
	like "(with $3 they are not as they should be)" "$("$data/audit-check" "$work/bad.rules" 2>&1 | head -n 1)" "$2"
}
bad_audit '$a-a always,exit -F arch=b64 -S chmod -k x' 'aarch64: -S chmod: .*' "a call that arm64 has not"
bad_audit '1i-i' '.*: -i : no option of a rule' "errors ignored, in later files too"
bad_audit 's/uid!=euid/uid!=eudi/' 'x86_64: -C uid!=eudi: .*' "a field that is not there"
bad_audit 's/-S tkill //' 'signal 9 by tkill is not seen' "a call left out"
bad_audit 's/a2=19/a1=19/' 'signal 19 by tgkill is not seen' "another argument"

missing=
for file in $(cd "$observe" && find . -type f | sed 's/^\.\///'); do
	case $file in
	sigma/*) name=$(basename "$file" .yml) ;;
	*) name=$file ;;
	esac
	grep -qF "\`$name\`" docs/soc.md || missing="$missing $file"
done
is "every example is on the page" "$missing" ""
missing=
for name in $(jq -r '.queries | keys[]' "$observe/osquery/bottle.conf"); do
	grep -qF "\`$name\`" docs/soc.md || missing="$missing $name"
done
is "every query of the pack too" "$missing" ""
missing=
for file in $(grep -oE '(tests|frontend|helper|docs|install)/[A-Za-z0-9_./-]*[a-z0-9]' docs/soc.md | sort -u); do
	[ -e "$file" ] || missing="$missing $file"
done
is "every file that the page names is there" "$missing" ""
done_testing
