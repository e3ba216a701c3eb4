#!/bin/sh
# Install, check, drift, remove: once round, on this machine with everything that it could write to laid over. All of it,
# kind by kind and killed at every step, is `make check-install`.
# shellcheck source=tests/install/lib.sh
. "$(dirname "$0")/../install/lib.sh"

snapshot >"$work/before"
ok "install.sh installs" set_up
is "the helper is setuid root, the group's" "$(stat -c '%a %U %G' $netd)" "4750 root bottlers"
try "$check"
is "check finds nothing" "$status:$out" "0:"
chmod 4755 $netd
try "$check"
is "and finds a mode" "$status:$out" "2:mode $netd: is 4755, should be 4750"
ok "install.sh puts it right" set_up
try "$check" --json
is "as JSON says" "$(jq -r '[.schema, .state] | join(" ")' "$work/out")" "bottle.check/1 ok"
chmod 775 /usr/local
try "$top/install/install.sh" --build /mnt/build --group bottlers
is "a prefix that others can write is refused" "$status" 78
chmod 755 /usr/local
$netd add 127.0.0.16 >/dev/null
remove
snapshot >"$work/after"
ok "uninstall.sh leaves files and addresses as before" diff "$work/before" "$work/after"
done_testing
