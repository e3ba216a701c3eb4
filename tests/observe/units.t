#!/bin/sh
# install/observe/systemd: what systemd says of the unit, and its command line with the real program.
here=$(dirname "$0")
if [ "${OBSERVE_UNITS:-}" = "" ]; then
	[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP not root: cannot put bottle where systemd looks for it"; exit 0; }
	unshare -m true 2>/dev/null || { echo "1..0 # SKIP no namespaces here"; exit 0; }
	OBSERVE_UNITS=1 exec unshare -m sh "$0"
fi
# shellcheck source=tests/tree/tap.sh
. "$here/../tree/tap.sh"
unit=$top/install/observe/systemd/bottle-events.service
chmod 755 "$work"
mkdir "$work/home" "$work/run"
chown 65533 "$work/home"
cp "$BUILD/bin/bottle" "$work/bottle"
mount -t tmpfs -o mode=755 tmpfs /usr/local/bin
install -m 755 "$work/bottle" /usr/local/bin/bottle

verify() { # UNIT
	HOME=$work/home XDG_RUNTIME_DIR=$work/run systemd-analyze --user --man=no --generators=no verify "$1"
}
check "systemd-analyze verify" verify "$unit"
is "has nothing to say" "$(cat "$work/out")" ""
sed 's/^ExecStart=/ExecStrat=/' "$unit" >"$work/bottle-events.service"
check "(a unit that is wrong is found)" sh -c "HOME=$work/home XDG_RUNTIME_DIR=$work/run systemd-analyze --user --man=no \
	--generators=no verify '$work/bottle-events.service' 2>&1 | grep -q ExecStrat"
code=0
# shellcheck disable=SC2046 # a list of words
setpriv --reuid 65533 --regid 65533 --clear-groups env -i HOME="$work/home" PATH=/usr/local/bin:/usr/bin:/bin \
	timeout 2 $(sed -n 's/^ExecStart=//p' "$unit") >"$work/out" 2>"$work/err" || code=$?
is "its command waits for what comes, without a word" "$code|$(cat "$work/out")|$(cat "$work/err")" "124||"
done_testing
