#!/bin/sh
# install/observe/sigma with pySigma: its validators, and each rule as SQL on events that it has to find and on events that
# it must not (sigma.events). pySigma goes into a virtual environment of its own, once.
. "$(dirname "$0")/../tree/tap.sh"
pins="pysigma==2.0.1 pysigma-backend-sqlite==2.1.1"
venv=${XDG_CACHE_HOME:-${HOME:?}/.cache}/bottle-observe/sigma-$(echo "$pins" | cksum | cut -d ' ' -f 1)
if [ ! -e "$venv/done" ]; then
	rm -rf "$venv"
	# shellcheck disable=SC2086 # a list of words
	if ! { /usr/bin/python3 -m venv "$venv" &&
		"$venv/bin/pip" install --quiet --disable-pip-version-check $pins; } >"$work/out" 2>&1; then
		skip_all "no pySigma: $(tail -n 1 "$work/out")"
	fi
	touch "$venv/done"
fi
run() { # RULE...
	"$venv/bin/python3" tests/observe/sigma_run.py tests/observe/sigma.events "$@"
}
run install/observe/sigma/*.yml >"$work/run" 2>"$work/why"
code=$?
sed 's/^/# /' "$work/why"
while IFS='	' read -r name result; do
	is "$name" "$result" fine
done <"$work/run"
is "it went through" "$code|$(grep -c '	fine$' "$work/run")" "0|$(grep -c . "$work/run")"
is "every rule was converted and tried" "$(grep -c ': finds ' "$work/run")" "$(ls install/observe/sigma/*.yml | wc -l)"
sed 's/^level:.*/level: severe/' install/observe/sigma/bottle_verify_failed.yml >"$work/bad.yml"
is "(a rule that is wrong is found, and its fault named)" \
	"$(run "$work/bad.yml" 2>&1 | grep -c "^bad: parsed	.*'severe'")" 1
done_testing
