#!/bin/sh
# The helper end to end, run by an ordinary user who is root of a user and network namespace of its own.
here=$(dirname "$0")
user=
[ "$(id -u)" -ne 0 ] || user="setpriv --reuid 65534 --regid 65534 --clear-groups"
$user unshare -rn true 2>/dev/null || { echo "1..0 # SKIP no user namespace here"; exit 0; }
$user test -r "$here/alias.sh" || { echo "1..0 # SKIP uid 65534 cannot read $here"; exit 0; }
# shellcheck disable=SC2086
exec $user unshare -rn sh "$here/alias.sh"
