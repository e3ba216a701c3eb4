#!/bin/sh
# doctor as a probe: the names of its checks, its exit status, and doctor-status, which makes a monitoring check of it.
. "$(dirname "$0")/tap.sh"
observe=$top/install/observe

make -s --no-print-directory BUILD="$BUILD" bottle
sed -n 's/^	{"\([a-z.-]*\)", DOCTOR_LANE.*/\1/p' frontend/domain/doctor.c >"$work/ids"
check "doctor has checks" test "$(wc -l <"$work/ids")" -ge 20
jq -r '.properties.checks.items.properties.name.enum[]' docs/json/doctor.json >"$work/enum"
check "docs/json/doctor.json names them, in their order" diff "$work/ids" "$work/enum"
# The section's first list; an item may be several names.
awk '/^\.Sh / { on = $2 == "DOCTOR" } on && /^\.El/ { exit } on && sub(/^\.It Li /, "") { gsub(/ , Li /, "\n"); print }' \
	frontend/bottle.1 | LC_ALL=C sort >"$work/page-ids"
LC_ALL=C sort "$work/ids" >"$work/sorted"
check "bottle(1) explains each, and no other" diff "$work/sorted" "$work/page-ids"

mkdir "$work/home"
real=$(realpath "$BUILD/bin/bottle")
bottle() {
	env -i HOME="$work/home" PATH="$PATH" DOCKER_HOST="unix://$work/none.sock" "$real" "$@"
}
code=0
bottle --as-root doctor --json >"$work/doctor" 2>"$work/why" || code=$?
is "a host without an engine is not ready: exit 1, a document, nothing on stderr" \
	"$code|$(jq -r '[.schema, .ready] | join(" ")' "$work/doctor")|$(cat "$work/why")" "1|bottle.doctor/1 false|"
jq -r '.checks[].name' "$work/doctor" >"$work/real-ids"
check "a real document has all checks, in their order" diff "$work/ids" "$work/real-ids"
code=0
bottle --as-root doctor --json --no-such-option >"$work/said" 2>/dev/null || code=$?
is "another exit status comes without a document" "$code|$(cat "$work/said")" "64|"

# --- doctor-status, by a stand-in that prints a document and exits as it is told
cat >"$work/bottle" <<'STUB'
#!/bin/sh
cat "${DOCUMENT:?}"
echo "bottle: doctor: refused" >&2
exit "${CODE:?}"
STUB
chmod 755 "$work/bottle"
status() { # NAME WANT CODE JQ [ARG...]: its first line without figures, and its exit status, of the document changed by JQ
	name=$1 want=$2 exit=$3
	jq "$4" "$work/doctor" >"$work/changed"
	shift 4
	code=0
	BOTTLE=$work/bottle DOCUMENT=$work/changed CODE=$exit "$observe/doctor-status" "$@" >"$work/said" || code=$?
	is "doctor-status: $name" "$(head -n 1 "$work/said" | sed 's/ |.*//; s/^BOTTLE UNKNOWN - .*/BOTTLE UNKNOWN/'), $code" "$want"
}
good='.ready = true | .checks[].state = "ok" | .counts = {ok: 21, warn: 0, fail: 0, skip: 0}'
filter='(.checks[] | select(.name == "filter"))'
warn="$good | $filter.state = \"warn\""
status "ready" "BOTTLE OK - ready, 0 to look at, 0" 0 "$good"
is "doctor-status: figures" "$(sed -n 's/.* | //p' "$work/said")" "ok=21 warn=0 fail=0 skip=0"
status "a warning" "BOTTLE WARNING - ready, 1 to look at, 1" 0 "$warn"
check "doctor-status: which" grep -q '^warn filter: ' "$work/said"
status "one that is ignored" "BOTTLE OK - ready, 0 to look at, 0" 0 "$warn" --ignore filter,disk
status "not one that only begins so" "BOTTLE WARNING - ready, 1 to look at, 1" 0 "$warn" --ignore filters
status "what was skipped" "BOTTLE WARNING - ready, 1 to look at, 1" 0 "$good | $filter.state = \"skip\""
open=$(jq '[.checks[] | select(.state != "ok")] | length' "$work/doctor")
status "not ready" "BOTTLE CRITICAL - not ready, $open to look at, 2" 1 .
status "a failure is never ignored" "BOTTLE CRITICAL - not ready, 1 to look at, 2" 1 \
	"$good | .ready = false | .checks[2].state = \"fail\"" --ignore engine
status "what a check says is one line" "BOTTLE WARNING - ready, 1 to look at, 1" 0 "$warn | $filter.text = \"a\\nb|c\""
is "doctor-status: that one" "$(sed '1d; s/;.*//' "$work/said")" "warn filter: a b c"
for exit in 64 77 130; do
	status "exit $exit is no judgement" "BOTTLE UNKNOWN, 3" $exit "$good"
done
status "ready and exit 1 do not agree" "BOTTLE UNKNOWN, 3" 1 "$good"
status "nor do not ready and exit 0" "BOTTLE UNKNOWN, 3" 0 .
status "another schema" "BOTTLE UNKNOWN, 3" 0 "$good | .schema = \"bottle.doctor/2\""
status "a document that lacks something" "BOTTLE UNKNOWN, 3" 0 "$good | del(.counts)"
status "none" "BOTTLE UNKNOWN, 3" 0 empty
code=0
said=$(HOME=$work/home DOCKER_HOST=unix://$work/none.sock BOTTLE=$real "$observe/doctor-status" 2>&1) || code=$?
if [ "$(id -u)" -eq 0 ]; then
	like "doctor-status: root, which bottle refuses, is no judgement" "$code $said" '3 BOTTLE UNKNOWN - .*: exit 77: .*'
else
	is "doctor-status: the real program" "$code" 2
fi
code=0
said=$(BOTTLE=$work/nothing "$observe/doctor-status" 2>&1) || code=$?
like "doctor-status: no program is no judgement" "$code $said" '3 BOTTLE UNKNOWN - .*exit 127.*'
done_testing
