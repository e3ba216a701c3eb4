#!/bin/sh
# tests/lab/again: what is run once more, and what is not. The machine is a stand-in here: a script that says and exits what it is told.
. "$(dirname "$0")/tap.sh"

mkdir "$work/lab"
cp tests/lab/again "$work/lab/"
cat >"$work/lab/run" <<'END'
#!/bin/sh
# run FIRST-CODE FIRST-WORDS SECOND-CODE
here=$(dirname "$0")
echo "run" >>"$here/runs"
if [ "$(grep -c . "$here/runs")" -eq 1 ]; then
	echo "ok 1 - first"
	echo "$2" >&2
	exit "$1"
fi
echo "ok 1 - second"
exit "$3"
END
chmod +x "$work/lab/run"

# tells NAME RUNS CODE OUT FIRST-CODE FIRST-WORDS SECOND-CODE
tells() {
	rm -f "$work/lab/runs"
	"$work/lab/again" "$5" "$6" "$7" >"$work/said" 2>"$work/err"
	code=$?
	check "$1: run $2 times" test "$(grep -c . "$work/lab/runs")" -eq "$2"
	check "$1: exit code $3" test $code -eq "$3"
	check "$1: its output is that of the $4 run alone" test "$(cat "$work/said")" = "ok 1 - $4"
	check "$1: what the first said is there" grep -qF "$6" "$work/err"
}
gone="# bottle: exec: web is unverified: its VM does not run any more"
tells "all is well" 1 0 first 0 "# a note" 1
tells "a note of it does not fail" 1 0 first 0 "$gone" 1
tells "another failure" 1 1 first 1 "# not ok 3 - the page comes" 0
tells "the machine did not boot" 1 70 first 70 "$gone" 0
tells "a VM that ended" 2 0 second 1 "$gone" 0
tells "a VM that smolvm misses" 2 0 second 1 "# Error: connect: machine 'bot-bottle-web' is not running. Start it" 0
tells "both fail" 2 1 second 1 "$gone" 1
done_testing
